package org.tagma.benchmarks.load;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What came of a load.
 *
 * @param operations answered while measuring
 * @param failures calls that failed while measuring, by the simple name of what they failed with
 * @param elapsedNanos how long was measured
 * @param latencyMicros of the operations, from the call to the agreed answer, in microseconds; not to be changed
 */
public record LoadResult(long operations, Map<String, Long> failures, long elapsedNanos, Histogram latencyMicros) {

    public LoadResult {
        failures = Map.copyOf(failures);
    }

    /** The throughput. */
    public double operationsPerSecond() {
        return operations * 1e9 / elapsedNanos;
    }
}
