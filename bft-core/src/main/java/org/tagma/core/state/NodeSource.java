package org.tagma.core.state;

import org.tagma.core.Digest;

/** Where the nodes of a tree are that are not in memory. For any thread. */
@FunctionalInterface
public interface NodeSource {

    /** For a tree that is in memory as a whole: asking for anything else is a bug. */
    NodeSource NOWHERE = digest -> {
        throw new IllegalStateException("the node " + digest + " is not in memory");
    };

    /**
     * Reads the page whose topmost node has this digest, and has compared it with what was read.
     *
     * @throws UnreadableStateError if it is not there, or is damaged
     */
    NodePage load(Digest digest);
}
