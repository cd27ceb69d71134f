package org.tagma.client;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The wall clock in microseconds, followed by a few random bits: rises from one incarnation of a client to the next
 * without keeping a file. Two sessions of one client must never share a number, or one would get the other's replies;
 * so numbers are distinct within a process by counting on, and between processes that start in the same microsecond by
 * the random bits.
 *
 * <p>Stays below the highest number that the wire format carries, 2^62, until the year 2112. Thread-safe.
 */
public final class WallClockSessionNumbers implements LongSupplier {

    private static final int RANDOM_BITS = 10;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong LAST = new AtomicLong();

    /** All of one process count on together. */
    public WallClockSessionNumbers() {}

    @Override
    public long getAsLong() {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        long number = (micros << RANDOM_BITS) | RANDOM.nextInt(1 << RANDOM_BITS);
        return LAST.updateAndGet(last -> Math.max(last + 1, number));
    }
}
