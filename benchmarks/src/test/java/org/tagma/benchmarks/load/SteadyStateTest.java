package org.tagma.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadyStateTest {

    private final SteadyState steady = new SteadyState();

    @Test
    void fewEqualWindowsAreNotEnough() {
        for (int i = 1; i < SteadyState.WINDOWS; i++) {
            assertThat(steady.add(100, 0)).isFalse();
        }
        assertThat(steady.add(100, 0)).isTrue();
    }

    @Test
    void aPlateauWhileCodeIsStillBeingCompiledIsNotSteady() {
        for (int i = 0; i < 20; i++) {
            assertThat(steady.add(1_000, 400)).isFalse();
        }
        for (int i = 1; i < SteadyState.WINDOWS; i++) {
            assertThat(steady.add(1_000, 10)).isFalse();
        }
        assertThat(steady.add(1_000, 10)).isTrue();
    }

    @Test
    void aThroughputThatKeepsRisingIsNotSteady() {
        long operations = 1_000;
        for (int i = 0; i < 20; i++) {
            operations += operations / 50;
            assertThat(steady.add(operations, 0)).isFalse();
        }
    }

    @Test
    void aThroughputThatJumpsAboutIsNotSteady() {
        for (int i = 0; i < 20; i++) {
            assertThat(steady.add(i % 2 == 0 ? 1_000 : 800, 0)).isFalse();
        }
    }

    @Test
    void smallVariationIsSteady() {
        boolean isSteady = false;
        for (int i = 0; i < SteadyState.WINDOWS; i++) {
            isSteady = steady.add(i % 2 == 0 ? 1_000 : 960, 20);
        }
        assertThat(isSteady).isTrue();
    }

    @Test
    void onlyTheLastWindowsCount() {
        steady.add(1, 5_000);
        for (int i = 1; i < SteadyState.WINDOWS; i++) {
            assertThat(steady.add(1_000, 0)).isFalse();
        }
        assertThat(steady.add(1_000, 0)).isTrue();
    }

    @Test
    void nothingAtAllIsNotSteady() {
        for (int i = 0; i < 20; i++) {
            assertThat(steady.add(0, 0)).isFalse();
        }
    }
}
