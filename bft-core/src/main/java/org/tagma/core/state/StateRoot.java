package org.tagma.core.state;

import org.tagma.core.Digest;

/**
 * What stands for a whole {@link MerkleTree}. Immutable.
 *
 * @param digest of the root node
 * @param bytes of all keys and values together, at least 0
 */
public record StateRoot(Digest digest, long bytes) {

    /** The root of a tree without entries. */
    public static final StateRoot EMPTY = new StateRoot(Node.EMPTY, 0);

    public StateRoot {
        if (bytes < 0) {
            throw new IllegalArgumentException("a state of " + bytes + " bytes");
        }
    }
}
