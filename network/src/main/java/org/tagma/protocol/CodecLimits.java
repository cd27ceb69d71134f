package org.tagma.protocol;

import org.tagma.core.Digest;

/**
 * How much a message from outside may hold. All limits are inclusive and at least 1.
 *
 * <p>Immutable.
 *
 * @param maxBatchRequests requests in one batch
 * @param maxOperationBytes bytes of one operation
 * @param maxReplicas votes in one certificate and view changes in one new view
 * @param maxWindow sequence numbers between the watermarks: entries of P, and re-proposals of a new view
 * @param maxChunkBytes bytes of one chunk of a state
 * @param maxManifestBytes bytes of the manifest of a state
 */
public record CodecLimits(
        int maxBatchRequests,
        int maxOperationBytes,
        int maxReplicas,
        int maxWindow,
        int maxChunkBytes,
        int maxManifestBytes) {

    /** Ids of replicas and clients are below this. */
    public static final int MAX_NODES = 1 << 20;

    /** The highest view, sequence number, request number or time: far out of reach, and far from overflow. */
    public static final long MAX_COUNTER = 1L << 62;

    public CodecLimits {
        requirePositive("maxBatchRequests", maxBatchRequests);
        requirePositive("maxOperationBytes", maxOperationBytes);
        requirePositive("maxReplicas", maxReplicas);
        requirePositive("maxWindow", maxWindow);
        requirePositive("maxChunkBytes", maxChunkBytes);
        requirePositive("maxManifestBytes", maxManifestBytes);
    }

    /** The highest index of a chunk: a manifest holds a digest for each. */
    public int maxChunkIndex() {
        return maxManifestBytes / Digest.LENGTH;
    }

    /** No limits but those of the number types: for what this replica wrote itself. */
    public static CodecLimits unlimited() {
        int any = Integer.MAX_VALUE;
        return new CodecLimits(any, any, any, any, any, any);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }
}
