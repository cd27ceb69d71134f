package org.tagma.cli.sim;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.simulator.exploration.Sweep;
import org.tagma.simulator.exploration.Tally;
import org.tagma.simulator.plan.Setting;

/**
 * How fast the simulator is on one thread, once its code is compiled: that takes some thousands of runs, for most of
 * what a run does is done seldom.
 */
final class SimBenchmark {

    private static final long WARM_UP_SEED = 1;
    private static final long SLICE_MILLIS = 5_000;
    private static final int MOST_SLICES = 12;
    private static final long MEASURED_SEED = 1_000_000;

    private final Screen screen;

    SimBenchmark(Screen screen) {
        this.screen = screen;
    }

    int run(Setting setting, long millis) throws InterruptedException {
        screen.line("warming up until the compilers rest, then measuring for " + Figures.time(millis)
                + " on one thread: " + setting.protocol().name() + ", "
                + setting.model().label() + ", " + setting.replicas() + " replicas, "
                + Figures.plural(setting.operations(), "operation", "operations") + " a run");
        warmUp(setting);
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

    /**
     * Ends when the compilers were busy for less than a tenth of a while, after a minute at the latest, and says so.
     */
    private void warmUp(Setting setting) throws InterruptedException {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        long seed = WARM_UP_SEED;
        for (int slice = 1; slice <= MOST_SLICES; slice++) {
            long before = compilers.getTotalCompilationTime();
            seed += new Sweep(setting::draw, seed, Sweep.UNLIMITED, SLICE_MILLIS)
                    .run(1)
                    .runs();
            long busyMillis = compilers.getTotalCompilationTime() - before;
            if (busyMillis < SLICE_MILLIS / 10) {
                return;
            }
        }
        screen.line("the compilers are still busy after a minute: the figures are lower than they would be later");
    }

    private static String row(String what, String figure) {
        return String.format("  %-34s%12s", what, figure);
    }
}
