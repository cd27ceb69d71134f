package org.tagma.network.cluster;

import static org.tagma.network.cluster.InvalidSettingException.checkRange;

import java.util.HashSet;
import java.util.List;

/**
 * What only Raft needs: the optional section {@code raft} of the cluster file, of which each key is optional.
 *
 * <p>Immutable. The constructor checks its values and throws {@link InvalidSettingException}.
 *
 * @param electionTimeoutMillis a follower waits this long, or up to twice as long, for its leader, 10..3600000
 * @param heartbeatMillis how often a leader says that it leads; at most a third of the election timeout
 * @param leaseReads whether a leader answers reads without asking the others while its lease lasts; stale if clocks drift
 *     more than stated
 * @param maxClockDriftPercent by how much one clock may run faster than another, for lease reads, 0..50
 * @param maxInflightMessages messages with entries on their way to one follower, at least 1
 * @param maxInflightBytes bytes of entries on their way to one follower, at least 1
 * @param logTail entries that are kept below the newest snapshot, for followers that are a little behind
 * @param voters who votes in the beginning; empty for all replicas. The others can be added later
 */
public record RaftSettings(
        int electionTimeoutMillis,
        int heartbeatMillis,
        boolean leaseReads,
        int maxClockDriftPercent,
        int maxInflightMessages,
        int maxInflightBytes,
        int logTail,
        List<Integer> voters) {

    private static final int MAX_MILLIS = 3_600_000;
    private static final int HEARTBEATS_IN_A_TIMEOUT = 3;

    public RaftSettings {
        voters = List.copyOf(voters);
        checkRange("electionTimeoutMillis", electionTimeoutMillis, 10, MAX_MILLIS);
        checkRange("heartbeatMillis", heartbeatMillis, 1, MAX_MILLIS);
        if ((long) heartbeatMillis * HEARTBEATS_IN_A_TIMEOUT > electionTimeoutMillis) {
            throw new InvalidSettingException(
                    "heartbeatMillis", "must be at most a third of electionTimeoutMillis, " + electionTimeoutMillis);
        }
        checkRange("maxClockDriftPercent", maxClockDriftPercent, 0, 50);
        checkRange("maxInflightMessages", maxInflightMessages, 1, 1_000_000);
        checkRange("maxInflightBytes", maxInflightBytes, 1, 1 << 30);
        checkRange("logTail", logTail, 0, 1_000_000);
        if (new HashSet<>(voters).size() < voters.size()) {
            throw new InvalidSettingException("voters", "must be different replicas");
        }
    }

    /** 1000 ms, 100 ms, no lease reads, 10 %, 64 messages, 8 MiB, 128 entries, all replicas. */
    public static RaftSettings defaults() {
        return new RaftSettings(1_000, 100, false, 10, 64, 8 << 20, 128, List.of());
    }
}
