package org.tagma.simulator.exploration;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.SimulatedProtocol;

/** Runs a group with twins: all scenarios of so many rounds, or scenarios drawn from seeds. Immutable. */
public final class Twins {

    /** Rounds that are gone through exhaustively; each more takes sixteen times as long. */
    public static final int MAX_EXHAUSTIVE_ROUNDS = 3;

    private static final int REPLICAS = 4;
    private static final int LONGEST_DRAWN = 10;

    /** How it went: how many scenarios ran, and the first that broke a promise, and how. */
    public record Report(long scenarios, Optional<TwinsScenario> broken, String how) {}

    private final SimulatedProtocol group;

    /** Twins in a group of the standard protocol, as it is. */
    public Twins() {
        this(SimulatedProtocol.of(Protocols.standard(), REPLICAS));
    }

    /** Twins in this group, of four. */
    public Twins(SimulatedProtocol group) {
        this.group = group;
    }

    /** Every replica doubled in turn, and every way to part the nodes into at most two sides in each of the rounds. */
    public Report enumerate(int rounds) {
        if (rounds < 1 || rounds > MAX_EXHAUSTIVE_ROUNDS) {
            throw new IllegalArgumentException("rounds must be 1 to " + MAX_EXHAUSTIVE_ROUNDS);
        }
        long perReplica = 1L << (REPLICAS * rounds);
        for (long number = 0; number < REPLICAS * perReplica; number++) {
            List<Integer> sides = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                sides.add(side(number >> (REPLICAS * round)));
            }
            TwinsScenario scenario = new TwinsScenario(REPLICAS, (int) (number / perReplica), sides);
            Optional<String> violation = new TwinsRun(scenario, group).run();
            if (violation.isPresent()) {
                return new Report(number + 1, Optional.of(scenario), violation.get());
            }
        }
        return new Report(REPLICAS * perReplica, Optional.empty(), "");
    }

    /** Node 0 is always on the first side, for to exchange the sides changes nothing. */
    private static int side(long bits) {
        return (int) (bits & ((1 << REPLICAS) - 1)) << 1;
    }

    /** One scenario for each seed, of up to ten rounds. */
    public Report draw(long firstSeed, int seeds) {
        for (int i = 0; i < seeds; i++) {
            SplittableRandom random = new SplittableRandom(firstSeed + i);
            List<Integer> sides = new ArrayList<>();
            int rounds = random.nextInt(1, LONGEST_DRAWN + 1);
            for (int round = 0; round < rounds; round++) {
                sides.add(side(random.nextInt()));
            }
            TwinsScenario scenario = new TwinsScenario(REPLICAS, random.nextInt(REPLICAS), sides);
            Optional<String> violation = new TwinsRun(scenario, group).run();
            if (violation.isPresent()) {
                return new Report(i + 1, Optional.of(scenario), violation.get());
            }
        }
        return new Report(seeds, Optional.empty(), "");
    }

    /**
     * The command: all scenarios of so many rounds.
     *
     * @return the exit status: 0 if every promise was kept
     */
    public static int run(int rounds, PrintStream out) {
        Report report = new Twins().enumerate(rounds);
        if (report.broken().isPresent()) {
            out.println("broken by scenario " + report.scenarios() + ", "
                    + report.broken().get() + ": " + report.how());
            return 1;
        }
        out.println("twins: all " + report.scenarios() + " scenarios of " + rounds
                + " rounds kept agreement (4 replicas, each doubled in turn)");
        return 0;
    }
}
