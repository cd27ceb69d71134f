package org.tagma.protocol;

import org.tagma.core.Quorums;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.service.TransferLimits;

/**
 * What a protocol is told when one of its replicas starts: what the cluster file says, and the replica's own place in
 * it. Immutable.
 *
 * @param replica its id, 0..n-1
 * @param quorums n and f
 * @param seed where its random numbers start: another one in every incarnation
 * @param timing how long it waits
 * @param sizes how much it may hold, in numbers of things
 * @param memory how much it may hold, in bytes
 * @param transfer the bounds of fetching and serving states
 * @param settings its own section
 */
public record ReplicaContext(
        int replica,
        Quorums quorums,
        long seed,
        Timing timing,
        Sizes sizes,
        MemoryBounds memory,
        TransferLimits transfer,
        Settings settings) {

    /**
     * Times in milliseconds, as the section {@code timeouts} has them.
     *
     * @param requestTimeoutMillis how long a request may take a primary
     * @param viewChangeTimeoutMillis how long a change of the primary may take
     * @param statusIntervalMillis between two messages that say how far a replica is
     * @param maxClockSkewMillis how far a batch's time may be ahead of a replica's clock
     */
    public record Timing(
            int requestTimeoutMillis, int viewChangeTimeoutMillis, int statusIntervalMillis, int maxClockSkewMillis) {}

    /**
     * Bounds, as the sections {@code window}, {@code batch} and {@code limits} have them.
     *
     * @param checkpointInterval sequence numbers from one checkpoint to the next
     * @param logWindow sequence numbers above the last stable checkpoint that may be under way
     * @param pipelineDepth batches that are ordered at the same time
     * @param maxBatchRequests requests in one batch
     * @param maxBatchBytes bytes of one batch
     * @param maxPendingRequests requests that wait to be ordered
     * @param maxPendingRequestsPerClient of these, of one client
     * @param sessionPipeline requests in flight on one session
     */
    public record Sizes(
            int checkpointInterval,
            int logWindow,
            int pipelineDepth,
            int maxBatchRequests,
            int maxBatchBytes,
            int maxPendingRequests,
            int maxPendingRequestsPerClient,
            int sessionPipeline) {}
}
