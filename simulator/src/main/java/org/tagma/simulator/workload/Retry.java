package org.tagma.simulator.workload;

import java.util.SplittableRandom;
import org.tagma.core.protocol.RetrySemantics;

/**
 * What a client wants to happen to its writes when it gets no answer. Queries, where they are ordered, are
 * exactly-once.
 */
public enum Retry {
    EXACTLY_ONCE(""),
    AT_MOST_ONCE("o"),
    AT_LEAST_ONCE("l"),
    /** Now this, now that. */
    MIXED("m");

    private final String letter;

    Retry(String letter) {
        this.letter = letter;
    }

    /** Its letter in a plan. */
    public String letter() {
        return letter;
    }

    /** Whether calls may stay without an answer though the group can make progress. */
    public boolean maySendOnce() {
        return this == AT_MOST_ONCE || this == MIXED;
    }

    /** Whether a write may be executed more than once. */
    public boolean mayRepeat() {
        return this == AT_LEAST_ONCE || this == MIXED;
    }

    /** The next call's. */
    public RetrySemantics draw(SplittableRandom random) {
        return switch (this) {
            case EXACTLY_ONCE -> RetrySemantics.EXACTLY_ONCE;
            case AT_MOST_ONCE -> RetrySemantics.AT_MOST_ONCE;
            case AT_LEAST_ONCE -> RetrySemantics.AT_LEAST_ONCE;
            case MIXED -> RetrySemantics.values()[random.nextInt(RetrySemantics.values().length)];
        };
    }
}
