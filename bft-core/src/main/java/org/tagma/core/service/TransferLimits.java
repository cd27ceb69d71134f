package org.tagma.core.service;

import java.util.List;
import java.util.Optional;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.StateRoot;
import org.tagma.core.state.TreeAssembler;

/**
 * Bounds of fetching a state from other replicas.
 *
 * <p>Immutable.
 *
 * @param maxStateBytes more than that is not fetched into memory; 0 to {@link Integer#MAX_VALUE}. Of a Merkle tree that
 *     goes into a store there may be more
 * @param maxOutstanding questions under way at a time, at least 1
 * @param retryTicks ticks without an answer after which another replica is asked, at least 1
 * @param wholePartBytes up to how many bytes a part of a Merkle tree is asked for whole where nothing is known; at most
 *     {@link TreeAssembler#MAX_WHOLE_BYTES}
 * @param differenceBytes up to how many where something is; at least 1, and no more than that
 */
public record TransferLimits(
        long maxStateBytes, int maxOutstanding, int retryTicks, int wholePartBytes, int differenceBytes) {

    /** 1 GiB, 8 questions (half a megabyte) under way, another replica after 2 ticks. */
    public static final TransferLimits DEFAULT = new TransferLimits(1L << 30, 8, 2);

    /**
     * With the usual parts of trees: they fill a message, and those that are compared are small beside what differs.
     */
    public TransferLimits(long maxStateBytes, int maxOutstanding, int retryTicks) {
        this(
                maxStateBytes,
                maxOutstanding,
                retryTicks,
                TreeAssembler.MAX_WHOLE_BYTES,
                TreeAssembler.USUAL_DIFFERENCE_BYTES);
    }

    /** The same, with other parts of trees. */
    public TransferLimits withParts(int wholeBytes, int bytesOfDifferences) {
        return new TransferLimits(maxStateBytes, maxOutstanding, retryTicks, wholeBytes, bytesOfDifferences);
    }

    /** The same, with another bound for what is fetched into memory. */
    public TransferLimits withMaxStateBytes(long bytes) {
        return new TransferLimits(bytes, maxOutstanding, retryTicks, wholePartBytes, differenceBytes);
    }

    public TransferLimits {
        if (maxStateBytes < 0 || maxStateBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a state of at most " + maxStateBytes + " bytes");
        }
        if (differenceBytes < 1 || wholePartBytes < differenceBytes || wholePartBytes > TreeAssembler.MAX_WHOLE_BYTES) {
            throw new IllegalArgumentException("parts of " + wholePartBytes + " and " + differenceBytes + " bytes");
        }
        if (maxOutstanding < 1 || retryTicks < 1) {
            throw new IllegalArgumentException(
                    "at least 1 question and 1 tick, not " + maxOutstanding + " and " + retryTicks);
        }
    }

    /** Puts a tree together in parts of these sizes. */
    TreeAssembler assembler(
            StateRoot root, Optional<MerkleTree> known, List<TreeAssembler> earlier, Optional<NodeStore> store) {
        return new TreeAssembler(root, known.stream().toList(), earlier, store, wholePartBytes, differenceBytes);
    }
}
