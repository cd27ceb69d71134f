package org.tagma.benchmarks.load;

import java.util.OptionalLong;

/**
 * How long to let a cluster warm up.
 *
 * <p>Immutable.
 *
 * @param exactMillis exactly so long, at least 1; empty for as long as it takes until it is steady
 * @param maxMillis how long to wait for that at most, at least 1
 */
public record WarmUp(OptionalLong exactMillis, long maxMillis) {

    public WarmUp {
        if (exactMillis.orElse(1) < 1 || maxMillis < 1) {
            throw new IllegalArgumentException("a warm-up takes at least one millisecond");
        }
    }

    /** Exactly so long. */
    public static WarmUp exactly(long millis) {
        return new WarmUp(OptionalLong.of(millis), millis);
    }

    /** Until it is steady, or at most so long. */
    public static WarmUp untilSteady(long maxMillis) {
        return new WarmUp(OptionalLong.empty(), maxMillis);
    }
}
