package org.tagma.replica.inbound;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Event;
import org.tagma.network.codec.Envelope;
import org.tagma.network.transport.PeerId;
import org.tagma.replica.metrics.WasteMeter;
import org.tagma.replica.threads.RoundRobin.Turns;

/**
 * All that one peer, a replica or a client with all its sessions, has sent here and the protocol has not taken yet,
 * within a budget of bytes of its own; and what it may cost. A lane that is full is not read; nobody else notices.
 *
 * <p>Its frames are verified one after the other, so none overtakes another. Only what a replica relays for clients
 * has turns of its own, as if it were one client more: else whoever floods one replica would hold up its votes
 * everywhere. Thread-safe.
 */
public final class InboundLane {

    /** What a frame costs in memory besides its bytes, roughly: without it tiny frames would escape the budget. */
    private static final int FRAME_OVERHEAD_BYTES = 512;

    /** A connection of the peer. */
    static final class Connection {
        private final PeerId peer;
        private final InboundLane lane;
        private volatile boolean garbage;

        Connection(PeerId peer, InboundLane lane) {
            this.peer = peer;
            this.lane = lane;
        }

        PeerId peer() {
            return peer;
        }

        InboundLane lane() {
            return lane;
        }

        /** The lane whose turns such a frame has. */
        InboundLane laneOf(Envelope envelope) {
            return envelope.isRelayedBy(peer) ? lane.relays : lane;
        }

        /** Whether something that came over it was found to be garbage after the connection was told to go on. */
        boolean hadGarbage() {
            return garbage;
        }

        void foundGarbage() {
            garbage = true;
        }
    }

    /**
     * A frame that waits to be checked.
     *
     * @param examination what is known of it; null if nothing is
     */
    record Unverified(
            Connection connection, Envelope envelope, Examination examination, int bytes, long chargedBytes) {}

    /** An event that waits for the engine, and what its frame is charged. */
    record Waiting(InboundLane lane, Event event, long chargedBytes) {}

    /** Bytes that several lanes may hold together. */
    public static final class Budget {
        private final long limitBytes;
        private final AtomicLong usedBytes = new AtomicLong();
        private volatile boolean refused;

        public Budget(long limitBytes) {
            this.limitBytes = limitBytes;
        }

        /** Whether there is room; once there was none, not before half of it is free. */
        boolean hasRoom() {
            if (usedBytes.get() < (refused ? limitBytes / 2 : limitBytes)) {
                return true;
            }
            refused = true;
            // Again: room may have been made before the line above, and nobody was told that someone waits for it.
            return usedBytes.get() < limitBytes / 2;
        }

        /** Gives bytes back; true if whoever was refused may now be read again. */
        private boolean giveBack(long bytes) {
            if (usedBytes.addAndGet(-bytes) < limitBytes / 2 && refused) {
                refused = false;
                return true;
            }
            return false;
        }
    }

    private final NodeId peer;
    private final Budget own;
    private final Budget shared;
    private final WasteMeter waste;
    /** What this replica relays; of a client, and of such a lane, the lane itself. */
    private final InboundLane relays;

    private final boolean amongClients;
    private final Queue<Unverified> unverified = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unverifiedFrames = new AtomicInteger();
    private final AtomicBoolean inRing = new AtomicBoolean();
    private final Turns<Waiting> forEngine = new Turns<>();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicLong spentMicros = new AtomicLong();
    /** Time that it may still take before others have their turn; negative if it took more. Of who serves the lane. */
    private long creditMicros;

    /**
     * An empty lane.
     *
     * @param budgetBytes how many bytes it may hold before it is not read
     * @param shared what it has in common with others of its kind
     */
    public InboundLane(NodeId peer, long budgetBytes, Budget shared, LongSupplier nanoTime) {
        this.peer = peer;
        this.own = new Budget(budgetBytes);
        this.shared = shared;
        this.waste = new WasteMeter(nanoTime);
        this.amongClients = isClient();
        this.relays = isClient() ? this : new InboundLane(this);
    }

    /** What a replica relays: it draws on the same bytes and the same patience as what it says. */
    private InboundLane(InboundLane ofReplica) {
        this.peer = ofReplica.peer;
        this.own = ofReplica.own;
        this.shared = ofReplica.shared;
        this.waste = ofReplica.waste;
        this.amongClients = true;
        this.relays = this;
    }

    NodeId peer() {
        return peer;
    }

    boolean isClient() {
        return peer instanceof NodeId.Client;
    }

    /** Whether it takes turns with the clients' lanes, and not with those of replicas. */
    boolean isAmongClients() {
        return amongClients;
    }

    /** Its name for people. */
    String name() {
        return (isClient() ? "client " : "replica ") + peer.id();
    }

    /** Whether more of it is to be read now. */
    boolean hasRoom() {
        // Both are asked, so that both remember who waits.
        boolean ownRoom = own.hasRoom();
        return shared.hasRoom() && ownRoom && !waste.isCutOff();
    }

    /** Charges a frame that was read. Returns what to give back. */
    public long charge(int frameBytes) {
        long bytes = (long) frameBytes + FRAME_OVERHEAD_BYTES;
        own.usedBytes.addAndGet(bytes);
        shared.usedBytes.addAndGet(bytes);
        return bytes;
    }

    /** Gives back what a frame was charged; true if somebody who was not read may be read again. */
    boolean release(long chargedBytes) {
        boolean ownFreed = own.giveBack(chargedBytes);
        return shared.giveBack(chargedBytes) || ownFreed;
    }

    public long heldBytes() {
        return own.usedBytes.get();
    }

    WasteMeter waste() {
        return waste;
    }

    void spent(long micros) {
        spentMicros.addAndGet(micros);
    }

    /** Time spent on checking what it sent. */
    long spentMicros() {
        return spentMicros.get();
    }

    void countRejected() {
        rejected.incrementAndGet();
    }

    /** How many of its frames were no good. */
    long rejected() {
        return rejected.get();
    }

    /** How many of its frames wait to be verified, or are being verified. */
    int unverifiedFrames() {
        return unverifiedFrames.get();
    }

    void addUnverified(Unverified frame) {
        unverifiedFrames.incrementAndGet();
        unverified.add(frame);
    }

    Unverified pollUnverified() {
        return unverified.poll();
    }

    boolean hasUnverified() {
        return !unverified.isEmpty();
    }

    /** A frame that was taken is dealt with: what comes after it need not wait for it any more. */
    void verifiedOne() {
        unverifiedFrames.decrementAndGet();
    }

    Turns<Waiting> forEngine() {
        return forEngine;
    }

    /** Whether the lane was not waiting for its turn, and does now. */
    boolean enterRing() {
        return inRing.compareAndSet(false, true);
    }

    void leaveRing() {
        inRing.set(false);
    }

    /** Adds to the time it may take. */
    void earn(long micros) {
        creditMicros += micros;
    }

    void pay(long micros) {
        creditMicros -= micros;
    }

    boolean hasCredit() {
        return creditMicros > 0;
    }

    /** An idle lane saves nothing up; what it took too much it still owes. */
    void loseSavings() {
        creditMicros = Math.min(0, creditMicros);
    }
}
