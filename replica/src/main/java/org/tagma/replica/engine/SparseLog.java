package org.tagma.replica.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/** Warnings that others can provoke as often as they like: at most one in ten seconds. For one thread. */
public final class SparseLog {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier nanoTime;
    private long lastNanos;

    public SparseLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong() - INTERVAL_NANOS;
    }

    public void warn(String format, Object... values) {
        long now = nanoTime.getAsLong();
        if (now - lastNanos >= INTERVAL_NANOS) {
            lastNanos = now;
            log.warn(format, values);
        }
    }
}
