package org.tagma.network.transport;

import org.tagma.core.NodeId;

/**
 * One end of a connection. A replica has one connection to a peer; a client has one for each of its sessions.
 *
 * <p>Immutable.
 */
public sealed interface PeerId {

    /** Whose keys authenticate this end. */
    NodeId toNodeId();

    /** A replica, numbered 0..n-1. */
    record Replica(int id) implements PeerId {
        public Replica {
            checkId(id);
        }

        @Override
        public NodeId toNodeId() {
            return new NodeId.Replica(id);
        }

        @Override
        public String toString() {
            return "replica " + id;
        }
    }

    /**
     * One session of a client.
     *
     * @param clientId as in the cluster file, at least 0
     * @param session any number; two live connections of one client differ in it
     */
    record ClientSession(int clientId, long session) implements PeerId {
        public ClientSession {
            checkId(clientId);
        }

        @Override
        public NodeId toNodeId() {
            return new NodeId.Client(clientId);
        }

        @Override
        public String toString() {
            return "client " + clientId + " session " + session;
        }
    }

    private static void checkId(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("a peer id is at least 0, not " + id);
        }
    }
}
