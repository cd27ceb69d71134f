package org.tagma.network.handshake;

import org.slf4j.Logger;

/** Warnings that anyone can provoke: at most one a second, with a count of those left out. Thread-safe. */
final class RateLimitedLog {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final Logger log;
    private long lastNanos = System.nanoTime() - INTERVAL_NANOS;
    private long suppressed;

    RateLimitedLog(Logger log) {
        this.log = log;
    }

    synchronized void warn(String line) {
        long now = System.nanoTime();
        if (now - lastNanos < INTERVAL_NANOS) {
            suppressed++;
            log.debug("{}", line);
            return;
        }
        log.warn("{}{}", line, suppressed == 0 ? "" : " (" + suppressed + " similar warnings left out)");
        lastNanos = now;
        suppressed = 0;
    }
}
