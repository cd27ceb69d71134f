package org.tagma.replica.settings;

import org.tagma.network.cluster.Durability;

/** On which threads a replica's protocol and its state machine run. */
public enum ThreadLayout {

    /** {@link #LOOP} where nothing is written to a disk (durability {@code memory}), else {@link #SPLIT}. */
    AUTO,

    /**
     * Both on the network's thread: the least work for an operation, since nobody is woken. A state machine that keeps
     * the
     * thread for a tenth of a second gets one of its own, for good.
     */
    LOOP,

    /**
     * A thread for the protocol and one for the state machine: the state machine may be slow, and processors are used.
     */
    SPLIT;

    /** The layout for a replica of this durability: never {@link #AUTO}. */
    public ThreadLayout of(Durability durability) {
        if (this != AUTO) {
            return this;
        }
        return durability == Durability.MEMORY ? LOOP : SPLIT;
    }

    /** For people. */
    public String description() {
        return switch (this) {
            case AUTO -> "auto";
            case LOOP -> "loop (protocol and service on the network's thread)";
            case SPLIT -> "split (network, protocol and service on a thread each)";
        };
    }
}
