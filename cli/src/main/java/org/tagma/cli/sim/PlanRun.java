package org.tagma.cli.sim;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.simulator.Scenario;
import org.tagma.simulator.SimulationResult;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.properties.PropertyViolation;

/** One plan: what it does, how it ends, and its trace if that is wanted. */
final class PlanRun {

    private final Screen screen;

    PlanRun(Screen screen) {
        this.screen = screen;
    }

    int run(Plan plan, Optional<Path> traceFile) {
        screen.line(
                Style.BOLD,
                "One run, promised: " + plan.promise().label() + " ("
                        + plan.promise().reason() + ")");
        plan.describe().forEach(line -> screen.line("  " + line));
        SimulationResult result = simulate(plan, traceFile);
        screen.line("");
        result.describe().lines().forEach(screen::line);
        screen.line("");
        traceFile.ifPresent(file -> screen.line("its trace is in " + file));
        Optional<PropertyViolation> violation = result.violation();
        if (violation.isEmpty()) {
            screen.line(
                    Style.GOOD,
                    Figures.plural(result.operations(), "operation", "operations") + " answered in "
                            + Figures.time(result.virtualMillis()) + " of virtual time, the highest view is "
                            + result.highestView() + "; nothing was broken.");
            return ExitStatus.OK;
        }
        boolean owed = plan.promise().owes(violation.get().property());
        screen.line(
                owed ? Style.BAD : Style.NOTABLE,
                (owed ? "FAILED: " : "Not promised, and ")
                        + SweepRun.name(violation.get().property()) + " is broken");
        screen.line("  " + violation.get().details());
        screen.line("to run it again: " + plan.replayCommand());
        return owed ? ExitStatus.UNSUCCESSFUL : ExitStatus.OK;
    }

    static SimulationResult simulate(Plan plan, Optional<Path> traceFile) {
        Scenario scenario = plan.toScenario().replayedBy(plan.replayCommand());
        try {
            return traceFile.map(scenario::traceTo).orElse(scenario).run();
        } catch (UncheckedIOException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }
}
