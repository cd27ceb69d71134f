package org.tagma.benchmarks.load;

/**
 * How much load, and for how long.
 *
 * <p>Immutable.
 *
 * @param clients how many clients, each with one session and connections of its own, at least 1
 * @param outstanding how many operations each keeps under way; when one is answered it asks for the next. At least 1,
 *     at most the cluster's {@code sessionPipeline}
 * @param measureMillis how long to measure after the warm-up, at least 1
 * @param warmUp how long to warm up before
 */
public record LoadPlan(int clients, int outstanding, long measureMillis, WarmUp warmUp) {

    public LoadPlan {
        if (clients < 1 || outstanding < 1 || measureMillis < 1) {
            throw new IllegalArgumentException("a load has at least one client, one operation and one millisecond");
        }
    }
}
