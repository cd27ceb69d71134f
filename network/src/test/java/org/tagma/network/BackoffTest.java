package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BackoffTest {
    @Test
    void pausesDoubleUpToTheMaximumWithJitterAndStartOverAfterSuccess() {
        Backoff backoff = new Backoff(50, 2_000);
        int[] bases = {50, 100, 200, 400, 800, 1_600, 2_000, 2_000};
        for (int base : bases) {
            assertThat(backoff.nextMillis()).isBetween(base / 2L, (long) base);
        }
        backoff.reset();
        assertThat(backoff.nextMillis()).isBetween(25L, 50L);
    }
}
