package org.tagma.simulator.puppet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftTimer;
import org.tagma.core.protocol.Event;

/** The lines that are to be said, and what everybody who writes some must know of how things stand. Not thread-safe. */
final class Prompter {

    final Stage stage;
    final Props props;
    final Puppets puppets;
    final PbftConfig config;
    final SplittableRandom random;
    private final ArrayDeque<Runnable> lines = new ArrayDeque<>();
    /** How ready it is to let a line fall. */
    private final int lossPercent;

    /** So many lines are not to be disturbed. */
    private int quietLines;

    Prompter(Stage stage, Props props, Puppets puppets, SplittableRandom random) {
        this.stage = stage;
        this.props = props;
        this.puppets = puppets;
        this.config = puppets.config();
        this.random = random;
        this.lossPercent = random.nextInt(4) * 8;
    }

    // ---- lines ----

    /** Something that is to happen, or nothing of it. */
    void line(Runnable line) {
        if (!chance(lossPercent)) {
            lines.add(line);
        }
    }

    /** Something that is to happen for sure. */
    void surely(Runnable line) {
        lines.add(line);
    }

    /** So many ticks of the clock. */
    void ticks(int count) {
        for (int i = count; i > 0; i--) {
            lines.add(this::tick);
        }
    }

    /** Nothing is to come between the lines that there are. */
    void quiet() {
        quietLines = lines.size();
    }

    boolean isQuiet() {
        return quietLines > 0;
    }

    boolean hasLines() {
        return !lines.isEmpty();
    }

    void sayNext() {
        quietLines = Math.max(0, quietLines - 1);
        lines.remove().run();
    }

    // ---- chance ----

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    int anyPuppet() {
        return puppets.others().get(random.nextInt(puppets.others().size()));
    }

    List<Integer> shuffled() {
        List<Integer> all = new ArrayList<>(puppets.others());
        for (int i = all.size() - 1; i > 0; i--) {
            Collections.swap(all, i, random.nextInt(i + 1));
        }
        return all;
    }

    // ---- how things stand ----

    long view() {
        return stage.status().view();
    }

    boolean isNormal() {
        return !stage.status().mode().equals("view-change");
    }

    int primary(long view) {
        return (int) (view % config.quorums().replicas());
    }

    boolean isPrimary(long view) {
        return primary(view) == stage.self;
    }

    long low() {
        return stage.stable().sequence();
    }

    long nextSequence() {
        return stage.status().lastCommitted() + 1;
    }

    // ---- time ----

    void tick() {
        props.nowMillis += config.tickMillis();
        stage.step(new Event.TimerFired(PbftTimer.TICK));
    }

    /** It has taken all that there was, and looks at the clock. */
    void time() {
        stage.step(new Event.QueueDrained(props.nowMillis));
    }
}
