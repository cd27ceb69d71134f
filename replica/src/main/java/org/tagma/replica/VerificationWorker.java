package org.tagma.replica;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jctools.queues.MpscArrayQueue;
import org.tagma.network.codec.Envelope;

/**
 * Checks the frames of some connections, in order for each connection. Frames of replicas go first: votes must not wait
 * behind the requests that a crowd of clients has queued.
 *
 * <p>Any thread queues; one thread works.
 */
final class VerificationWorker implements LoopThread.Work {

    /** Frames to check before whoever gets the results is woken, if more is waiting. */
    private static final int FRAMES_PER_PASS = 32;

    /** A frame that waits, and the connection it came over. */
    record Unverified(InboundLane lane, Envelope envelope, int bytes) {}

    private final MpscArrayQueue<Unverified> fromReplicas;
    private final MpscArrayQueue<Unverified> fromClients;
    private final InboundVerifier verifier;
    private final BiConsumer<InboundLane, Inbound> results;
    private final Runnable afterPass;
    private final WakeUp wakeUp;
    private final AtomicLong unverifiedBytes;

    /**
     * A worker without work.
     *
     * @param results takes what became of each frame, on the worker's thread; may block
     * @param afterPass wakes those who got results
     * @param unverifiedBytes shared by all workers
     */
    VerificationWorker(
            ServerOptions options,
            InboundVerifier verifier,
            BiConsumer<InboundLane, Inbound> results,
            Runnable afterPass,
            WakeUp wakeUp,
            AtomicLong unverifiedBytes) {
        this.fromReplicas = new MpscArrayQueue<>(options.replicaFrames());
        this.fromClients = new MpscArrayQueue<>(options.clientFrames());
        this.verifier = verifier;
        this.results = results;
        this.afterPass = afterPass;
        this.wakeUp = wakeUp;
        this.unverifiedBytes = unverifiedBytes;
    }

    /** Queues a frame; false if there is no room. Call {@link #signal} after the last of a batch. */
    boolean offer(Unverified frame) {
        frame.lane().waiting().incrementAndGet();
        unverifiedBytes.addAndGet(frame.bytes());
        boolean added = (frame.lane().isClient() ? fromClients : fromReplicas).offer(frame);
        if (!added) {
            forget(frame);
        }
        return added;
    }

    /** Wakes the worker, if it sleeps. */
    void signal() {
        wakeUp.signal();
    }

    /** Whether more should be read from clients, or from replicas. */
    boolean hasRoom(boolean forClients) {
        MpscArrayQueue<Unverified> queue = forClients ? fromClients : fromReplicas;
        return queue.size() < queue.capacity() / 2;
    }

    int size() {
        return fromReplicas.size() + fromClients.size();
    }

    @Override
    public boolean hasWork() {
        return !fromReplicas.isEmpty() || !fromClients.isEmpty();
    }

    @Override
    public void runOnce() {
        for (int i = 0; i < FRAMES_PER_PASS; i++) {
            Unverified frame = fromReplicas.poll();
            if (frame == null) {
                frame = fromClients.poll();
            }
            if (frame == null) {
                break;
            }
            results.accept(frame.lane(), verifier.verify(frame.lane().peer(), frame.envelope()));
            forget(frame);
        }
        afterPass.run();
    }

    private void forget(Unverified frame) {
        frame.lane().waiting().decrementAndGet();
        unverifiedBytes.addAndGet(-frame.bytes());
    }
}
