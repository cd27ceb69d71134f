package org.tagma.network;

import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tagma.network.frames.Outbox;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;
import org.tagma.network.transport.TransportStats;

/** All peers a transport can send to. Looked up by any thread, changed by the network thread. */
final class PeerTable {
    private final TransportLimits limits;
    private final TransportStats stats;
    private final FrameHandler handler;
    private final Outbox.SharedBudget clientBudget;
    private final Map<PeerId, PeerLink> links = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> sessionsOfClient = new ConcurrentHashMap<>();
    private final Consumer<PeerLink> onReplicaLost;
    private final Map<Integer, Outbox.SharedBudget> budgetOfClient = new HashMap<>();
    private volatile int clientSessions;

    /**
     * @param onReplicaLost told of the link of each replica whose connection is gone
     */
    PeerTable(TransportOptions options, TransportStats stats, FrameHandler handler, Consumer<PeerLink> onReplicaLost) {
        this.onReplicaLost = onReplicaLost;
        this.limits = options.limits();
        this.stats = stats;
        this.handler = handler;
        this.clientBudget = new Outbox.SharedBudget(limits.allClientsBudgetBytes());
        for (int id = 0; id < options.replicaCount(); id++) {
            PeerId replica = new PeerId.Replica(id);
            if (!replica.equals(options.self())) {
                links.put(replica, newReplicaLink(replica));
            }
        }
    }

    @Nullable
    PeerLink find(PeerId peer) {
        return links.get(peer);
    }

    /** Whether there is a place for a connection of this peer, which has just proved who it is. For any thread. */
    Optional<ConnectionRejection> admits(PeerId peer) {
        if (links.containsKey(peer)) {
            return Optional.empty(); // a replica, or a newer connection of a session that takes the older one's place
        }
        if (clientSessions >= limits.maxClientConnections()) {
            return Optional.of(ConnectionRejection.TOO_MANY_CLIENTS);
        }
        if (sessionsOfClient.getOrDefault(peer.toNodeId().id(), 0) >= limits.maxConnectionsPerClient()) {
            return Optional.of(ConnectionRejection.TOO_MANY_SESSIONS);
        }
        return Optional.empty();
    }

    /** The peer's link; a client session that is not connected yet gets a new one, and takes a place. */
    PeerLink linkOf(PeerId peer) {
        return links.computeIfAbsent(peer, session -> {
            clientSessions++;
            sessionsOfClient.merge(session.toNodeId().id(), 1, Integer::sum);
            return newClientLink(session);
        });
    }

    /** Makes this the link's connection, instead of the older one if there is one. */
    void attach(PeerLink link, Channel channel) {
        Channel older = link.channel();
        link.attach(channel);
        if (older != null) {
            // The peer knows better than we do that its older connection is dead.
            stats.connectionsChanged(-1);
            handler.onPeerDown(link.peer());
            older.close();
        }
        stats.connectionsChanged(1);
        handler.onPeerUp(link.peer());
        link.flush();
    }

    /** A connection is gone; does nothing if it had been replaced. */
    void detach(PeerLink link, Channel channel) {
        if (link.channel() != channel) {
            return;
        }
        PeerId peer = link.peer();
        if (peer instanceof PeerId.ClientSession) {
            links.remove(peer);
            clientSessions--;
            int client = peer.toNodeId().id();
            if (sessionsOfClient.computeIfPresent(client, (id, count) -> count == 1 ? null : count - 1) == null) {
                budgetOfClient.remove(client);
            }
            link.retire(DropReason.CONNECTION_LOST);
        } else {
            link.detach();
            onReplicaLost.accept(link);
        }
        stats.connectionsChanged(-1);
        handler.onPeerDown(peer);
    }

    /** Drops all that still waits, for good. */
    void close() {
        for (PeerLink link : links.values()) {
            link.retire(DropReason.CLOSED);
        }
    }

    private PeerLink newReplicaLink(PeerId peer) {
        return new PeerLink(
                peer,
                new Outbox(List.of(), stats),
                limits.replicaBudgetBytes(),
                Math.min(limits.replicaBacklogBytes(), limits.replicaBudgetBytes()),
                stats);
    }

    private PeerLink newClientLink(PeerId peer) {
        long budget = limits.clientBudgetBytes();
        Outbox.SharedBudget ofClient = budgetOfClient.computeIfAbsent(
                peer.toNodeId().id(), id -> new Outbox.SharedBudget(limits.allSessionsBudgetBytes()));
        return new PeerLink(peer, new Outbox(List.of(ofClient, clientBudget), stats), budget, budget, stats);
    }
}
