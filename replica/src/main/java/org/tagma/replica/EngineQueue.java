package org.tagma.replica;

import java.util.List;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.tagma.core.protocol.Event;

/**
 * What waits for the engine. Events from the network are bounded and may find the queue full; the replica's own (answers
 * of the execution) never do, because a replica that waited for itself would wait for ever. Those are bounded by the
 * protocol's window: each answers an action.
 *
 * <p>Any thread adds; one thread takes.
 */
final class EngineQueue {

    private static final int OWN_CHUNK = 1_024;

    private final MpscArrayQueue<Event> fromNetwork;
    private final MpscUnboundedArrayQueue<Event> own = new MpscUnboundedArrayQueue<>(OWN_CHUNK);
    private final WakeUp wakeUp;

    /**
     * An empty queue.
     *
     * @param capacity how many events from the network may wait
     */
    EngineQueue(int capacity, WakeUp wakeUp) {
        this.fromNetwork = new MpscArrayQueue<>(capacity);
        this.wakeUp = wakeUp;
    }

    /** Adds an event from the network; false if there is no room. Call {@link #signal} after the last of a batch. */
    boolean offer(Event event) {
        return fromNetwork.offer(event);
    }

    /** Adds an event of the replica's own. Call {@link #signal} after the last of a batch. */
    void add(Event event) {
        own.add(event);
    }

    /** Wakes the engine, if it sleeps. */
    void signal() {
        wakeUp.signal();
    }

    /** Whether so little waits that more should be read from replicas. */
    boolean hasRoom() {
        return fromNetwork.size() < fromNetwork.capacity() / 2;
    }

    /** Whether so little waits that more should be read from clients. */
    boolean hasRoomForClients() {
        return fromNetwork.size() < fromNetwork.capacity() / 8;
    }

    boolean isEmpty() {
        return own.isEmpty() && fromNetwork.isEmpty();
    }

    /** How many events wait. */
    int size() {
        return own.size() + fromNetwork.size();
    }

    /** Takes up to {@code max} events, the replica's own first: they make room. */
    void drainTo(List<Event> events, int max) {
        MessagePassingQueue.Consumer<Event> add = events::add;
        int taken = own.drain(add, max);
        fromNetwork.drain(add, max - taken);
    }
}
