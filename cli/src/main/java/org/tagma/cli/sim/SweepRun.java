package org.tagma.cli.sim;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.simulator.exploration.Sweep;
import org.tagma.simulator.exploration.Tally;
import org.tagma.simulator.model.Promise;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Setting;
import org.tagma.simulator.properties.Property;

/** Seeds under one setting: progress, summary, and the first failure in full. */
final class SweepRun {

    private static final long PROGRESS_NANOS = 500_000_000;
    private static final long PROGRESS_WITHOUT_TERMINAL_NANOS = 10_000_000_000L;

    private final Screen screen;
    private final Setting setting;
    private final LongFunction<Plan> plans;
    private final long beganNanos = System.nanoTime();
    private long shownNanos = beganNanos;

    SweepRun(Screen screen, Setting setting, LongFunction<Plan> plans) {
        this.screen = screen;
        this.setting = setting;
        this.plans = plans;
    }

    int run(long firstSeed, long seeds, long budgetMillis, int threads) throws InterruptedException {
        Promise promise = setting.promise();
        screen.line(
                Style.BOLD,
                "Simulating " + setting.protocol().name() + ": " + setting.replicas() + " replicas, "
                        + setting.faults() + " of them faulty, "
                        + Figures.plural(setting.clients(), "client", "clients") + ", "
                        + Figures.plural(setting.operations(), "operation", "operations") + " a run");
        screen.line("network " + setting.model().network().label() + ", nodes "
                + setting.model().nodes().label() + ", timing "
                + setting.model().synchrony().label()
                + (setting.hasRealCrypto() ? ", real crypto" : ""));
        screen.line("promised: " + promise.label() + " (" + promise.reason() + ")");
        Tally tally = new Sweep(plans, firstSeed, seeds, budgetMillis)
                .listener(soFar -> progress(soFar, seeds))
                .run(threads);
        summary(tally);
        if (tally.firstFailure().isEmpty()) {
            return ExitStatus.OK;
        }
        new FailureReport(screen).show(tally.firstFailure().get());
        return ExitStatus.UNSUCCESSFUL;
    }

    private long elapsedMillis() {
        return Math.max(1, (System.nanoTime() - beganNanos) / 1_000_000);
    }

    private void progress(Tally soFar, long seeds) {
        long now = System.nanoTime();
        if (now - shownNanos >= (screen.isLive() ? PROGRESS_NANOS : PROGRESS_WITHOUT_TERMINAL_NANOS)) {
            shownNanos = now;
            String of = seeds == Sweep.UNLIMITED ? "" : " of " + Figures.count(seeds);
            screen.progress("  " + Figures.count(soFar.runs()) + of + " seeds, "
                    + Figures.rate(soFar.runs(), elapsedMillis()) + "/s; simulated "
                    + Figures.time(soFar.virtualMillis()) + ", " + Figures.count(soFar.events()) + " events, "
                    + Figures.plural(soFar.views(), "view change", "view changes"));
        }
    }

    private void summary(Tally tally) {
        long millis = elapsedMillis();
        screen.line("");
        screen.line(Figures.plural(tally.runs(), "seed", "seeds") + " in " + Figures.time(millis) + ": "
                + Figures.rate(tally.runs(), millis) + " seeds/s, "
                + Figures.rate(tally.runs(), tally.cpuMillis()) + " a CPU second; "
                + Figures.time(tally.virtualMillis()) + " simulated, "
                + Figures.count(tally.virtualMillis() / Math.max(1, tally.cpuMillis())) + " times CPU time");
        screen.line(Figures.plural(tally.operations(), "operation", "operations") + ", "
                + Figures.plural(tally.events(), "event", "events") + ", "
                + Figures.plural(
                        tally.views(),
                        views(setting.protocol().viewWord()),
                        views(setting.protocol().viewWord()) + "s"));
        if (tally.unowedViolations() > 0) {
            screen.line(
                    Style.NOTABLE,
                    "broken, but not promised: " + unowed(tally.unowed()) + ", first with seed "
                            + tally.firstUnowed().orElseThrow().seed());
            screen.line("  to see it: " + tally.firstUnowed().orElseThrow().replayCommand());
        }
        if (tally.failures() == 0) {
            screen.line(
                    Style.GOOD, setting.promise().isNothing() ? "Nothing was promised." : "Every promise was kept.");
            setting.breakCommand().ifPresent(command -> {
                screen.line("To see what is not promised broken:");
                screen.line("  " + command);
            });
        }
    }

    static String unowed(Map<Property, Integer> unowed) {
        return new TreeMap<>(unowed)
                .entrySet().stream()
                        .map(each -> name(each.getKey()) + " " + Figures.plural(each.getValue(), "time", "times"))
                        .collect(Collectors.joining(", "));
    }

    static String name(Property property) {
        return property.label().replace('-', ' ');
    }

    private static String views(String word) {
        return word.equals("view") ? "view change" : word;
    }
}
