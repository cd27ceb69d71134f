package org.tagma.replica.inbound;

import java.util.ArrayList;
import java.util.List;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.tagma.core.protocol.Event;
import org.tagma.replica.inbound.InboundLane.Waiting;
import org.tagma.replica.threads.RoundRobin;

/**
 * What waits for the engine: events of peers, which take turns, and the replica's own (answers of the execution), which
 * come first. Those of a peer are bounded by the bytes of its lane, which are given back when the engine is through
 * with them; the replica's own by the protocol's window: each answers an action.
 *
 * <p>Any thread adds; one thread takes.
 */
public final class EngineQueue {

    private static final int OWN_CHUNK = 1_024;

    private final RoundRobin<Waiting> ofPeers = new RoundRobin<>();
    private final MpscUnboundedArrayQueue<Event> own = new MpscUnboundedArrayQueue<>(OWN_CHUNK);
    private final List<Waiting> taken = new ArrayList<>();
    private final Runnable wakeUp;

    /**
     * An empty queue.
     *
     * @param wakeUp wakes who takes from it, if that sleeps
     */
    public EngineQueue(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    /** Adds an event of a peer. Call {@link #signal} after the last of a batch. */
    public void add(InboundLane lane, Event event, long chargedBytes) {
        ofPeers.add(lane.forEngine(), new Waiting(lane, event, chargedBytes));
    }

    /** Adds an event of the replica's own. Call {@link #signal} after the last of a batch. */
    public void add(Event event) {
        own.add(event);
    }

    /** Wakes the engine, if it sleeps. */
    public void signal() {
        wakeUp.run();
    }

    public boolean isEmpty() {
        return own.isEmpty() && ofPeers.isEmpty();
    }

    /** How many events wait. */
    public int size() {
        return own.size() + ofPeers.size();
    }

    /** Takes up to {@code max} events, the replica's own first: they make room. */
    public void drainTo(List<Event> events, int max) {
        int ownTaken = own.drain(events::add, max);
        ofPeers.drain(
                waiting -> {
                    taken.add(waiting);
                    events.add(waiting.event());
                },
                max - ownTaken);
    }

    /** What was taken last is dealt with; true if somebody who was not read may be read again. */
    public boolean releaseTaken() {
        boolean freed = false;
        for (Waiting waiting : taken) {
            freed |= waiting.lane().release(waiting.chargedBytes());
        }
        taken.clear();
        return freed;
    }
}
