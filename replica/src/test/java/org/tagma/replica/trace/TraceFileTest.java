package org.tagma.replica.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {

    private static final String HEADER = "{\"tagma-trace\":1,\"time\":\"virtual\",\"processes\":[\"r0\",\"r1\"]}\n";
    private static final String SENDING =
            "{\"e\":\"r0:1\",\"t\":5,\"k\":\"send\",\"m\":\"PREPARE\",\"to\":[\"r1\"],\"c\":[1,0]}\n";

    @TempDir
    private Path folder;

    @Test
    void everyKindOfLineComesBackAsItWasWritten() throws Exception {
        List<TraceLine> lines = List.of(
                new TraceLine.Header(1, true, List.of("r0", "c12"), "a \"name\" \\ with <b>, \u00e9 and \n"),
                new TraceLine.Happened(
                        new EventId("r0", 7),
                        1_700_000_000_000_001L,
                        EventKind.SEND,
                        "PREPARE",
                        "view 0, 'x'",
                        List.of("r1", "c2"),
                        "",
                        "",
                        "00ff",
                        "",
                        "abc",
                        List.of(7, 0)),
                new TraceLine.Happened(
                        new EventId("c12", 1),
                        0,
                        EventKind.RECEIVE,
                        "",
                        "",
                        List.of(),
                        "r0:7",
                        "r1",
                        "",
                        "damaged",
                        "",
                        List.of()),
                new TraceLine.Lost(new EventId("r0", 7), "r1", 9, "lost by the network"),
                new TraceLine.Cut(12));
        TraceParser parser = new TraceParser();

        for (TraceLine line : lines) {
            StringBuilder text = new StringBuilder();
            TraceFormat.append(text, line);
            assertThat(text.toString()).endsWith("}\n").doesNotContain("<").isASCII();
            assertThat(parser.parse(text.toString())).isEqualTo(line);
        }
    }

    @Test
    void whatIsNoTraceIsRefusedInOneLine() throws Exception {
        assertRefused("", "is empty");
        assertRefused("hello\n", ":1: this is not a line of a trace");
        assertRefused("{}\n", ":1: this is not a line of a trace");
        assertRefused(SENDING, ":1: a trace begins with a line that says so");
        assertRefused("{\"tagma-trace\":2,\"processes\":[\"r0\"]}\n", "version 2 of the format");
        assertRefused("{\"tagma-trace\":1,\"processes\":[\"r0\",\"r0\"]}\n", "each once");
        assertRefused("{\"tagma-trace\":1,\"processes\":[\"x\"]}\n", "'x' names no process");
        assertRefused(HEADER + HEADER, ":2: a second trace begins");
        assertRefused(HEADER + "nonsense\n" + SENDING, ":2: this is not a line of a trace");
        assertRefused(HEADER + SENDING + SENDING, ":3: r0:1 does not follow the event of r0 before it");
        assertRefused(HEADER + SENDING.replace("[1,0]", "[1,1]"), "does not follow from the messages");
        assertRefused(HEADER + SENDING.replace("[1,0]", "[1]"), "one entry for each process");
        assertRefused(HEADER + SENDING.replace("r0:1", "r9:1"), "r9 is not among the processes");
        assertRefused(
                HEADER + "{\"e\":\"r1:1\",\"t\":5,\"k\":\"receive\",\"of\":\"r0:1\"}\n", "r0:1 sent nothing to r1");
        assertRefused(
                HEADER
                        + "{\"e\":\"r0:1\",\"t\":5,\"k\":\"receive\",\"of\":\"r1:2\"}\n"
                        + "{\"e\":\"r0:2\",\"t\":5,\"k\":\"send\",\"to\":[\"r1\"]}\n"
                        + "{\"e\":\"r1:1\",\"t\":5,\"k\":\"receive\",\"of\":\"r0:2\"}\n"
                        + "{\"e\":\"r1:2\",\"t\":5,\"k\":\"send\",\"to\":[\"r0\"]}\n",
                "before itself");
    }

    @Test
    void simulationsCannotBeMerged() throws Exception {
        Path a = Files.writeString(folder.resolve("a"), HEADER + SENDING);
        Path b = Files.writeString(folder.resolve("b"), HEADER + SENDING);

        assertThatThrownBy(() -> TraceReader.read(List.of(a, b)))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("only traces of real replicas can be merged");
    }

    @Test
    void aKilledReplicaGoesOnInTheSameFile() throws Exception {
        Path file = folder.resolve("r0.trace");
        try (EventLog first = incarnation(file, TraceWriter.DEFAULT_LIMIT_BYTES)) {
            first.happens(0, EventKind.START, "for the first time");
            first.sends(0, "r1", ByteString.copyFromUtf8("hello"));
        }
        Files.writeString(file, "{\"e\":\"r0:3\",\"t\":1", StandardOpenOption.APPEND);
        assertThat(TraceReader.read(List.of(file)).remarks())
                .singleElement()
                .asString()
                .contains("ends in the middle of a line");

        try (EventLog second = incarnation(file, TraceWriter.DEFAULT_LIMIT_BYTES)) {
            second.happens(0, EventKind.START, "again");
        }
        Trace trace = TraceReader.read(List.of(file));

        assertThat(trace.remarks()).isEmpty();
        assertThat(trace.events().stream().map(TraceEvent::id))
                .containsExactly(new EventId("r0", 1), new EventId("r0", 2), new EventId("r0", 3));
        assertThatThrownBy(() -> TraceReader.read(List.of(file, file)))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("the events of r0 are in");
    }

    @Test
    void anotherFileIsNotOverwritten() throws Exception {
        Path file = Files.writeString(folder.resolve("precious"), "my notes");

        assertThatThrownBy(() -> TraceWriter.appendTo(file, 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a trace");
        assertThat(Files.readString(file)).isEqualTo("my notes");
    }

    @Test
    void aTraceEndsAtItsLimitAndSaysSo() throws Exception {
        Path file = folder.resolve("long.trace");
        try (EventLog log = incarnation(file, 2_000)) {
            for (int i = 0; i < 1_000; i++) {
                log.happens(0, EventKind.NOTE, "note " + i);
            }
        }

        assertThat(Files.size(file)).isBetween(1_900L, 2_200L);
        assertThat(TraceReader.read(List.of(file)).remarks())
                .singleElement()
                .asString()
                .contains("reached the size that it may have");
    }

    @Test
    void summariesGoByTheSchema() {
        FrameSummary garbage = FrameSummary.of(ByteString.copyFromUtf8("garbage"));

        assertThat(garbage.type()).isEqualTo("UNREADABLE");
        assertThat(garbage.text()).isEmpty();
    }

    private static EventLog incarnation(Path file, long limitBytes) throws IOException {
        return EventLog.ofProcess(TraceWriter.appendTo(file, limitBytes), () -> 7, "r0", "test", failure -> {
            throw failure;
        });
    }

    private void assertRefused(String text, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.trace"), text);
        assertThatThrownBy(() -> TraceReader.read(List.of(file)))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(expected)
                .hasMessageNotContaining("\n");
    }
}
