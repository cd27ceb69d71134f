package org.tagma.simulator;

/**
 * Sizes of a protocol that a run may vary; what they promise is the same with all of them.
 *
 * @param checkpointInterval sequence numbers from one checkpoint to the next, at least 1
 * @param logWindow sequence numbers that may be under way at once, at least twice the interval
 * @param pipelineDepth batches of the leader that may be uncommitted at once, at least 1
 * @param maxBatchRequests requests in a batch, at least 1
 */
public record Tuning(int checkpointInterval, int logWindow, int pipelineDepth, int maxBatchRequests) {}
