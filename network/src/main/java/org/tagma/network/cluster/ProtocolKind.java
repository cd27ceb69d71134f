package org.tagma.network.cluster;

import java.util.Locale;

/** Which protocol orders the operations. */
public enum ProtocolKind {
    /** Tolerates f malicious replicas of 3f+1. */
    PBFT,
    /** Tolerates f crashed replicas of 2f+1. */
    RAFT;

    /** The name in the cluster file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
