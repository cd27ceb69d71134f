package org.tagma.simulator.properties;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Watches the time that correct replicas show to operations: one for each batch, never going back from batch to batch,
 * and not ahead of everybody's clock. Not thread-safe.
 */
public final class AgreedTimeChecker {

    private final Violations violations;
    private final LongSupplier wallMillis;
    private final long maxAheadMillis;
    private final TreeMap<Long, Long> times = new TreeMap<>();

    /**
     * A checker that has seen nothing.
     *
     * @param wallMillis the true time, milliseconds since 1970
     * @param maxAheadMillis how far ahead of it agreed time may be
     */
    public AgreedTimeChecker(Violations violations, LongSupplier wallMillis, long maxAheadMillis) {
        this.violations = violations;
        this.wallMillis = wallMillis;
        this.maxAheadMillis = maxAheadMillis;
    }

    /** An operation of the batch at {@code sequence} is executed and sees this time. */
    public void executed(int replica, long sequence, long timeMillis) {
        Long known = times.putIfAbsent(sequence, timeMillis);
        if (known != null) {
            if (known != timeMillis) {
                report(replica, sequence, timeMillis, "another saw " + known);
            }
            return;
        }
        Map.Entry<Long, Long> before = times.lowerEntry(sequence);
        Map.Entry<Long, Long> after = times.higherEntry(sequence);
        if (before != null && before.getValue() > timeMillis || after != null && after.getValue() < timeMillis) {
            report(replica, sequence, timeMillis, "between " + before + " and " + after);
        }
        if (timeMillis > wallMillis.getAsLong() + maxAheadMillis) {
            report(replica, sequence, timeMillis, "it is " + wallMillis.getAsLong());
        }
    }

    private void report(int replica, long sequence, long timeMillis, String but) {
        violations.report(
                Property.AGREED_TIME,
                "replica " + replica + " executes sequence " + sequence + " at time " + timeMillis + ", but " + but);
    }
}
