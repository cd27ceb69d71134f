package org.tagma.replica.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much of this replica's time a peer wastes with what turns out to be no good. It may waste a fiftieth of a
 * processor, saved up to a fifth of a second; whoever wastes more is cut off for ten seconds: its connections are not
 * read, and what it had sent is dropped. Thread-safe.
 */
public final class WasteMeter {

    /** How long a peer is not listened to. */
    public static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long ALLOWED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int PART_OF_PROCESSOR = 50;

    private final LongSupplier nanoTime;
    private long wastedNanos;
    private long asOfNanos;
    private long cutOffUntilNanos;
    private boolean cutOff;

    public WasteMeter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.asOfNanos = nanoTime.getAsLong();
    }

    /** Counts time wasted; true if the peer is to be cut off from now on, and was not before. */
    public synchronized boolean waste(long micros) {
        long now = nanoTime.getAsLong();
        wastedNanos = Math.max(0, wastedNanos - (now - asOfNanos) / PART_OF_PROCESSOR)
                + TimeUnit.MICROSECONDS.toNanos(micros);
        asOfNanos = now;
        if (wastedNanos <= ALLOWED_NANOS || isCutOff()) {
            return false;
        }
        wastedNanos = 0;
        cutOff = true;
        cutOffUntilNanos = now + CUT_OFF_NANOS;
        return true;
    }

    public synchronized boolean isCutOff() {
        if (cutOff && nanoTime.getAsLong() - cutOffUntilNanos >= 0) {
            cutOff = false;
        }
        return cutOff;
    }
}
