package org.tagma.core;

/**
 * Who sent or authenticated something: a replica or a client of one cluster. Ids are those of the cluster file, from 0.
 *
 * <p>Immutable.
 */
public sealed interface NodeId {

    /** The number within the kind, at least 0. */
    int id();

    /** A replica, numbered 0..n-1. */
    record Replica(int id) implements NodeId {
        public Replica {
            checkId(id);
        }

        @Override
        public String toString() {
            return "replica " + id;
        }
    }

    /** A client, numbered as in the cluster file. One client may have many sessions. */
    record Client(int id) implements NodeId {
        public Client {
            checkId(id);
        }

        @Override
        public String toString() {
            return "client " + id;
        }
    }

    private static void checkId(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("a node id is at least 0, not " + id);
        }
    }
}
