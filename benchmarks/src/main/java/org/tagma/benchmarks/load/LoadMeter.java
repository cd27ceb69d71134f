package org.tagma.benchmarks.load;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.RejectedException;

/** Counts and times what all clients of a load get answered. Thread-safe. */
final class LoadMeter {

    private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(10);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final LongAdder answered = new LongAdder();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final AtomicReference<RejectedException> refusal = new AtomicReference<>();
    private final Recorder latencies = new Recorder(MAX_MICROS, SIGNIFICANT_DIGITS);

    void succeeded(long nanos) {
        answered.increment();
        latencies.recordValue(Math.min(MAX_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos)));
    }

    void failed(BftClientException failure) {
        failures.computeIfAbsent(failure.getClass().getSimpleName(), name -> new LongAdder())
                .increment();
        if (failure instanceof RejectedException rejected) {
            refusal.compareAndSet(null, rejected);
        }
    }

    /** Answers so far. */
    long answered() {
        return answered.sum();
    }

    /** The first refusal by the state machine: no load can be meant to be refused. */
    Optional<RejectedException> refusal() {
        return Optional.ofNullable(refusal.get());
    }

    /** Failures so far, by kind. */
    Map<String, Long> failures() {
        Map<String, Long> counts = new TreeMap<>();
        failures.forEach((kind, count) -> counts.put(kind, count.sum()));
        return counts;
    }

    /** Latencies since the last time. */
    Histogram takeLatencies() {
        return latencies.getIntervalHistogram();
    }
}
