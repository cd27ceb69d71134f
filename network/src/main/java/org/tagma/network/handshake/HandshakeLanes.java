package org.tagma.network.handshake;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.tagma.core.NodeId;
import org.tagma.network.transport.TransportLimits;

/**
 * The handshakes of nodes that have proved to belong to the cluster: a lane for each node, served in turn, so that one
 * client that connects and connects costs its own next handshake and nobody else's.
 *
 * <p>Not thread-safe.
 */
final class HandshakeLanes<C> {
    private final int maxWaitingPerNode;
    private final int maxUnderWayPerNode;
    private final int maxUnderWay;
    private final Map<NodeId, Lane<C>> lanes = new LinkedHashMap<>();
    private final Map<C, NodeId> nodes = new HashMap<>();
    private int underWay;

    HandshakeLanes(TransportLimits limits) {
        this.maxWaitingPerNode = limits.maxWaitingHandshakesPerNode();
        this.maxUnderWayPerNode = limits.maxHandshakesPerNode();
        this.maxUnderWay = limits.maxHandshakes();
    }

    private static final class Lane<C> {
        private final Queue<C> waiting = new ArrayDeque<>();
        private int underWay;

        boolean isEmpty() {
            return waiting.isEmpty() && underWay == 0;
        }
    }

    /** Puts a connection into its node's lane; false if that is full. */
    boolean offer(NodeId node, C connection) {
        Lane<C> lane = lanes.computeIfAbsent(node, any -> new Lane<>());
        if (lane.waiting.size() >= maxWaitingPerNode) {
            return false;
        }
        lane.waiting.add(connection);
        nodes.put(connection, node);
        return true;
    }

    /** Whose turn it is, if it is anybody's: the next of the lane that has not been served for longest. */
    Optional<C> next() {
        if (underWay >= maxUnderWay) {
            return Optional.empty();
        }
        for (Map.Entry<NodeId, Lane<C>> each : lanes.entrySet()) {
            Lane<C> lane = each.getValue();
            if (!lane.waiting.isEmpty() && lane.underWay < maxUnderWayPerNode) {
                NodeId node = each.getKey();
                lanes.remove(node);
                lanes.put(node, lane);
                lane.underWay++;
                underWay++;
                return Optional.of(lane.waiting.remove());
            }
        }
        return Optional.empty();
    }

    /** A connection is authenticated, or gone. */
    void leave(C connection) {
        NodeId node = nodes.remove(connection);
        if (node == null) {
            return;
        }
        Lane<C> lane = lanes.get(node);
        if (!lane.waiting.remove(connection)) {
            lane.underWay--;
            underWay--;
        }
        if (lane.isEmpty()) {
            lanes.remove(node);
        }
    }
}
