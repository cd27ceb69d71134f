package org.tagma.network;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses that double from a minimum to a maximum, each shortened at random by up to half so that peers do not march in
 * step.
 */
final class Backoff {
    private final int minMillis;
    private final int maxMillis;
    private long currentMillis;

    Backoff(int minMillis, int maxMillis) {
        this.minMillis = minMillis;
        this.maxMillis = maxMillis;
        this.currentMillis = minMillis;
    }

    void reset() {
        currentMillis = minMillis;
    }

    long nextMillis() {
        long base = currentMillis;
        currentMillis = Math.min(maxMillis, base * 2);
        return base - ThreadLocalRandom.current().nextLong(base / 2 + 1);
    }
}
