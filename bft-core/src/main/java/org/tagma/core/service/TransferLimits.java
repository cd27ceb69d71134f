package org.tagma.core.service;

/**
 * Bounds of fetching a state from other replicas.
 *
 * <p>Immutable.
 *
 * @param maxStateBytes more than that is not fetched into memory; 0 to {@link Integer#MAX_VALUE}. Of a Merkle tree that goes
 *     into a store there may be more
 * @param maxOutstanding questions under way at a time, at least 1
 * @param retryTicks ticks without an answer after which another replica is asked, at least 1
 */
public record TransferLimits(long maxStateBytes, int maxOutstanding, int retryTicks) {

    /** 1 GiB, 8 questions (half a megabyte) under way, another replica after 2 ticks. */
    public static final TransferLimits DEFAULT = new TransferLimits(1L << 30, 8, 2);

    public TransferLimits {
        if (maxStateBytes < 0 || maxStateBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a state of at most " + maxStateBytes + " bytes");
        }
        if (maxOutstanding < 1 || retryTicks < 1) {
            throw new IllegalArgumentException(
                    "at least 1 question and 1 tick, not " + maxOutstanding + " and " + retryTicks);
        }
    }
}
