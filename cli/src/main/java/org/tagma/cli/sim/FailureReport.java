package org.tagma.cli.sim;

import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.simulator.exploration.Outcome;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Shrinker;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations.Violation;

/** A broken promise: which, the shortest schedule found that breaks it too, and the command that runs that. */
final class FailureReport {

    private static final int MAX_SHRINK_RUNS = 4_000;
    private static final long MAX_SHRINK_MILLIS = 30_000;
    private static final int MAX_DETAILS = 600;

    private final Screen screen;

    FailureReport(Screen screen) {
        this.screen = screen;
    }

    void show(Outcome failure) {
        Plan plan = failure.plan();
        screen.line("");
        screen.line(
                Style.BAD,
                "FAILED: " + SweepRun.name(failure.violation().orElseThrow().property()) + " is broken with seed "
                        + plan.seed());
        Plan smallest = smallest(failure);
        screen.line("");
        screen.line(Style.BOLD, "to run it again:");
        screen.line("  " + smallest.replayCommand());
        if (!smallest.equals(plan)) {
            screen.line(Style.BOLD, "to run all of seed " + plan.seed() + " again:");
            screen.line("  " + plan.replayCommand());
        }
    }

    /** Looks for the shortest schedule that breaks the same, and shows it. */
    Plan smallest(Outcome broken) {
        Violation found = broken.violation().orElseThrow();
        Plan plan = broken.plan();
        screen.line("  " + shortened(found.details()));
        screen.progress("  looking for a shorter schedule that breaks it ...");
        Shrinker shrinker =
                new Shrinker(smaller -> breaks(smaller, found.property()), MAX_SHRINK_RUNS, MAX_SHRINK_MILLIS);
        Plan smallest = shrinker.shrink(plan);
        screen.line("");
        screen.line(
                Style.BOLD,
                "the shortest schedule found that breaks it (" + Figures.plural(shrinker.runs(), "run", "runs") + "):");
        smallest.describe().forEach(line -> screen.line("  " + line));
        if (!smallest.equals(plan)) {
            Outcome.of(smallest)
                    .violation()
                    .map(Violation::details)
                    .ifPresent(details -> screen.line("  then: " + shortened(details)));
        }
        return smallest;
    }

    private static boolean breaks(Plan plan, Property property) {
        return Outcome.of(plan)
                .violation()
                .filter(found -> found.property().equals(property))
                .isPresent();
    }

    static String shortened(String details) {
        return details.length() <= MAX_DETAILS ? details : details.substring(0, MAX_DETAILS) + " ...";
    }
}
