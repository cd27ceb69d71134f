package org.tagma.cli.trace;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.replica.trace.EventId;
import org.tagma.replica.trace.HtmlDiagram;
import org.tagma.replica.trace.ShiVizLog;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;
import org.tagma.replica.trace.TraceException;
import org.tagma.replica.trace.TraceReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tagma trace}. */
@Command(
        name = "trace",
        description = "Answers what happened before what in a recorded run, and shows it.",
        footer = {
            "",
            "A trace is written by `tagma sim --trace FILE`, or by `tagma replica --trace FILE`. Traces of several"
                    + " replicas of one cluster, given together, are merged.",
            "An event is named by its process and its number there, as in r0:152 (replica 0) or c1:3 (client 1).",
            "Without an option: what is in the trace.",
            "",
            "Exit status: 0 if there is an answer, whatever it is; 2 if the trace or an event cannot be found or read."
        },
        sortOptions = false)
public final class TraceCommand implements Callable<Integer> {

    private static final int MAX_DEPTH = 100;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "The trace, or one for each of several replicas.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--happens-before",
            arity = "2",
            paramLabel = "EVENT",
            description = "Which of two events happened before the other, and along which messages; or that they are"
                    + " concurrent.")
    private List<String> pair = new ArrayList<>();

    @Option(
            names = "--why",
            paramLabel = "EVENT",
            description = "The causal past of an event, along the messages that are about the same.")
    private String why;

    @Option(
            names = "--depth",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many messages --why goes back, 1 to " + MAX_DEPTH + " (default: ${DEFAULT-VALUE}).")
    private int depth;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a space-time diagram, a page for any browser.")
    private Path html;

    @Option(names = "--shiviz", paramLabel = "FILE", description = "Write a log for ShiViz.")
    private Path shiviz;

    /** For picocli. */
    public TraceCommand() {}

    @Override
    public Integer call() {
        if (depth < 1 || depth > MAX_DEPTH) {
            throw CommandFailure.cannotRun("--depth must be from 1 to " + MAX_DEPTH);
        }
        Trace trace = read();
        PrintWriter out = spec.commandLine().getOut();
        boolean asked = false;
        if (!pair.isEmpty()) {
            for (int i = 0; i + 1 < pair.size(); i += 2) {
                new RelationText(trace).print(out, event(trace, pair.get(i)), event(trace, pair.get(i + 1)));
            }
            asked = true;
        }
        if (why != null) {
            new ReasonsText(trace).print(out, event(trace, why), depth);
            asked = true;
        }
        if (shiviz != null) {
            write(shiviz, writer -> ShiVizLog.write(trace, writer), out);
            asked = true;
        }
        if (html != null) {
            write(html, writer -> HtmlDiagram.write(trace, writer), out);
            asked = true;
        }
        if (!asked) {
            new SummaryText(trace).print(out);
        }
        out.flush();
        return ExitStatus.OK;
    }

    private Trace read() {
        try {
            return TraceReader.read(files);
        } catch (NoSuchFileException e) {
            throw CommandFailure.cannotRun("there is no file " + e.getFile(), e);
        } catch (TraceException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        } catch (IOException e) {
            throw CommandFailure.cannotRun("the trace cannot be read: " + e.getMessage(), e);
        }
    }

    private static TraceEvent event(Trace trace, String name) {
        EventId id = EventId.parse(name)
                .orElseThrow(
                        () -> CommandFailure.cannotRun("an event is named like r0:152 or c1:3, not '" + name + "'"));
        int process = trace.processes().indexOf(id.process());
        if (process < 0) {
            throw CommandFailure.cannotRun(
                    "there is no " + id.process() + " in the trace; there are " + String.join(", ", trace.processes()));
        }
        return trace.event(id)
                .orElseThrow(() -> CommandFailure.cannotRun("there is no event " + name + " in the trace; those of "
                        + id.process() + " end at " + id.process() + ":" + trace.eventsOf(process)));
    }

    /** Writes something to a writer. */
    private interface Content {
        void writeTo(Writer writer) throws IOException;
    }

    private static void write(Path file, Content content, PrintWriter out) {
        try (Writer writer = Files.newBufferedWriter(file)) {
            content.writeTo(writer);
        } catch (IOException e) {
            throw CommandFailure.cannotRun("cannot write " + file + ": " + e.getMessage(), e);
        }
        out.println("wrote " + file);
    }
}
