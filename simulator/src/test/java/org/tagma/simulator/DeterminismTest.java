package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run is a function of its scenario and its seed. */
class DeterminismTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void sameSeedGivesTheSameTrace(long seed) {
        String first = traceOf(seed);

        assertThat(traceOf(seed)).isEqualTo(first);
        assertThat(first).contains("\"e\":\"r0:1\"", "\"k\":\"commit\"", "\"k\":\"return\"", "\"k\":\"pause\"");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void anotherSeedGivesAnotherTrace(long seed) {
        assertThat(traceOf(seed)).isNotEqualTo(traceOf(seed + 1));
    }

    private static String traceOf(long seed) {
        return Scenario.standard()
                .afterOperations(15, cluster -> cluster.pause(0, 500))
                .seed(seed)
                .traced()
                .run()
                .expectAllAnswered()
                .trace();
    }
}
