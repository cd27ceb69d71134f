package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.mutation.Mutants;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;

/** Each protocol keeps its promises under all 27 system models; 800 seeds each, and 2,000 at night. */
class MatrixTest {

    private static final long FIRST_SEED = 17;
    private static final int OPERATIONS = 25;
    /** Per combination; the system property lets a nightly run have more. */
    private static final long SEEDS = Long.getLong("tagma.matrix.seeds", Mutants.isNightly() ? 75 : 30);

    @ParameterizedTest
    @ValueSource(strings = {"pbft", "raft"})
    void everyPromiseIsKept(String name) throws InterruptedException {
        ProtocolDefinition protocol = Protocols.named(name);
        long firstSeed = Long.getLong("tagma.matrix.seed", FIRST_SEED);

        List<Matrix.Cell> cells =
                new Matrix(Matrix.settings(List.of(protocol), OPERATIONS), firstSeed, SEEDS, Sweep.UNLIMITED).run(2);

        assertThat(cells.stream()
                        .flatMap(cell -> cell.tally().firstFailure().stream())
                        .map(MatrixTest::report))
                .isEmpty();
        assertThat(cells).hasSize(27);
        assertThat(cells.stream().mapToLong(cell -> cell.tally().runs())).containsOnly(SEEDS);
        // One malicious replica breaks Raft, which owes nothing there, and does not break PBFT: the checkers see it.
        long unowed = cells.stream()
                .mapToLong(cell -> cell.tally().unowedViolations())
                .sum();
        assertThat(unowed > 0).isEqualTo(protocol.name().equals("raft"));
        // A matrix in which no view is ever left tests little.
        assertThat(cells.stream().mapToLong(cell -> cell.tally().views()).sum()).isGreaterThan(27 * SEEDS / 4);
    }

    private static String report(Outcome failure) {
        return failure.violation().orElseThrow() + "\nreplay: " + failure.plan().replayCommand();
    }
}
