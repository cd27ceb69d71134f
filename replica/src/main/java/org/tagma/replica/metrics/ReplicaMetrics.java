package org.tagma.replica.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.tagma.protocol.RejectionReason;

/**
 * What a replica counts. Thread-safe.
 *
 * <p>Meters: {@code tagma.rejected} by {@code reason}; {@code tagma.protocol.rejected} by {@code reason};
 * {@code tagma.batch.size}; {@code tagma.executed.requests}; {@code tagma.evidence}; {@code tagma.cut.off} by
 * {@code peer}; gauges {@code tagma.view} and {@code tagma.queue.size} by {@code queue},
 * {@code tagma.clock.offset.millis} by {@code replica}.
 */
public final class ReplicaMetrics {

    private final MeterRegistry registry;
    private final Map<RejectionReason, Counter> rejected = new EnumMap<>(RejectionReason.class);
    private final Map<String, Counter> rejectedByProtocol = new ConcurrentHashMap<>();
    private final DistributionSummary batchSize;
    private final Counter executedRequests;
    private final Counter evidence;
    private volatile long lastBatchNanos;

    public ReplicaMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (RejectionReason reason : RejectionReason.values()) {
            rejected.put(reason, registry.counter("tagma.rejected", "reason", reason.label()));
        }
        this.batchSize = registry.summary("tagma.batch.size");
        this.executedRequests = registry.counter("tagma.executed.requests");
        this.evidence = registry.counter("tagma.evidence");
    }

    public void countRejected(RejectionReason reason) {
        rejected.get(reason).increment();
    }

    /** Counts a message that the protocol did not accept; on the engine's thread. */
    public void countRejectedByProtocol(String reason) {
        rejectedByProtocol
                .computeIfAbsent(reason, name -> registry.counter("tagma.protocol.rejected", "reason", name))
                .increment();
    }

    /** Messages that the protocol did not accept, by reason. */
    public Map<String, Long> rejectedByProtocol() {
        Map<String, Long> counts = new TreeMap<>();
        rejectedByProtocol.forEach((reason, counter) -> counts.put(reason, (long) counter.count()));
        return counts;
    }

    public void countBatch(int requests) {
        lastBatchNanos = System.nanoTime();
        batchSize.record(requests);
        executedRequests.increment(requests);
    }

    /** A peer is not listened to for a while. */
    public void countCutOff(String peer) {
        registry.counter("tagma.cut.off", "peer", peer).increment();
    }

    public void countEvidence() {
        evidence.increment();
    }

    public long rejected(RejectionReason reason) {
        return (long) rejected.get(reason).count();
    }

    /** How long ago the last batch was executed; -1 if none was. */
    public long millisSinceLastBatch() {
        return batches() == 0 ? -1 : (System.nanoTime() - lastBatchNanos) / 1_000_000;
    }

    public long executedRequests() {
        return (long) executedRequests.count();
    }

    public long batches() {
        return batchSize.count();
    }

    public void watchView(Supplier<Number> view) {
        Gauge.builder("tagma.view", view).register(registry);
    }

    public void watchClock(int replica, Supplier<Number> offsetMillis) {
        Gauge.builder("tagma.clock.offset.millis", offsetMillis)
                .tag("replica", Integer.toString(replica))
                .register(registry);
    }

    public void watchQueue(String queue, Supplier<Number> size) {
        Gauge.builder("tagma.queue.size", size).tag("queue", queue).register(registry);
    }
}
