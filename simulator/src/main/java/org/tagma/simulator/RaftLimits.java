package org.tagma.simulator;

import org.tagma.core.raft.RaftConfig;

/**
 * Bounds of Raft that a run may vary; what it promises is the same with all of them.
 *
 * @param maxInflightMessages messages with entries on their way to one follower, at least 1
 * @param maxInflightBytes bytes of entries on their way to one follower, at least 1
 * @param maxAppendBytes bytes of entries in one message, at least 1
 * @param maxPendingReads reads that may wait at a replica, at least 1
 */
public record RaftLimits(int maxInflightMessages, int maxInflightBytes, int maxAppendBytes, int maxPendingReads) {

    /** Those of the tests, which hardly any run reaches. */
    public static final RaftLimits USUAL = of(RaftConfig.forTests(0, 1));

    /** Those of a configuration. */
    static RaftLimits of(RaftConfig config) {
        return new RaftLimits(
                config.maxInflightMessages(),
                config.maxInflightBytes(),
                config.maxAppendBytes(),
                config.maxPendingReads());
    }
}
