package org.tagma.simulator;

import org.tagma.core.service.TransferLimits;

/**
 * Sizes of a protocol that a run may vary; what they promise is the same with all of them.
 *
 * @param checkpointInterval sequence numbers from one checkpoint to the next, at least 1
 * @param logWindow sequence numbers that may be under way at once, at least twice the interval
 * @param pipelineDepth batches of the leader that may be uncommitted at once, at least 1
 * @param maxBatchRequests requests in a batch, at least 1
 * @param maxBatchBytes bytes of requests in a batch, at least 1; every batch may hold one request
 * @param transfer how a state is fetched
 */
public record Tuning(
        int checkpointInterval,
        int logWindow,
        int pipelineDepth,
        int maxBatchRequests,
        int maxBatchBytes,
        TransferLimits transfer) {

    /** More than the requests of a run can fill. */
    public static final int AMPLE_BATCH_BYTES = 1 << 20;

    /** The sizes of the tests. */
    public static final Tuning USUAL = new Tuning(8, 32, 2, 16);

    /** States are fetched as usual, and batches have as many bytes as they need. */
    public Tuning(int checkpointInterval, int logWindow, int pipelineDepth, int maxBatchRequests) {
        this(checkpointInterval, logWindow, pipelineDepth, maxBatchRequests, AMPLE_BATCH_BYTES, TransferLimits.DEFAULT);
    }

    /** The same, with so many bytes in a batch. */
    public Tuning withBatchBytes(int bytes) {
        return new Tuning(checkpointInterval, logWindow, pipelineDepth, maxBatchRequests, bytes, transfer);
    }

    /** The same, with trees fetched in parts of up to so many bytes, and in smaller ones where something is known. */
    public Tuning withParts(int wholeBytes, int differenceBytes) {
        return new Tuning(
                checkpointInterval,
                logWindow,
                pipelineDepth,
                maxBatchRequests,
                maxBatchBytes,
                transfer.withParts(wholeBytes, differenceBytes));
    }

    /** Whether batches have as many bytes as they need. */
    public boolean hasAmpleBatches() {
        return maxBatchBytes == AMPLE_BATCH_BYTES;
    }

    /** Whether trees are fetched in parts as usual. */
    public boolean hasUsualParts() {
        return transfer.equals(TransferLimits.DEFAULT);
    }
}
