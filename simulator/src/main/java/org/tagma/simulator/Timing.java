package org.tagma.simulator;

/**
 * What is promised about time.
 *
 * @param latestStabilizationMillis the global stabilization time is drawn from 0 to this; 0 if all delays are bounded
 *     from the start; negative if there is none
 */
public record Timing(long latestStabilizationMillis) {

    /** The network's usual delays hold from the start. */
    public static Timing synchronous() {
        return new Timing(0);
    }

    /** They hold from a time on that nobody knows, at most three seconds in. */
    public static Timing partiallySynchronous() {
        return new Timing(3_000);
    }

    /** They never hold: nothing is promised about progress. */
    public static Timing asynchronous() {
        return new Timing(-1);
    }

    /** Whether delays are bounded in the end, so that progress is owed. */
    public boolean stabilizes() {
        return latestStabilizationMillis >= 0;
    }
}
