package org.tagma.core.state;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;

/** Where the nodes of a tree are that are not in memory. */
@FunctionalInterface
public interface NodeSource {

    /** For a tree that is in memory as a whole: asking for anything else is a bug. */
    NodeSource NOWHERE = digest -> {
        throw new IllegalStateException("the node " + digest + " is not in memory");
    };

    /**
     * Reads one node, as {@link MerkleTree#visitNew} gave it.
     *
     * @throws IllegalStateException if it is not there: the tree is of a state that was pruned, or the store is damaged
     */
    ByteString load(Digest digest);
}
