package org.tagma.simulator.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.Mutants;

/**
 * The simulator is checked: mistakes are put into PBFT, and the plans that sweeps draw must find them, see
 * {@link Hunt}, but for those in {@link UnitTestsOnly}. How many seeds each took is written to
 * {@code target/mutants.txt}.
 */
class SimulatedMutationTest {

    /** Seeds that a mistake may take. */
    private static final int BUDGET = 260;

    private static final Hunt HUNT = new Hunt(MutantLaboratory.PBFT, BUDGET, UnitTestsOnly.PBFT);

    @AfterAll
    static void writeReport() {
        HUNT.end(Path.of("target/mutants.txt"));
    }

    @TestFactory
    Stream<DynamicTest> everyMistakeIsFound() {
        return HUNT.testsOf(Mutants.PBFT);
    }

    @Test
    void withoutAMistakeNothingIsFound() {
        HUNT.expectNothingFoundWithoutAMistake();
    }

    @Test
    void everyExceptionIsAMutantThatAUnitTestKills() {
        assertThat(Mutants.PBFT.stream()
                        .filter(mutant -> !mutant.killers().isEmpty())
                        .map(Mutant::id))
                .containsAll(UnitTestsOnly.PBFT);
    }
}
