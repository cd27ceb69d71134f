package org.tagma.network.frames;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.tagma.core.NodeId;
import org.tagma.network.transport.TransportLimits;

/**
 * Room for frames of which a part has come in. A frame gets room for all of its bytes at once, before it is read on, so
 * that many half frames can never wait for each other. Each replica and each client, over all its connections, has room
 * of its own; the clients have a bound together; and there is room for one frame that is larger than its replica's.
 *
 * <p>Who finds no room waits, and is not read meanwhile. What it had sent already is kept, within a quarter of its
 * room; who sends more at once than that loses the connection.
 *
 * <p>Thread-safe.
 */
public final class FrameRoom {
    private static final int HELD_PART = 4;

    private final TransportLimits limits;
    private final Map<NodeId, Owner> owners = new HashMap<>();
    private final Map<NodeId, Set<Runnable>> waiting = new LinkedHashMap<>();
    private long clientBytes;
    /** Whether a client was refused because the clients together had used up their room. */
    private boolean clientsRefused;

    private boolean largeTaken;

    public FrameRoom(TransportLimits limits) {
        this.limits = limits;
    }

    /** What one node holds. */
    private static final class Owner {
        private long bytes;
        private long heldBytes;

        boolean isIdle() {
            return bytes == 0 && heldBytes == 0;
        }
    }

    /** Room for one frame. */
    record Lease(NodeId owner, int bytes, boolean large) {}

    /** Room for a frame of this node; null if there is none now. */
    synchronized Lease take(NodeId node, int bytes) {
        Owner owner = owners.computeIfAbsent(node, any -> new Owner());
        boolean client = node instanceof NodeId.Client;
        if (client && clientBytes + bytes > limits.allClientsUnfinishedBytes() && clientBytes > 0) {
            clientsRefused = true;
            return refused(node, owner);
        }
        boolean fits = owner.bytes + bytes <= ownRoom(node) || (client && owner.bytes == 0);
        boolean large = !fits && !client && !largeTaken;
        if (!fits && !large) {
            return refused(node, owner);
        }
        if (large) {
            largeTaken = true;
        } else {
            owner.bytes += bytes;
            clientBytes += client ? bytes : 0;
        }
        retryOne(node);
        return new Lease(node, bytes, large);
    }

    private Lease refused(NodeId node, Owner owner) {
        forgetIfIdle(node, owner);
        return null;
    }

    /** Ends a lease, and lets those who wait try again. */
    synchronized void giveBack(Lease lease) {
        if (lease.large()) {
            largeTaken = false;
        } else {
            Owner owner = owners.get(lease.owner());
            owner.bytes -= lease.bytes();
            clientBytes -= lease.owner() instanceof NodeId.Client ? lease.bytes() : 0;
            forgetIfIdle(lease.owner(), owner);
        }
        if (lease.large() || (clientsRefused && lease.owner() instanceof NodeId.Client)) {
            clientsRefused = false;
            new ArrayList<>(waiting.keySet()).forEach(this::retryOne);
        } else {
            retryOne(lease.owner());
        }
    }

    /** One is enough: if it succeeds, the next has its turn. */
    private void retryOne(NodeId node) {
        Set<Runnable> ofNode = waiting.get(node);
        if (ofNode == null) {
            return;
        }
        Runnable first = ofNode.iterator().next();
        forget(node, first);
        first.run();
    }

    /** Whether bytes that came in and cannot be used yet may be kept. */
    synchronized boolean hold(NodeId node, int bytes) {
        Owner owner = owners.computeIfAbsent(node, any -> new Owner());
        if (owner.heldBytes + bytes > ownRoom(node) / HELD_PART && owner.heldBytes > 0) {
            return false;
        }
        owner.heldBytes += bytes;
        return true;
    }

    synchronized void release(NodeId node, int bytes) {
        Owner owner = owners.get(node);
        owner.heldBytes -= bytes;
        forgetIfIdle(node, owner);
    }

    /** Has this called, once, when somebody gives room back. It must only hand over to another thread. */
    synchronized void await(NodeId node, Runnable retry) {
        waiting.computeIfAbsent(node, any -> new LinkedHashSet<>()).add(retry);
    }

    synchronized void forget(NodeId node, Runnable retry) {
        Set<Runnable> ofNode = waiting.get(node);
        if (ofNode != null && ofNode.remove(retry) && ofNode.isEmpty()) {
            waiting.remove(node);
        }
    }

    private long ownRoom(NodeId node) {
        return node instanceof NodeId.Client ? limits.clientUnfinishedBytes() : limits.replicaUnfinishedBytes();
    }

    private void forgetIfIdle(NodeId node, Owner owner) {
        if (owner.isIdle()) {
            owners.remove(node);
        }
    }
}
