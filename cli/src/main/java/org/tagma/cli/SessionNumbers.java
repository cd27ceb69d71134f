package org.tagma.cli;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * Session numbers that rise with time, and that two processes with the same key do not share even if they start in the same
 * microsecond: the wall clock in microseconds, and then ten random bits. Fits in 63 bits until the year 2255.
 *
 * <p>Thread-safe.
 */
public final class SessionNumbers implements LongSupplier {
    private static final int RANDOM_BITS = 10;

    private final SecureRandom random = new SecureRandom();

    public SessionNumbers() {}

    @Override
    public long getAsLong() {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        return (micros << RANDOM_BITS) | random.nextInt(1 << RANDOM_BITS);
    }
}
