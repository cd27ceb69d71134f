package org.tagma.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.cli.TagmaCommand;
import org.tagma.cli.common.ExitStatus;
import picocli.CommandLine;

class BenchCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine tagma = TagmaCommand.commandLine();
        tagma.setOut(new PrintWriter(out));
        tagma.setErr(new PrintWriter(err));
        return tagma.execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--clients 0",
                "--outstanding 0",
                "--outstanding 257",
                "--payload -1",
                "--reply 2000000",
                "--seconds 0",
                "--warm-up 0",
                "--replicas 3",
                "--clients 4000 --outstanding 256",
                "--auth passwords",
                "--protocol raft --replicas 0",
                "--compare --protocol raft",
                "--compare --replicas 3",
                "--service none",
                "--transfer 0",
                "--transfer 10 --json",
            })
    void whatCannotBeMeasuredIsRefusedInOneLine(String options) {
        int status = run(("bench " + options).split(" "));

        assertThat(status).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aFolderWithoutAClusterIsRefused(@TempDir Path folder) {
        assertThat(run("bench", "--dir", folder.toString())).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("cluster.yaml");
    }

    @Test
    void aClusterThatRunsIsNotReconfigured(@TempDir Path folder) {
        assertThat(run("bench", "--dir", folder.toString(), "--replicas", "7")).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(err.toString()).contains("leave out --replicas");
    }

    @Test
    void aClusterOfProcessesIsMeasured() throws Exception {
        int status = run(
                "bench --auth macs --clients 2 --outstanding 4 --payload 10 --reply 20 --seconds 1 --warm-up 8 --json"
                        .split(" "));

        assertThat(err.toString()).isEmpty();
        assertThat(status).isEqualTo(ExitStatus.OK);
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.get("auth").asText()).isEqualTo("macs");
        assertThat(report.get("operations").asLong()).isPositive();
        assertThat(report.get("operationsPerSecond").asDouble()).isPositive();
        assertThat(report.get("latencyMicrosP50").asLong()).isPositive();
        assertThat(report.get("latencyMicrosMax").asLong())
                .isGreaterThanOrEqualTo(report.get("latencyMicrosP99").asLong());
        assertThat(report.get("cpuMicrosPerOperation").asDouble()).isPositive();
        assertThat(report.get("batchSize").asDouble()).isGreaterThanOrEqualTo(1);
        // A request, and a reply of each of four replicas, at the least.
        assertThat(report.get("messagesPerOperation").asDouble()).isGreaterThan(4);
        assertThat(report.get("viewChanges").asLong()).isZero();
        assertThat(report.get("failures")).isEmpty();
    }
}
