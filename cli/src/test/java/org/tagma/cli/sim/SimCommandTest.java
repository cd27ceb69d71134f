package org.tagma.cli.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.cli.TagmaCommand;
import picocli.CommandLine;

class SimCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int sim(String... arguments) {
        CommandLine tagma = TagmaCommand.commandLine();
        tagma.setOut(new PrintWriter(out));
        tagma.setErr(new PrintWriter(err));
        String[] all = new String[arguments.length + 1];
        all[0] = "sim";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return tagma.execute(all);
    }

    @Test
    void aSweepThatKeepsItsPromisesEndsWithZero() {
        int status = sim("--seeds", "5", "--operations", "20", "--threads", "2");

        assertThat(status).isZero();
        assertThat(out.toString())
                .contains("promised: safety, liveness")
                .contains("5 seeds in ")
                .contains("Every promise was kept.");
    }

    @Test
    void realCryptoGivesTheSameVerdict() {
        assertThat(sim("--crypto", "real", "--seeds", "2", "--operations", "10", "--threads", "1"))
                .isZero();
        assertThat(out.toString()).contains("real crypto").contains("Every promise was kept.");
    }

    @Test
    void aShownPlanRunsWhenItIsPasted() {
        assertThat(sim("--seed", "3", "--operations", "20", "--show")).isZero();
        String plan = out.toString().lines().reduce((first, last) -> last).orElseThrow();

        assertThat(sim("--plan", plan, "--trace", folder.resolve("trace").toString()))
                .isZero();
        assertThat(out.toString()).contains("20 operations answered in ").contains("nothing was broken");
        assertThat(folder.resolve("trace")).isNotEmptyFile();
    }

    /**
     * Nobody owes liveness to a group without a quorum; but a plan that claims fewer faults than it has breaks its
     * promise.
     */
    @Test
    void aBrokenPromiseEndsWithOneAndTheCommandThatReplaysIt() {
        int status = sim(
                "--plan",
                "pbft reliable crash-stop synchronous n=4 f=1 clients=5x1@1 pause=1@0ms+60000ms pause=2@0ms+60000ms");

        assertThat(status).isEqualTo(1);
        assertThat(out.toString())
                .contains("FAILED: liveness is broken")
                .contains("./tagma sim --plan 'pbft reliable crash-stop synchronous seed=1 n=4");
    }

    @Test
    void aMatrixIsATableAPageAndJson() throws IOException {
        Path html = folder.resolve("matrix.html");
        Path json = folder.resolve("matrix.json");

        int status = sim(
                "--matrix",
                "--protocols",
                "pbft",
                "--seeds",
                "1",
                "--operations",
                "6",
                "--html",
                html.toString(),
                "--json",
                json.toString());

        assertThat(status).isZero();
        assertThat(out.toString().lines().filter(line -> line.contains("held 1")))
                .hasSize(27);
        assertThat(Files.readString(html))
                .contains("prefers-color-scheme: dark")
                .doesNotContain("src=", "href=");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("combinations")).hasSize(27);
        assertThat(report.get("combinations").get(0).get("promised").asText()).isEqualTo("safety, liveness");
        assertThat(report.get("brokenCombinations").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--network foo | --network must be reliable, fair-loss or arbitrary, not 'foo'",
                "--faults 9 | --faults must be from 0 to 4, not 9",
                "--plan x | a plan begins with a protocol",
                "--matrix --show | exclude each other",
                "--html a | is for --matrix",
                "--budget 3 | --budget must be like 60s",
                "--seeds-from 2026-13-01 | --seeds-from must be a date",
                "--trace x | --trace records one run",
                "--crypto none | --crypto must be simulated or real",
            })
    void whatCannotRunIsSaidInOneLine(String arguments, String reason) {
        assertThat(sim(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString()).startsWith("tagma sim: ").contains(reason).hasLineCount(1);
    }

    @Test
    void whatIsNotPromisedIsFoundBrokenMadeShortAndDrawn() throws IOException {
        Path page = folder.resolve("break.html");
        int status = sim("--protocol", "raft", "--show-break", "--operations", "10", "--html", page.toString());

        assertThat(status).isZero();
        assertThat(out.toString())
                .contains("FOUND: agreement is broken")
                .contains("the shortest schedule found")
                .containsPattern("replica \\d is malicious");
        assertThat(Files.readString(page)).contains("<canvas");
        String again = out.toString()
                .lines()
                .filter(line -> line.contains("--plan '"))
                .reduce((first, last) -> last)
                .orElseThrow();
        String plan = again.substring(again.indexOf('\'') + 1, again.lastIndexOf('\''));
        assertThat(sim("--plan", plan, "--show-break", "--html", page.toString()))
                .isZero();
        assertThat(sim("--plan", plan.replaceAll(" r\\d=\\S+", ""), "--show-break", "--html", page.toString()))
                .isEqualTo(1);
    }

    @Test
    void whereEverythingIsPromisedNothingIsLookedFor() {
        assertThat(sim("--show-break")).isEqualTo(2);
        assertThat(err.toString()).contains("everything is promised here");
    }
}
