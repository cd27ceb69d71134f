package org.tagma.cli.sim;

import org.tagma.cli.ExitStatus;
import org.tagma.cli.Screen;
import org.tagma.cli.Screen.Style;
import org.tagma.simulator.plan.Setting;
import org.tagma.simulator.sweep.Sweep;
import org.tagma.simulator.sweep.Tally;

/** How fast the simulator is on one thread, once its code is compiled. */
final class SimBenchmark {

    private static final long WARM_UP_SEED = 1;
    private static final long MEASURED_SEED = 1_000_000;

    private final Screen screen;

    SimBenchmark(Screen screen) {
        this.screen = screen;
    }

    int run(Setting setting, long millis) throws InterruptedException {
        screen.line("warming up for " + Figures.time(millis / 2) + ", then measuring for " + Figures.time(millis)
                + " on one thread: " + setting.protocol().label() + ", "
                + setting.model().label() + ", " + setting.replicas() + " replicas, "
                + Figures.plural(setting.operations(), "operation", "operations") + " a run");
        new Sweep(setting::draw, WARM_UP_SEED, Sweep.UNLIMITED, millis / 2).run(1);
        Tally tally = new Sweep(setting::draw, MEASURED_SEED, Sweep.UNLIMITED, millis).run(1);
        long cpuMillis = Math.max(1, tally.cpuMillis());
        screen.line("");
        screen.line(Style.BOLD, row("seeds a CPU second", Figures.rate(tally.runs(), cpuMillis)));
        screen.line(
                Style.BOLD, row("simulated time against CPU time", Figures.count(tally.virtualMillis() / cpuMillis)));
        screen.line(row("seeds", Figures.count(tally.runs())));
        screen.line(row("CPU time", Figures.time(cpuMillis)));
        screen.line(row("events a CPU second", Figures.rate(tally.events(), cpuMillis)));
        screen.line(row("operations a CPU second", Figures.rate(tally.operations(), cpuMillis)));
        screen.line(row("view changes a seed", Figures.rate(tally.views(), tally.runs() * 1000)));
        tally.firstFailure().ifPresent(failure -> new FailureReport(screen).show(failure));
        return tally.failures() == 0 ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private static String row(String what, String figure) {
        return String.format("  %-34s%12s", what, figure);
    }
}
