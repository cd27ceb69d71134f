package org.tagma.protocol.raft;

import java.util.List;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.message.Configuration;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Setting;
import org.tagma.protocol.Settings;

/** The section {@code raft} of the cluster file, and what it means for a replica. */
final class RaftSettings {

    static final String ELECTION_TIMEOUT = "electionTimeoutMillis";
    static final String VOTERS = "voters";

    private static final String HEARTBEAT = "heartbeatMillis";
    private static final String LEASE_READS = "leaseReads";
    private static final String CLOCK_DRIFT = "maxClockDriftPercent";
    private static final String INFLIGHT_MESSAGES = "maxInflightMessages";
    private static final String INFLIGHT_BYTES = "maxInflightBytes";
    private static final String LOG_TAIL = "logTail";

    private static final int MAX_MILLIS = 3_600_000;
    private static final int HEARTBEATS_IN_A_TIMEOUT = 3;
    private static final int TICKS_PER_ELECTION = 10;

    static final List<Setting> ALL = List.of(
            Setting.integer(
                    ELECTION_TIMEOUT,
                    500,
                    10,
                    MAX_MILLIS,
                    "A follower that hears no leader for so long, or for up to twice as long, has another one elected."
                            + " [each]; with leaseReads [all]"),
            Setting.integer(
                    HEARTBEAT,
                    100,
                    1,
                    MAX_MILLIS,
                    "How often a leader says that it leads; at most a third of the election timeout. [each]"),
            Setting.bool(
                    LEASE_READS,
                    false,
                    "Lets a leader answer reads without asking the others: faster, and stale if clocks drift more than"
                            + " stated. [all]"),
            Setting.integer(
                    CLOCK_DRIFT,
                    10,
                    0,
                    50,
                    "By how much one clock may run faster than another, for lease reads. [all]"),
            Setting.integer(
                    INFLIGHT_MESSAGES,
                    64,
                    1,
                    1_000_000,
                    "Messages with entries, and bytes of entries, that may be under way to one follower. [each]"),
            Setting.integer(INFLIGHT_BYTES, 8 << 20, 1, 1 << 30, ""),
            Setting.integer(
                    LOG_TAIL,
                    128,
                    0,
                    1_000_000,
                    "Entries kept below the newest snapshot, for followers that are a little behind. [each]"),
            Setting.replicas(
                    VOTERS,
                    "Who votes in the beginning; [] for all replicas. Those left out can be added with tagma members."
                            + " [never]"));

    private RaftSettings() {}

    static void check(Settings settings, int replicas) {
        int election = settings.integer(ELECTION_TIMEOUT);
        if ((long) settings.integer(HEARTBEAT) * HEARTBEATS_IN_A_TIMEOUT > election) {
            throw new InvalidSettingException(
                    HEARTBEAT, "must be at most a third of electionTimeoutMillis, " + election);
        }
        for (int voter : settings.replicas(VOTERS)) {
            if (voter < 0 || voter >= replicas) {
                throw new InvalidSettingException(
                        VOTERS, "has the voter " + voter + ", and there are only the replicas 0 to " + (replicas - 1));
            }
        }
    }

    /** A lease lasts as long as no other replica has timeouts to elect another leader. */
    static List<String> shared(Settings settings) {
        return settings.bool(LEASE_READS) ? List.of(LEASE_READS, ELECTION_TIMEOUT, CLOCK_DRIFT) : List.of(LEASE_READS);
    }

    /** A tick is a heartbeat, or a tenth of the election timeout if that is less. */
    static RaftConfig config(ReplicaContext context) {
        Settings raft = context.settings();
        ReplicaContext.Sizes sizes = context.sizes();
        List<Integer> voters = raft.replicas(VOTERS);
        int election = raft.integer(ELECTION_TIMEOUT);
        int tickMillis = Math.max(1, Math.min(raft.integer(HEARTBEAT), election / TICKS_PER_ELECTION));
        return new RaftConfig(
                context.replica(),
                voters.isEmpty() ? Configuration.ofFirst(context.quorums().replicas()) : Configuration.of(voters),
                context.seed(),
                sizes.checkpointInterval(),
                raft.integer(LOG_TAIL),
                sizes.logWindow(),
                sizes.pipelineDepth(),
                sizes.maxBatchRequests(),
                sizes.maxBatchBytes(),
                sizes.maxBatchBytes(),
                raft.integer(INFLIGHT_MESSAGES),
                raft.integer(INFLIGHT_BYTES),
                tickMillis,
                election / tickMillis,
                raft.integer(HEARTBEAT) / tickMillis,
                raft.bool(LEASE_READS),
                raft.integer(CLOCK_DRIFT),
                sizes.maxPendingRequests(),
                sizes.maxPendingRequests(),
                sizes.maxPendingRequestsPerClient(),
                sizes.sessionPipeline(),
                context.memory(),
                context.transfer());
    }
}
