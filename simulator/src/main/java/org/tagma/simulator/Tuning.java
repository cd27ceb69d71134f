package org.tagma.simulator;

import org.tagma.core.service.TransferLimits;

/**
 * Sizes of a protocol that a run may vary; what they promise is the same with all of them.
 *
 * @param checkpointInterval sequence numbers from one checkpoint to the next, at least 1
 * @param logWindow sequence numbers that may be under way at once, at least twice the interval
 * @param pipelineDepth batches of the leader that may be uncommitted at once, at least 1
 * @param maxBatchRequests requests in a batch, at least 1
 * @param transfer how a state is fetched
 */
public record Tuning(
        int checkpointInterval, int logWindow, int pipelineDepth, int maxBatchRequests, TransferLimits transfer) {

    /** States are fetched as usual. */
    public Tuning(int checkpointInterval, int logWindow, int pipelineDepth, int maxBatchRequests) {
        this(checkpointInterval, logWindow, pipelineDepth, maxBatchRequests, TransferLimits.DEFAULT);
    }

    /** The same, with trees fetched in parts of up to so many bytes, and in smaller ones where something is known. */
    public Tuning withParts(int wholeBytes, int differenceBytes) {
        return new Tuning(
                checkpointInterval,
                logWindow,
                pipelineDepth,
                maxBatchRequests,
                transfer.withParts(wholeBytes, differenceBytes));
    }

    /** Whether trees are fetched in parts as usual. */
    public boolean hasUsualParts() {
        return transfer.equals(TransferLimits.DEFAULT);
    }
}
