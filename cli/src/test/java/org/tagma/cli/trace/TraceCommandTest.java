package org.tagma.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.cli.Tagma;
import org.tagma.cli.common.ExitStatus;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;
import org.tagma.replica.trace.TraceReader;
import org.tagma.simulator.Scenario;

/** Questions to the trace of a simulated run in which the primary crashes. */
class TraceCommandTest {

    @TempDir
    private static Path folder;

    private static Path file;
    private static Trace trace;

    @BeforeAll
    static void recordARun() throws Exception {
        file = folder.resolve("run.trace");
        Scenario.cluster(4)
                .operations(8)
                .afterOperations(3, cluster -> cluster.crash(0))
                .afterOperations(6, cluster -> cluster.restart(0))
                .seed(7)
                .traceTo(file)
                .run()
                .expectAgreement();
        trace = TraceReader.read(List.of(file));
    }

    @Test
    void saysWhatIsInATrace() {
        Tagma.Result result = trace();

        assertThat(result.status()).isEqualTo(ExitStatus.OK);
        assertThat(result.out())
                .contains(
                        "pbft, 4 replicas, seed 7", "PRE_PREPARE", "VIEW_CHANGE", "crash", "view 1, leader r1, normal")
                .doesNotContain("note:");
    }

    @Test
    void showsTheMessagesThatLeadFromACallToItsReturn() {
        TraceEvent call = first(EventKind.CALL);
        TraceEvent commit = first(EventKind.COMMIT);

        Tagma.Result forward =
                trace("--happens-before", call.id().toString(), commit.id().toString());
        Tagma.Result backward =
                trace("--happens-before", commit.id().toString(), call.id().toString());

        assertThat(forward.status()).isEqualTo(ExitStatus.OK);
        assertThat(forward.out())
                .startsWith(call.id() + " happened before " + commit.id() + ": along ")
                .contains("receives REQUEST from c0");
        assertThat(backward.out()).isEqualTo(forward.out());
    }

    @Test
    void saysThatFirstEventsAreConcurrent() {
        assertThat(trace("--happens-before", "r0:1", "r1:1").out())
                .startsWith("r0:1 and r1:1 are concurrent: neither can have influenced the other")
                .contains("at r0:1 nothing of r1 was known");
        assertThat(trace("--happens-before", "r0:1", "r0:1").out()).startsWith("r0:1 is one event");
    }

    @Test
    void explainsACommitByTheVotesForIt() {
        TraceEvent commit = first(EventKind.COMMIT);

        String why = trace("--why", commit.id().toString()).out();

        assertThat(why)
                .contains(
                        "receives COMMIT from",
                        "receives PREPARE from",
                        "receives REQUEST from c0",
                        "call (operation 0")
                .contains("events happened before it");
        assertThat(trace("--why", commit.id().toString(), "--depth", "1").out())
                .contains("receives COMMIT from", "(more with --depth)")
                .doesNotContain("call (operation 0");
    }

    @Test
    void explainsAViewChangeByTheReplicasThatWantedIt() {
        TraceEvent view = trace.events().stream()
                .filter(each -> each.kind() == EventKind.VIEW && each.summary().equals("view 1, leader r1, normal"))
                .findFirst()
                .orElseThrow();

        assertThat(trace("--why", view.id().toString()).out()).containsPattern("receives (VIEW_CHANGE|NEW_VIEW) from");
    }

    @Test
    void writesALogThatShiVizReads() throws Exception {
        Path log = folder.resolve("shiviz.log");
        assertThat(trace("--shiviz", log.toString()).status()).isEqualTo(ExitStatus.OK);

        List<String> lines = Files.readAllLines(log);
        assertThat(lines.get(0)).isEqualTo("(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})");
        assertThat(lines.get(1)).isEmpty();
        String entries = String.join("\n", lines.subList(2, lines.size()));
        // In Java a brace must be escaped.
        Matcher entry = Pattern.compile("(?<event>.*)\n(?<host>\\S*) (?<clock>\\{.*\\})")
                .matcher(entries);
        assertThat(entry.results().count()).isEqualTo(trace.events().size());
        assertThat(entries).contains("r0 {\"r0\":1}");
    }

    @Test
    void writesAPageThatNeedsNothingElse() throws Exception {
        Path page = folder.resolve("run.html");
        assertThat(trace("--html", page.toString()).status()).isEqualTo(ExitStatus.OK);

        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("\"processes\":[\"r0\",\"r1\",\"r2\",\"r3\",\"c0\"]")
                .doesNotContain("@DATA@", "@SCRIPT@", "@STYLE@", "http://", "https://", "<link", "src=");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --happens-before r0:1 x       | an event is named like r0:152 or c1:3, not 'x'
                    --happens-before r0:1 r7:1    | there is no r7 in the trace; there are r0, r1, r2, r3, c0
                    --why r0:999999               | there is no event r0:999999 in the trace; those of r0 end at r0:
                    --why r0:1 --depth 0          | --depth must be from 1 to 100
                    --html /nowhere/x.html        | cannot write /nowhere/x.html
                    --shiviz /nowhere/x.log       | cannot write /nowhere/x.log
                    --colour                      | unknown argument --colour
                    """)
    void aMistakeGetsOneLine(String arguments, String expected) {
        assertOneLine(trace(arguments.split(" ")), expected);
    }

    @Test
    void whatIsNoTraceGetsOneLine() throws Exception {
        assertOneLine(Tagma.run("trace"), "FILE");
        assertOneLine(Tagma.run("trace", folder.resolve("none").toString()), "there is no file");
        assertOneLine(Tagma.run("trace", folder.toString()), "cannot be read");
        Path other = Files.writeString(folder.resolve("other"), "something else\n");
        assertOneLine(Tagma.run("trace", other.toString()), "other:1: this is not a line of a trace");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertOneLine(Tagma.run("trace", binary.toString()), "it is not text");
    }

    private static void assertOneLine(Tagma.Result result, String expected) {
        assertThat(result.status()).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(result.out()).isEmpty();
        assertThat(result.errorLines())
                .singleElement()
                .asString()
                .startsWith("tagma")
                .contains(expected);
    }

    private static Tagma.Result trace(String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "trace";
        arguments[1] = file.toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return Tagma.run(arguments);
    }

    private static TraceEvent first(EventKind kind) {
        return trace.events().stream()
                .filter(each -> each.kind() == kind)
                .findFirst()
                .orElseThrow();
    }
}
