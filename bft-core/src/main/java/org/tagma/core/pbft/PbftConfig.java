package org.tagma.core.pbft;

import org.tagma.core.Quorums;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.service.TransferLimits;

/**
 * What a PBFT replica is configured with. All replicas of a cluster must agree on everything but {@code replica}.
 *
 * <p>Immutable.
 *
 * @param replica this replica's id
 * @param quorums n and f
 * @param checkpointInterval K: a checkpoint is taken at every multiple of it, in sequence numbers, at least 1
 * @param logWindow L: votes are taken for sequence numbers up to this far above the last stable checkpoint; at least 2K
 * @param pipelineDepth how many proposals of the primary may be uncommitted at once, at least 1; further requests wait
 *     and make the next batch larger
 * @param maxBatchRequests requests in a batch, at least 1
 * @param maxBatchBytes bytes of requests in a batch
 * @param tickMillis the length of a tick
 * @param requestTimeoutTicks how long a backup lets a request wait for a primary that is busy, see
 *     {@link AdaptiveTimeouts}
 * @param viewChangeTimeoutTicks how long a new primary has at most, from a quorum of view changes to its new view
 * @param statusIntervalTicks how often a replica says where it stands
 * @param maxClockSkewMillis how far a proposed time may lie from a backup's own clock
 * @param maxPendingRequests requests waiting here that came from clients, over all of these, see {@link PoolQuotas}
 * @param maxPendingPerClient requests waiting here that came from one client
 * @param sessionPipeline how far ahead of the last one proposed or executed a session's request number may be
 * @param memory how much the window and the requests that wait may take
 * @param transfer bounds of fetching a state
 */
public record PbftConfig(
        int replica,
        Quorums quorums,
        int checkpointInterval,
        int logWindow,
        int pipelineDepth,
        int maxBatchRequests,
        int maxBatchBytes,
        long tickMillis,
        int requestTimeoutTicks,
        int viewChangeTimeoutTicks,
        int statusIntervalTicks,
        long maxClockSkewMillis,
        int maxPendingRequests,
        int maxPendingPerClient,
        int sessionPipeline,
        MemoryBounds memory,
        TransferLimits transfer) {

    /** How many parts the shortest timeout is divided into. */
    public static final int TICKS_PER_TIMEOUT = 20;

    /** How many parts the time between two status messages is divided into, at least. */
    public static final int TICKS_PER_STATUS = 2;

    public PbftConfig {
        require(replica >= 0 && replica < quorums.replicas(), "replica must be one of the group");
        require(quorums.replicas() >= 3 * quorums.faults() + 1, "PBFT needs n >= 3f+1");
        require(checkpointInterval >= 1, "checkpointInterval must be at least 1");
        require(logWindow >= 2 * checkpointInterval, "logWindow must be at least twice checkpointInterval");
        require(pipelineDepth >= 1, "pipelineDepth must be at least 1");
        require(maxBatchRequests >= 1 && maxBatchBytes >= 1, "batches must hold something");
        require(tickMillis >= 1, "tickMillis must be at least 1");
        require(
                requestTimeoutTicks >= 2 && viewChangeTimeoutTicks >= 2 && statusIntervalTicks >= 1,
                "timeouts must be at least two ticks, the status interval one");
        require(maxClockSkewMillis >= 1, "maxClockSkewMillis must be at least 1");
        require(maxPendingRequests >= 1 && maxPendingPerClient >= 1, "at least one request must be able to wait");
        require(sessionPipeline >= 1, "sessionPipeline must be at least 1");
    }

    /**
     * Digests for which a slot remembers having pre-prepared: Q's entries for one sequence number. One more comes
     * only in a view whose primary proposed something new there and no quorum prepared it, and what a replica
     * prepared replaces all that it pre-prepared before. Beyond it the oldest is forgotten. A later view change
     * may then lack the vouchers for a batch that prepared in that old view, at a replica that was left out of as
     * many view changes; it then needs those of more replicas, and nothing false follows.
     */
    public static final int MAX_DIGESTS_PER_SEQUENCE = 16;

    /** How many times what lies between two checkpoints a replica may come to hold between the watermarks. */
    public static final int WINDOW_INTERVALS = WindowRoom.HELD + 1;

    /** How far above the stable checkpoint a primary proposes: one interval less than what backups accept, because a
     * backup may learn of a checkpoint's stability later than the primary (fabric #1119). */
    public int proposalWindow() {
        return logWindow - checkpointInterval;
    }

    /** The same, with other bounds of fetching a state. */
    public PbftConfig withTransfer(TransferLimits limits) {
        return new PbftConfig(
                replica,
                quorums,
                checkpointInterval,
                logWindow,
                pipelineDepth,
                maxBatchRequests,
                maxBatchBytes,
                tickMillis,
                requestTimeoutTicks,
                viewChangeTimeoutTicks,
                statusIntervalTicks,
                maxClockSkewMillis,
                maxPendingRequests,
                maxPendingPerClient,
                sessionPipeline,
                memory,
                limits);
    }

    /** How much the batches between two checkpoints may weigh, see {@link WindowRoom}. */
    public long intervalBytes() {
        return memory.checkpointBytes();
    }

    /** How much a replica may come to hold between the watermarks. */
    public static long windowBytes(MemoryBounds memory) {
        return WINDOW_INTERVALS * memory.checkpointBytes();
    }

    /** How much the requests that wait may come to, where none has more bytes than this. */
    public static long poolBytes(MemoryBounds memory, int replicas, long largestRequest) {
        return PoolQuotas.maxBytes(memory, replicas, largestRequest) + largestRequest;
    }

    /** A group of n with small windows and round timeouts, for tests: tick 50 ms, timeouts of one second. */
    public static PbftConfig forTests(int replica, int replicas) {
        return new PbftConfig(
                replica,
                Quorums.byzantine(replicas),
                8,
                32,
                2,
                16,
                1 << 20,
                50,
                20,
                20,
                5,
                60_000,
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
