package org.tagma.cli.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.replica.trace.HtmlDiagram;
import org.tagma.replica.trace.TraceException;
import org.tagma.replica.trace.TraceReader;
import org.tagma.simulator.SimulationResult;
import org.tagma.simulator.exploration.Outcome;
import org.tagma.simulator.exploration.Sweep;
import org.tagma.simulator.exploration.Tally;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Setting;
import org.tagma.simulator.properties.Property;

/** Looks for a run that breaks what is not promised, and shows the shortest one found, as text and as a diagram. */
final class BreakRun {

    private static final int SEEDS_BETWEEN_PROGRESS = 25;

    private final Screen screen;
    private final Path diagram;
    private final Optional<Path> trace;

    BreakRun(Screen screen, Path diagram, Optional<Path> trace) {
        this.screen = screen;
        this.diagram = diagram;
        this.trace = trace;
    }

    /** What is to be broken: what was asked for, or else what one would most like to see of what is not promised. */
    static Property sought(Setting setting, String name) {
        if (name.isEmpty()) {
            return setting.promise()
                    .notOwed()
                    .orElseThrow(() -> CommandFailure.cannotRun("everything is promised here ("
                            + setting.promise().reason()
                            + "); see what breaks with --timing asynchronous, with more --faults, or, where"
                            + " replicas do not lie, with --nodes byzantine"));
        }
        try {
            return Property.labelled(name);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.cannotRun("--show-break: " + e.getMessage(), e);
        }
    }

    int run(Setting setting, Property sought, long firstSeed, long seeds, long budgetMillis, int threads)
            throws InterruptedException {
        screen.line(
                Style.BOLD,
                "Looking for a run that breaks " + sought.label() + ": "
                        + setting.protocol().name() + ", "
                        + setting.replicas() + " replicas, " + setting.faults() + " of them faulty; "
                        + setting.model().label());
        screen.line("promised: " + setting.promise().label() + " ("
                + setting.promise().reason() + ")");
        Tally tally = new Sweep(seed -> setting.draw(seed).seeking(sought), firstSeed, seeds, budgetMillis)
                .listener(soFar -> progress(soFar.runs()))
                .run(threads);
        FailureReport report = new FailureReport(screen);
        if (tally.firstFailure().isPresent()) {
            report.show(tally.firstFailure().get());
            return ExitStatus.UNSUCCESSFUL;
        }
        if (tally.firstUnowed().isEmpty()) {
            screen.line("");
            screen.line(
                    Style.NOTABLE,
                    "Nothing found in " + Figures.plural(tally.runs(), "seed", "seeds")
                            + ": not a proof that it holds.");
            return ExitStatus.UNSUCCESSFUL;
        }
        Plan found = tally.firstUnowed().get();
        screen.line("");
        screen.line(Style.GOOD, "FOUND: " + sought.label() + " is broken with seed " + found.seed());
        return show(report.smallest(Outcome.of(found)));
    }

    private void progress(long runs) {
        if (runs % SEEDS_BETWEEN_PROGRESS == 0) {
            screen.progress("  " + Figures.plural(runs, "seed", "seeds") + " ...");
        }
    }

    /** Runs a plan that was found, and draws it; its exit status says whether it breaks what it is to break. */
    int show(Plan plan) {
        Optional<Path> temporary = trace.isPresent() ? Optional.empty() : Optional.of(temporaryFile());
        Path file = trace.orElseGet(temporary::orElseThrow);
        try {
            SimulationResult result = PlanRun.simulate(plan, Optional.of(file));
            boolean found = result.violation()
                    .filter(violation -> plan.sought().equals(Optional.of(violation.property())))
                    .isPresent();
            screen.line("");
            screen.line(Style.BOLD, "how it ends:");
            result.describe().lines().forEach(screen::line);
            result.violation()
                    .ifPresent(violation -> screen.line(
                            "  " + violation.property().label() + ": " + FailureReport.shortened(violation.details())));
            draw(file);
            screen.line(Style.BOLD, "to run and draw it again:");
            screen.line("  " + plan.replayCommand() + " --show-break");
            return found ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
        } finally {
            temporary.ifPresent(BreakRun::delete);
        }
    }

    private void draw(Path traceFile) {
        try (Writer writer = Files.newBufferedWriter(diagram)) {
            HtmlDiagram.write(TraceReader.read(List.of(traceFile)), writer);
        } catch (IOException | TraceException e) {
            throw CommandFailure.cannotRun("the run cannot be drawn to " + diagram + ": " + e.getMessage(), e);
        }
        screen.line(Style.BOLD, "its space-time diagram, for a browser: " + diagram);
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("tagma-break", ".trace");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
