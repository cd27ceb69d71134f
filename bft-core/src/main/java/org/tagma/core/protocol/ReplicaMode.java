package org.tagma.core.protocol;

import java.util.Locale;

/** What a replica is doing. */
public enum ReplicaMode {
    /** It takes part. */
    NORMAL(true),
    /** It has left a view and waits for a later one. */
    VIEW_CHANGE(true),
    /** It votes for whoever leads. */
    FOLLOWER(true),
    /** It asks whether it would be elected. */
    PRE_CANDIDATE(true),
    /** It stands for election. */
    CANDIDATE(true),
    /** It leads. */
    LEADER(true),
    /** It follows without a vote. */
    LEARNER(true),
    /** It has not begun yet: it asks the others whether its disk is the newest. */
    STARTING(true),
    /** It does not know what it voted before, and does not vote. */
    RECOVERING(false),
    /** It fetches the state from others. */
    FETCHING_STATE(false),
    /** It executes again what it had executed before it was restarted. */
    CATCHING_UP(false),
    /** It takes no part any more. */
    STOPPED(false);

    private final boolean servesReads;

    ReplicaMode(boolean servesReads) {
        this.servesReads = servesReads;
    }

    /** Whether its state is so recent that reads may be answered from it. */
    public boolean servesReads() {
        return servesReads;
    }

    /** The name for people and in answers to operators: lower case, words joined with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
        return label();
    }
}
