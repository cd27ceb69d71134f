package org.tagma.core.state;

import org.tagma.core.Digest;

/**
 * Keeps the parts of a state that is being fetched: so that they need not be in memory, and are found again after a
 * crash. What is there is there with all below it.
 *
 * <p>For any thread.
 */
public interface NodeStore extends NodeSource {

    /** A state is being fetched: until {@link #endTransfer}, nothing that is there is removed. */
    void beginTransfer();

    /** Whether a node is there, with all below it. */
    boolean contains(Digest digest);

    /**
     * Keeps what is in memory of a part of a tree; the rest of the part must be there. It need not be durable on
     * return.
     */
    void keep(MerkleTree part);

    /** Nothing is fetched any more: what was kept for it, and is no part of a checkpoint, may be removed. */
    void endTransfer();
}
