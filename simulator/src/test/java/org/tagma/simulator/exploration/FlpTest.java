package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.SimulationResult;

/** Nothing is decided while the scheduler is at work, everything afterwards, and no promise is broken. */
class FlpTest {

    private static final long MINUTE = 60_000;

    @ParameterizedTest
    @CsvSource({"pbft, 40", "raft, 20"})
    void nothingIsDecidedForAsLongAsItRunsAndEverythingAfterwards(String protocol, long minutes) {
        long[] before = new long[2];
        SimulationResult result = Flp.scenario(Protocols.named(protocol), minutes * MINUTE)
                .atMillis(minutes * MINUTE - 1, cluster -> {
                    before[0] = cluster.returnedCalls();
                    before[1] = cluster.highestExecuted();
                })
                .run()
                .expectAllAnswered();
        assertThat(before).as("calls returned, entries executed").containsExactly(0, 0);
        assertThat(result.virtualMillis()).isGreaterThan(minutes * MINUTE);
        assertThat(result.highestView()).as("views tried").isGreaterThan(8);
        assertThat(result.cluster().heldMessages().orElseThrow().longestMillis())
                .as("every delay was finite")
                .isPositive()
                .isLessThan(result.virtualMillis());
    }

    @Test
    void theCommandTellsWhatHappens() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int status = Flp.run(Protocols.named("pbft"), 60_000, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(status).isZero();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("LONGEST DELAY", "All 12 operations were done");
    }
}
