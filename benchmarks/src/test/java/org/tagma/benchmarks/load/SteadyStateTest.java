package org.tagma.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadyStateTest {

    private final SteadyState steady = new SteadyState();

    @Test
    void twoEqualWindowsAreNotEnough() {
        assertThat(steady.add(100)).isFalse();
        assertThat(steady.add(100)).isFalse();
        assertThat(steady.add(100)).isTrue();
    }

    @Test
    void aThroughputThatRisesByMoreThanTheToleranceIsNotSteady() {
        steady.add(100);
        steady.add(103);
        assertThat(steady.add(106)).isFalse();
        assertThat(steady.add(107)).isTrue();
    }

    @Test
    void onlyTheLastWindowsCount() {
        steady.add(1);
        steady.add(1_000);
        steady.add(1_000);
        assertThat(steady.add(1_000)).isTrue();
    }

    @Test
    void nothingAtAllIsNotSteady() {
        steady.add(0);
        steady.add(0);
        assertThat(steady.add(0)).isFalse();
    }
}
