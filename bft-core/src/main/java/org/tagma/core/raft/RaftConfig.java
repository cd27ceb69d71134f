package org.tagma.core.raft;

import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.service.TransferLimits;

/**
 * What a Raft replica is configured with. All replicas of a cluster must agree on the membership, the checkpoint
 * interval and the timeouts.
 *
 * <p>Immutable.
 *
 * @param replica this replica's id
 * @param membership the group at the beginning; what the log says later overrides it
 * @param seed where the replica's random numbers start. The core draws none from outside: the same seed and events give
 *     the same actions. It must be another one for every replica, so that elections do not collide, and in every
 *     incarnation, because the contexts of {@link RaftMessage.ReadIndex} are drawn from it and an old answer must not
 *     fit a new question
 * @param checkpointInterval a snapshot is taken at every multiple of it, in indexes, at least 1
 * @param logTail entries below the newest snapshot that are kept for followers that are a little behind, as far as
 *     {@link #tailBytes} go. They catch up by the log unless the state weighs less than the entries that they lack
 * @param logWindow entries that may be in the log and not yet executed, at least 2; then no more are taken, see {@link
 *     #windowBytes} too
 * @param pipelineDepth batches of the leader that may be uncommitted at once, at least 1; further requests wait and
 *     make the next batch larger
 * @param maxBatchRequests requests in a batch, at least 1
 * @param maxBatchBytes bytes of requests in a batch
 * @param maxAppendBytes bytes of entries in one message; a message holds at least one entry
 * @param maxInflightMessages messages with entries on their way to one follower, at least 1
 * @param maxInflightBytes bytes of entries on their way to one follower
 * @param tickMillis the length of a tick
 * @param electionTimeoutTicks a follower waits this long, or up to twice as long, for its leader; at least 3
 * @param heartbeatTicks how often a leader says that it leads; less than half of the election timeout
 * @param leaseReads whether a leader answers reads without asking the others, for as long as none of them can have
 *     elected another. This alone of all that Raft does depends on clocks: reads are stale if they drift more than
 *     stated
 * @param maxClockDriftPercent by how much one replica's clock may run faster than another's, 0 to 50, for lease reads
 * @param maxPendingReads reads waiting here
 * @param maxPendingRequests requests waiting here, over all clients
 * @param maxPendingPerClient requests waiting here from one client
 * @param sessionPipeline how far ahead of the last one proposed or executed a session's request number may be
 * @param memory how much the log and the requests that wait may take
 * @param transfer bounds of fetching a state
 */
public record RaftConfig(
        int replica,
        Configuration membership,
        long seed,
        int checkpointInterval,
        int logTail,
        int logWindow,
        int pipelineDepth,
        int maxBatchRequests,
        int maxBatchBytes,
        int maxAppendBytes,
        int maxInflightMessages,
        int maxInflightBytes,
        long tickMillis,
        int electionTimeoutTicks,
        int heartbeatTicks,
        boolean leaseReads,
        int maxClockDriftPercent,
        int maxPendingReads,
        int maxPendingRequests,
        int maxPendingPerClient,
        int sessionPipeline,
        MemoryBounds memory,
        TransferLimits transfer) {

    public RaftConfig {
        require(replica >= 0, "replica must be at least 0");
        require(checkpointInterval >= 1, "checkpointInterval must be at least 1");
        require(logTail >= 0, "logTail must be at least 0");
        require(logWindow >= 2, "logWindow must be at least 2");
        require(pipelineDepth >= 1, "pipelineDepth must be at least 1");
        require(maxBatchRequests >= 1 && maxBatchBytes >= 1, "batches must hold something");
        require(maxAppendBytes >= 1 && maxInflightBytes >= 1, "messages must hold something");
        require(maxInflightMessages >= 1, "maxInflightMessages must be at least 1");
        require(tickMillis >= 1, "tickMillis must be at least 1");
        require(electionTimeoutTicks >= 3, "electionTimeoutTicks must be at least 3");
        require(
                heartbeatTicks >= 1 && heartbeatTicks * 2 < electionTimeoutTicks,
                "heartbeatTicks must be less than half of electionTimeoutTicks");
        require(maxClockDriftPercent >= 0 && maxClockDriftPercent <= 50, "maxClockDriftPercent must be 0 to 50");
        require(maxPendingReads >= 1, "maxPendingReads must be at least 1");
        require(maxPendingRequests >= 1 && maxPendingPerClient >= 1, "at least one request must be able to wait");
        require(sessionPipeline >= 1, "sessionPipeline must be at least 1");
    }

    /**
     * How long a leader's lease lasts after it asked a quorum, in milliseconds by its own clock; 0 if lease reads are
     * off. A follower keeps quiet for the election timeout, of which up to one tick may have passed when it began to
     * count.
     */
    public long leaseMillis() {
        return leaseReads ? (electionTimeoutTicks - 1) * tickMillis * (100 - maxClockDriftPercent) / 100 : 0;
    }

    /** Bytes of entries that may be in the log and not yet executed; then no more are taken. */
    public long windowBytes() {
        return memory.logBytes() / 2;
    }

    /** Bytes of entries below the newest snapshot that are kept for followers that are a little behind. */
    public long tailBytes() {
        return memory.logBytes() / 4;
    }

    /** The same, with other bounds of fetching a state. */
    public RaftConfig withTransfer(TransferLimits limits) {
        return new RaftConfig(
                replica,
                membership,
                seed,
                checkpointInterval,
                logTail,
                logWindow,
                pipelineDepth,
                maxBatchRequests,
                maxBatchBytes,
                maxAppendBytes,
                maxInflightMessages,
                maxInflightBytes,
                tickMillis,
                electionTimeoutTicks,
                heartbeatTicks,
                leaseReads,
                maxClockDriftPercent,
                maxPendingReads,
                maxPendingRequests,
                maxPendingPerClient,
                sessionPipeline,
                memory,
                limits);
    }

    /** A group of n with small windows and round timeouts, for tests: tick 50 ms, election timeout of half a second. */
    public static RaftConfig forTests(int replica, int replicas) {
        return forTests(replica, Configuration.ofFirst(replicas), replica + 1L, false);
    }

    /** The same, of a membership, a seed and a mode of reading of the caller's choice. */
    public static RaftConfig forTests(int replica, Configuration membership, long seed, boolean leaseReads) {
        return new RaftConfig(
                replica,
                membership,
                seed,
                8,
                4,
                64,
                4,
                16,
                1 << 20,
                1 << 16,
                4,
                1 << 18,
                50,
                10,
                2,
                leaseReads,
                10,
                1000,
                1000,
                500,
                32,
                MemoryBounds.DEFAULT,
                TransferLimits.DEFAULT);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
