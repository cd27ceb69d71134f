package org.tagma.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.tagma.cli.common.Screen;
import org.tagma.protocol.FaultModel;

/**
 * Does to the replicas that lead what the demo is about, one after the other, and under Raft undoes it, so that never
 * more than one is faulty. Not thread-safe.
 */
final class FaultInjector {

    /** How much longer the load may run for a leader to be replaced, or for it to come back. */
    private static final double PATIENCE_SECONDS = 25;

    /** How long a leader is kept away once it has been replaced: enough to see that service goes on. */
    private static final double AWAY_SECONDS = 1.5;

    /** What became of one fault. */
    static final class Episode {
        final DemoFault fault;
        final int victim;
        final double beganSeconds;
        final long acknowledgedBefore;

        private double undoneSeconds = Double.NaN;
        private double endedSeconds = Double.NaN;
        private int successor = -1;
        private double replacedSeconds = Double.NaN;

        Episode(DemoFault fault, int victim, double beganSeconds, long acknowledgedBefore) {
            this.fault = fault;
            this.victim = victim;
            this.beganSeconds = beganSeconds;
            this.acknowledgedBefore = acknowledgedBefore;
        }

        OptionalInt successor() {
            return successor < 0 ? OptionalInt.empty() : OptionalInt.of(successor);
        }

        double secondsToReplace() {
            return replacedSeconds - beganSeconds;
        }
    }

    private final DemoCluster cluster;
    private final DemoOptions options;
    private final ViewWatch watch;
    private final Load load;
    private final Screen screen;
    private final List<Episode> episodes = new ArrayList<>();

    FaultInjector(DemoCluster cluster, DemoOptions options, ViewWatch watch, Load load, Screen screen) {
        this.cluster = cluster;
        this.options = options;
        this.watch = watch;
        this.load = load;
        this.screen = screen;
    }

    /** Does what is due. */
    void tick(double seconds) throws IOException {
        Optional<Episode> current = current();
        if (current.isPresent() && Double.isNaN(current.get().undoneSeconds)) {
            undoIfDue(current.get(), seconds);
        } else if (current.isPresent()) {
            endIfBack(current.get(), seconds);
        } else if (episodes.size() < options.faults().size() && seconds >= nextBegin()) {
            begin(seconds);
        }
    }

    /** The first at half time, or, of several, evenly spread; each a while after the end of the one before. */
    private double nextBegin() {
        int next = episodes.size();
        double planned = options.seconds() * (next + 1.0) / (options.faults().size() + 1);
        return next == 0 ? planned : Math.max(planned, episodes.get(next - 1).endedSeconds + AWAY_SECONDS);
    }

    private void begin(double seconds) throws IOException {
        DemoFault fault = options.faults().get(episodes.size());
        int victim = watch.view().primary();
        watch.distrust(victim);
        if (episodes.isEmpty()) {
            load.takeLongestPauseSeconds();
        }
        episodes.add(new Episode(fault, victim, seconds, load.acknowledged()));
        cluster.disturb(victim, fault);
        String leads = options.protocol().faultModel() == FaultModel.BYZANTINE
                ? "the primary, "
                : "the leader of " + options.protocol().viewWord() + " "
                        + watch.view().number() + ", ";
        String kind = options.protocol().faultModel() == FaultModel.BYZANTINE ? " (" + fault.label() + ")" : "";
        screen.event(
                Screen.Style.BAD,
                seconds,
                "replica " + victim + ", " + leads + fault.happening() + kind + ": " + fault.inWords());
    }

    private void undoIfDue(Episode episode, double seconds) throws IOException {
        boolean waited = seconds >= episode.beganSeconds + PATIENCE_SECONDS;
        boolean seen = episode.successor >= 0 && seconds >= episode.replacedSeconds + AWAY_SECONDS;
        if (!options.undoesFaults() || !(seen || waited)) {
            return;
        }
        cluster.restore(episode.victim, episode.fault);
        watch.trustAgain();
        episode.undoneSeconds = seconds;
        String text = switch (episode.fault) {
            case CRASH -> "is started again";
            case PAUSE -> "goes on where it stood, not knowing that its time is over";
            default -> "is connected again, not knowing that its time is over";
        };
        screen.event(Screen.Style.NOTABLE, seconds, "replica " + episode.victim + " " + text);
    }

    /** Another fault before it takes part again would be one too many. */
    private void endIfBack(Episode episode, double seconds) {
        boolean back = watch.takesPart(episode.victim);
        if (back || seconds >= episode.undoneSeconds + PATIENCE_SECONDS) {
            episode.endedSeconds = seconds;
            String text =
                    back ? " takes part again; replica " + watch.view().primary() + " leads" : " has not come back yet";
            screen.event(Screen.Style.NOTABLE, seconds, "replica " + episode.victim + text);
        }
    }

    /** The replica that leads has changed; says so if it is because of what was done. */
    Optional<String> replaced(ViewWatch.View now, double seconds) {
        Optional<Episode> current = current();
        if (current.isEmpty() || current.get().successor >= 0 || now.primary() == current.get().victim) {
            return Optional.empty();
        }
        Episode episode = current.get();
        episode.successor = now.primary();
        episode.replacedSeconds = seconds;
        return Optional.of(String.format(Locale.ROOT, "%.1f s after %s", episode.secondsToReplace(), cause(episode)));
    }

    private static String cause(Episode episode) {
        return switch (episode.fault) {
            case CRASH -> "the kill";
            case PAUSE -> "it was paused";
            case CUT -> "it was cut off";
            default -> "the betrayal";
        };
    }

    /** Whether all was done, and undone, or for how long that took nobody would wait. */
    boolean isOver(double seconds) {
        boolean allBegun = episodes.size() == options.faults().size();
        boolean done = allBegun
                && (!options.undoesFaults()
                        ? episodes.stream()
                                .allMatch(episode -> episode.successor >= 0 || !episode.fault.mustBeReplaced())
                        : current().isEmpty());
        return done
                || seconds
                        >= options.seconds()
                                + PATIENCE_SECONDS
                                        * Math.max(1, options.faults().size());
    }

    /** The fault that lasts. */
    private Optional<Episode> current() {
        return episodes.isEmpty() || !Double.isNaN(episodes.get(episodes.size() - 1).endedSeconds)
                ? Optional.empty()
                : Optional.of(episodes.get(episodes.size() - 1));
    }

    List<Episode> episodes() {
        return List.copyOf(episodes);
    }
}
