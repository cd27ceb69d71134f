package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionNumbersTest {

    @Test
    void twoProcessesThatStartTogetherDifferAlmostSurely() {
        SessionNumbers one = new SessionNumbers();
        SessionNumbers other = new SessionNumbers();
        Set<Long> lowBits = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            lowBits.add(one.getAsLong() & 1_023);
            lowBits.add(other.getAsLong() & 1_023);
        }

        assertThat(lowBits).hasSizeGreaterThan(500);
    }

    @Test
    void numbersRiseWithTimeAndStayPositive() {
        SessionNumbers numbers = new SessionNumbers();
        long before = (System.currentTimeMillis() * 1_000) << 10;

        assertThat(numbers.getAsLong()).isGreaterThanOrEqualTo(before).isPositive();
    }
}
