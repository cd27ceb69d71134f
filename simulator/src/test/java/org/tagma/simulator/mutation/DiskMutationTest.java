package org.tagma.simulator.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.StorageMutants;

/** Known bug 34: an engine that takes a failed sync for anything but the end is found out by the simulated disk. */
class DiskMutationTest {

    private static final int SYNCS = 16;

    /** Those of the engine: the simulated disk stands in for the log on disk. */
    private static final Set<String> PLANTED =
            Set.of("a failed barrier is tried again", "a failed barrier is passed over");

    @TestFactory
    Stream<DynamicTest> bug34EveryMistakeIsFound() {
        return StorageMutants.ALL.stream()
                .filter(mutant -> PLANTED.contains(mutant.id()))
                .map(mutant -> DynamicTest.dynamicTest(
                        mutant.id(),
                        () -> assertThat(found(MutantLaboratory.trialOf(mutant, FailedSyncTrial.class)))
                                .isPositive()));
    }

    @Test
    void bug34TheMistakesAreInTheRegistry() {
        assertThat(StorageMutants.ALL.stream().map(Mutant::id)).containsAll(PLANTED);
    }

    @Test
    void bug34WithoutAMistakeNothingIsFound() {
        assertThat(found(new FailedSyncTrial())).isZero();
    }

    private static long found(LongFunction<String> trial) {
        return LongStream.range(0, SYNCS)
                .mapToObj(trial)
                .filter(Objects::nonNull)
                .count();
    }
}
