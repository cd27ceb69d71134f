package org.tagma.simulator.faults;

/**
 * What is promised about time. The global stabilization time is drawn between two bounds; both are 0 if all delays are
 * bounded from the start, and negative if they never are.
 *
 * @param earliestStabilizationMillis the lower bound
 * @param latestStabilizationMillis the upper bound
 */
public record Timing(long earliestStabilizationMillis, long latestStabilizationMillis) {

    public Timing {
        if (earliestStabilizationMillis > latestStabilizationMillis
                || (earliestStabilizationMillis < 0 && latestStabilizationMillis >= 0)) {
            throw new IllegalArgumentException("stabilization comes between two bounds, or never");
        }
    }

    /** The network's usual delays hold from the start. */
    public static Timing synchronous() {
        return new Timing(0, 0);
    }

    /** They hold from a time on that nobody knows, at most three seconds in. */
    public static Timing partiallySynchronous() {
        return new Timing(0, 3_000);
    }

    /** They hold from just this time on; never, if it is negative. */
    public static Timing stableFromMillis(long millis) {
        return new Timing(millis, millis);
    }

    /** They never hold: nothing is promised about progress. */
    public static Timing asynchronous() {
        return new Timing(-1, -1);
    }

    /** Whether delays are bounded in the end, so that progress is owed. */
    public boolean stabilizes() {
        return latestStabilizationMillis >= 0;
    }
}
