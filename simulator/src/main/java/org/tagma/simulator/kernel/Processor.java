package org.tagma.simulator.kernel;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tagma.core.NodeId;
import org.tagma.network.transport.PeerId;

/**
 * The processor of a machine: it deals with one frame after the other, and each takes the time that its work costs. Who
 * sent them take turns, such that none gets more time than another that has something waiting; what a replica relays
 * has turns of its own. That is a model of the lanes of production, without their limits on waste.
 *
 * <p>Not thread-safe.
 */
public final class Processor {

    /** What waits beyond that is lost, as where a sender is not read and drops what it cannot send. */
    private static final int MAX_WAITING = 4_096;

    /** What one peer has waiting, and how much time it got. */
    private static final class Lane {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private long spentMicros;
    }

    private final EventQueue queue;
    private final Capacity capacity;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private boolean busy;
    /** What the lane that was served last had got: one that was idle saves nothing up. */
    private long turnMicros;

    private long costMicros;

    /** One that has nothing to do. */
    public Processor(EventQueue queue, Capacity capacity) {
        this.queue = queue;
        this.capacity = capacity;
    }

    /**
     * Deals with a frame when it is its turn.
     *
     * @param relayed whether a replica hands it on for a client
     */
    public void take(PeerId from, boolean relayed, Runnable work) {
        if (capacity.equals(Capacity.UNLIMITED)) {
            work.run();
            return;
        }
        Lane lane = lanes.computeIfAbsent((relayed ? "relays of " : "") + nameOf(from), name -> new Lane());
        if (lane.waiting.size() < MAX_WAITING) {
            if (lane.waiting.isEmpty()) {
                lane.spentMicros = Math.max(lane.spentMicros, turnMicros);
            }
            lane.waiting.add(work);
            next();
        }
    }

    private static String nameOf(PeerId peer) {
        NodeId node = peer.toNodeId();
        return (node instanceof NodeId.Client ? "client " : "replica ") + node.id();
    }

    private void next() {
        Lane least = null;
        for (Lane lane : lanes.values()) {
            if (!lane.waiting.isEmpty() && (least == null || lane.spentMicros < least.spentMicros)) {
                least = lane;
            }
        }
        if (busy || least == null) {
            return;
        }
        busy = true;
        turnMicros = least.spentMicros;
        costMicros += capacity.frameMicros();
        least.waiting.remove().run();
        least.spentMicros += costMicros;
        long cost = costMicros;
        costMicros = 0;
        queue.after(cost, () -> {
            busy = false;
            next();
        });
    }

    /** A frame leaves. */
    public void sends() {
        costMicros += capacity.frameMicros();
    }

    /** A signature is made or checked. */
    public void signature() {
        costMicros += capacity.signatureMicros();
    }

    /** The power fails: what waited is gone. */
    public void crash() {
        lanes.values().forEach(lane -> lane.waiting.clear());
    }
}
