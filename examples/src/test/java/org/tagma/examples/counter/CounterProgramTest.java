package org.tagma.examples.counter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.Tagma;
import org.tagma.client.BftClient;
import org.tagma.client.call.RejectedException;

/** The counter as README shows it: each replica a process of its own, and one that calls. */
class CounterProgramTest {

    @TempDir
    private Path temporary;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void theProgramCountsAndGoesOnCountingWhenItsReplicasWereKilled() throws IOException {
        Path folder = temporary.resolve("cluster");
        Tagma.makeCluster(folder, "raft", 3);
        for (int id = 0; id < 3; id++) {
            start("replica", folder.toString(), Integer.toString(id));
        }

        assertThat(outputOf("call", folder.toString(), "5")).isEqualTo("5\n");
        assertThat(outputOf("call", folder.toString(), "-2")).isEqualTo("3\n");

        end();
        for (int id = 0; id < 3; id++) {
            start("replica", folder.toString(), Integer.toString(id));
        }
        assertThat(outputOf("call", folder.toString(), "read")).isEqualTo("3\n");
        assertRefusals(folder);
    }

    private static void assertRefusals(Path folder) throws IOException {
        try (BftClient client = Tagma.client(folder, 1)) {
            assertThat(client.query("read".getBytes(UTF_8)).join()).isEqualTo("3".getBytes(UTF_8));
            assertRefused(
                    "not-a-number", () -> client.invoke("ten".getBytes(UTF_8)).join());
            assertRefused(
                    "overflow",
                    () -> client.invoke(("" + Long.MAX_VALUE).getBytes(UTF_8)).join());
            assertThat(client.query("read".getBytes(UTF_8)).join()).isEqualTo("3".getBytes(UTF_8));
        }
    }

    private static void assertRefused(String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    private String outputOf(String... arguments) throws IOException {
        try (InputStream output = start(arguments).getInputStream()) {
            return new String(output.readAllBytes(), UTF_8);
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // Each lives for seconds: the second compiler would cost more than it brings.
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CounterProgram.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(temporary.resolve("errors").toFile())
                .start();
        processes.add(process);
        return process;
    }
}
