package org.tagma.cli.demo;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.tagma.cli.ReplicaInspector;

/** One run: load, a traitor at half time, and the checks. Not thread-safe. */
final class Demo {
    private static final long LIVE_TICK_MILLIS = 200;
    private static final long PLAIN_TICK_MILLIS = 1_000;
    private static final long DRAIN_MILLIS = 60_000;

    /** How much longer the load may run for the malicious primary to be replaced. */
    private static final double REPLACEMENT_SECONDS = 25;

    private final Screen screen;
    private final DemoCluster cluster;
    private final DemoOptions options;
    private final ReplicaInspector inspector;
    private final Load load;
    private final ViewWatch watch;

    private long beginNanos;
    private ViewWatch.View shownView;
    private double turnedSeconds;
    private long acknowledgedAtTurn;
    private boolean primaryReplaced;

    private double shownSeconds;
    private long shownAcknowledged;
    private double throughput;
    private double p50Millis;
    private double p99Millis;

    Demo(
            Screen screen,
            DemoCluster cluster,
            DemoOptions options,
            ReplicaInspector inspector,
            Load load,
            ViewWatch watch) {
        this.screen = screen;
        this.cluster = cluster;
        this.options = options;
        this.inspector = inspector;
        this.load = load;
        this.watch = watch;
    }

    /** Runs it, and says whether every check passed. */
    boolean run() throws IOException, InterruptedException {
        beginNanos = System.nanoTime();
        shownView = watch.view();
        load.start();
        while (!isOver()) {
            Thread.sleep(screen.isLive() ? LIVE_TICK_MILLIS : PLAIN_TICK_MILLIS);
            if (options.fault().isPresent() && watch.traitor().isEmpty() && seconds() >= options.seconds() / 2.0) {
                turnPrimaryMalicious();
            }
            noticeViewChange();
            showProgress();
        }
        return finish();
    }

    /** Where a fault needs its time to be noticed, the end waits for that. */
    private boolean isOver() {
        boolean waiting = options.fault().isPresent() && !primaryReplaced;
        return seconds() >= options.seconds() + (waiting ? REPLACEMENT_SECONDS : 0);
    }

    private double seconds() {
        return (System.nanoTime() - beginNanos) / 1e9;
    }

    private void turnPrimaryMalicious() throws IOException {
        int primary = watch.view().primary();
        watch.distrust(primary);
        load.takeLongestPauseSeconds();
        acknowledgedAtTurn = load.acknowledged();
        cluster.turnMalicious(primary);
        turnedSeconds = seconds();
        screen.event(
                Screen.Style.BAD,
                turnedSeconds,
                "replica " + primary + ", the primary, turns malicious ("
                        + options.fault().orElseThrow() + "): " + options.faultInWords());
    }

    private void noticeViewChange() {
        ViewWatch.View now = watch.view();
        if (now.equals(shownView)) {
            return;
        }
        OptionalInt traitor = watch.traitor();
        boolean replaced = traitor.isPresent() && !primaryReplaced && now.primary() != traitor.getAsInt();
        String text = "view change: view " + shownView.number() + " -> " + now.number() + ", replica " + now.primary()
                + " is the primary now";
        if (replaced) {
            primaryReplaced = true;
            text += String.format(Locale.ROOT, ", %.1f s after the betrayal", seconds() - turnedSeconds);
        }
        screen.event(replaced ? Screen.Style.GOOD : Screen.Style.NOTABLE, seconds(), text);
        cluster.reasonFor(now.number(), correct())
                .ifPresent(reason -> screen.line(Screen.Style.FAINT, "            " + reason));
        shownView = now;
    }

    private void showProgress() {
        double now = seconds();
        if (now - shownSeconds >= 0.9) {
            long acknowledged = load.acknowledged();
            throughput = (acknowledged - shownAcknowledged) / (now - shownSeconds);
            Histogram latencies = load.latenciesMicros();
            p50Millis = latencies.getValueAtPercentile(50) / 1e3;
            p99Millis = latencies.getValueAtPercentile(99) / 1e3;
            shownAcknowledged = acknowledged;
            shownSeconds = now;
        }
        screen.progress(String.format(
                Locale.ROOT,
                "%6.1f s  %,9d operations  %,7.0f/s   p50 %6.1f ms  p99 %7.1f ms   view %d, primary replica %d",
                now,
                load.acknowledged(),
                throughput,
                p50Millis,
                p99Millis,
                shownView.number(),
                shownView.primary()));
    }

    private List<Integer> correct() {
        return cluster.all().stream()
                .filter(replica -> replica != watch.traitor().orElse(-1))
                .toList();
    }

    private boolean finish() throws InterruptedException {
        double loadSeconds = seconds();
        boolean drained = load.stop(DRAIN_MILLIS);
        noticeViewChange();
        long acknowledged = load.acknowledged();
        screen.line("");
        screen.line(
                Screen.Style.BOLD,
                String.format(
                        Locale.ROOT,
                        "%,d operations in %.0f s, %,.0f/s. Now the checks:",
                        acknowledged,
                        loadSeconds,
                        acknowledged / loadSeconds));
        Verdict verdict = new Verdict(screen);
        checkService(verdict, drained, acknowledged);
        Checks checks = new Checks(verdict);
        checks.sameState(inspector, correct());
        checks.nothingLost(load.anyClient(), load.ledgers());
        return verdict.passed();
    }

    private void checkService(Verdict verdict, boolean drained, long acknowledged) {
        long failures = load.ledgers().stream().mapToLong(Ledger::failures).sum();
        verdict.check(
                drained && failures == 0,
                "every operation was answered",
                drained
                        ? failures + " operations got no answer before their deadline"
                        : "operations were still under way " + TimeUnit.MILLISECONDS.toSeconds(DRAIN_MILLIS)
                                + " s after the load had stopped");
        List<Integer> dead = cluster.ended().stream()
                .filter(replica -> correct().contains(replica))
                .toList();
        if (!dead.isEmpty()) {
            verdict.fail("correct replicas ended by themselves: " + dead);
        }
        if (watch.traitor().isEmpty()) {
            checkQuiet(verdict);
            return;
        }
        verdict.check(
                primaryReplaced,
                "the group replaced its malicious primary, replica "
                        + watch.traitor().getAsInt() + ", by replica " + shownView.primary(),
                "the malicious primary, replica " + watch.traitor().getAsInt() + ", was not replaced");
        verdict.check(
                acknowledged > acknowledgedAtTurn,
                String.format(
                        Locale.ROOT,
                        "service went on under attack: %,d operations since, the longest pause %.1f s",
                        acknowledged - acknowledgedAtTurn,
                        load.takeLongestPauseSeconds()),
                "no operation was executed after the primary had turned malicious");
    }

    /** A view change without a traitor is a pity and no error: on a busy machine a correct primary can look slow. */
    private void checkQuiet(Verdict verdict) {
        if (shownView.number() == 0) {
            verdict.pass("nobody misbehaved, and nobody was suspected: still view 0");
        } else {
            screen.line(
                    Screen.Style.NOTABLE,
                    "  note    nobody misbehaved, yet the group is in view " + shownView.number()
                            + "; a very busy machine can cause that");
        }
    }
}
