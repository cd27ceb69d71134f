package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Setting;

/** The same plan gives the same trace, byte for byte, in two processes: identity hashes and the like play no part. */
class TwoProcessesTest {

    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"pbft, BYZANTINE", "raft, CRASH_RECOVERY"})
    void samePlanGivesTheSameTrace(String protocol, Nodes nodes) throws IOException, InterruptedException {
        String plan = Setting.of(
                        Protocols.named(protocol), new SystemModel(Network.ARBITRARY, nodes, Synchrony.PARTIAL))
                .withOperations(40)
                .draw(7)
                .toString();

        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        Process one = start(plan, first);
        Process other = start(plan, second);

        await(one);
        await(other);
        assertThat(Files.size(first)).isGreaterThan(10_000);
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    }

    private static Process start(String plan, Path trace) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TraceOfSeed.class.getName(),
                        plan,
                        trace.toString())
                .inheritIO()
                .start();
    }

    private static void await(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
