package org.tagma.replica.inbound;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.tagma.replica.inbound.InboundLane.Unverified;

/**
 * The lanes with frames to be checked, for all workers. What replicas say has a ring, and what clients ask for has one,
 * relayed or not. The two take turns: so clients never wait for a flood of replicas, nor votes for a crowd of clients,
 * longer than one turn.
 *
 * <p>Thread-safe. A lane is served by one worker at a time.
 */
final class VerificationRing {

    private final Queue<InboundLane> replicas = new ConcurrentLinkedQueue<>();
    private final Queue<InboundLane> clients = new ConcurrentLinkedQueue<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger frames = new AtomicInteger();

    /** Has a frame checked in its lane's turn. */
    void add(InboundLane lane, Unverified frame) {
        frames.incrementAndGet();
        lane.addUnverified(frame);
        enter(lane);
    }

    /** The lane whose turn it is; null if there is none. Whoever takes it calls {@link #putBack}. */
    InboundLane next() {
        boolean clientsFirst = (turn.incrementAndGet() & 1) == 0;
        InboundLane lane = (clientsFirst ? clients : replicas).poll();
        return lane != null ? lane : (clientsFirst ? replicas : clients).poll();
    }

    /** Ends a lane's turn. */
    void putBack(InboundLane lane) {
        lane.leaveRing();
        // After leaving: whoever added a frame before saw it in the ring, and did not enter it.
        if (lane.hasUnverified()) {
            enter(lane);
        }
    }

    void verifiedOne() {
        frames.decrementAndGet();
    }

    private void enter(InboundLane lane) {
        if (lane.enterRing()) {
            (lane.isAmongClients() ? clients : replicas).add(lane);
        }
    }

    boolean hasWork() {
        return !replicas.isEmpty() || !clients.isEmpty();
    }

    /** Frames that wait or are being checked. */
    int size() {
        return frames.get();
    }
}
