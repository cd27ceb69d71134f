package org.tagma.cli.demo;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.tagma.admin.ReplicaInspector;
import org.tagma.cli.common.Screen;
import org.tagma.protocol.FaultModel;

/** One run: load, faults of whoever leads, and the checks. Not thread-safe. */
final class Demo {
    private static final long LIVE_TICK_MILLIS = 200;
    private static final long PLAIN_TICK_MILLIS = 1_000;
    private static final long DRAIN_MILLIS = 60_000;

    private final Screen screen;
    private final DemoCluster cluster;
    private final DemoOptions options;
    private final ReplicaInspector inspector;
    private final Load load;
    private final ViewWatch watch;
    private final FaultInjector faultInjector;

    private long beginNanos;
    private ViewWatch.View shownView;
    private long firstView;

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
        this.faultInjector = new FaultInjector(cluster, options, watch, load, screen);
    }

    /** Runs it, and says whether every check passed. */
    boolean run() throws IOException, InterruptedException {
        beginNanos = System.nanoTime();
        shownView = watch.view();
        firstView = shownView.number();
        load.start();
        while (!isOver()) {
            Thread.sleep(screen.isLive() ? LIVE_TICK_MILLIS : PLAIN_TICK_MILLIS);
            faultInjector.tick(seconds());
            noticeViewChange();
            showProgress();
        }
        return finish();
    }

    /** Where a fault needs its time to be dealt with, the end waits for that. */
    private boolean isOver() {
        return seconds() >= options.seconds() && faultInjector.isOver(seconds());
    }

    private double seconds() {
        return (System.nanoTime() - beginNanos) / 1e9;
    }

    private boolean isCrashOnly() {
        return options.protocol().faultModel() == FaultModel.CRASH;
    }

    private void noticeViewChange() {
        ViewWatch.View now = watch.view();
        if (now.equals(shownView)) {
            return;
        }
        String text = isCrashOnly()
                ? "election: " + options.protocol().viewWord() + " " + shownView.number() + " -> " + now.number()
                        + ", replica " + now.primary() + " leads now"
                : "view change: view " + shownView.number() + " -> " + now.number() + ", replica " + now.primary()
                        + " is the primary now";
        Optional<String> reaction = faultInjector.replaced(now, seconds());
        Screen.Style style = reaction.isPresent() ? Screen.Style.GOOD : Screen.Style.NOTABLE;
        screen.event(
                style, seconds(), text + reaction.map(after -> ", " + after).orElse(""));
        if (!isCrashOnly()) {
            cluster.reasonFor(now.number(), trusted())
                    .ifPresent(reason -> screen.line(Screen.Style.FAINT, "            " + reason));
        }
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
                "%6.1f s  %,9d operations  %,7.0f/s   p50 %6.1f ms  p99 %7.1f ms   %s %d, %s replica %d",
                now,
                load.acknowledged(),
                throughput,
                p50Millis,
                p99Millis,
                options.protocol().viewWord(),
                shownView.number(),
                options.protocol().leaderWord(),
                shownView.primary()));
    }

    /** Those to whom nothing is being done. */
    private List<Integer> trusted() {
        return cluster.all().stream()
                .filter(replica -> replica != watch.distrusted().orElse(-1))
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
        checks.sameState(inspector, trusted(), watch.distrusted().isEmpty());
        checks.nothingLost(load.anyClient(), load.ledgers());
        checks.noStaleRead(load.ledgers());
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
        List<Integer> dead =
                cluster.ended().stream().filter(trusted()::contains).toList();
        if (!dead.isEmpty()) {
            verdict.fail("correct replicas ended by themselves: " + dead);
        }
        List<FaultInjector.Episode> episodes = faultInjector.episodes();
        if (episodes.isEmpty()) {
            checkQuiet(verdict);
            return;
        }
        episodes.forEach(episode -> checkReplaced(verdict, episode));
        long before = episodes.get(0).acknowledgedBefore;
        verdict.check(
                acknowledged > before,
                String.format(
                        Locale.ROOT,
                        "service went on%s: %,d operations since, the longest pause %.1f s",
                        isCrashOnly() ? "" : " under attack",
                        acknowledged - before,
                        load.takeLongestPauseSeconds()),
                "no operation was executed after the first fault");
    }

    private void checkReplaced(Verdict verdict, FaultInjector.Episode episode) {
        boolean replaced = episode.successor().isPresent();
        if (isCrashOnly()) {
            String what = "replica " + episode.victim + ", which "
                    + episode.fault.happening().replace("is ", "was ") + " as the leader";
            verdict.check(
                    replaced,
                    String.format(
                            Locale.ROOT,
                            "%s, was succeeded by replica %d within %.1f s",
                            what,
                            episode.successor().orElse(-1),
                            episode.secondsToReplace()),
                    what + ", was not succeeded by another");
        } else if (!replaced && !episode.fault.mustBeReplaced()) {
            verdict.pass("the malicious primary, replica " + episode.victim
                    + ", stays: what it does costs nobody much, see the longest pause");
        } else {
            verdict.check(
                    replaced,
                    "the group replaced its malicious primary, replica " + episode.victim + ", by replica "
                            + episode.successor().orElse(-1),
                    "the malicious primary, replica " + episode.victim + ", was not replaced");
        }
    }

    /** A change without a fault is a pity and no error: on a busy machine a correct leader can look slow. */
    private void checkQuiet(Verdict verdict) {
        String now = options.protocol().viewWord() + " " + shownView.number();
        if (shownView.number() == firstView) {
            verdict.pass("nothing was done to anybody, and nobody was suspected: still " + now);
        } else {
            screen.line(
                    Screen.Style.NOTABLE,
                    "  note    nothing was done to anybody, yet the group is in " + now
                            + "; a very busy machine can cause that");
        }
    }
}
