package org.tagma.simulator.exploration;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.HeldMessages;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.Scenario;
import org.tagma.simulator.SimulatedCluster;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.SimulationResult;

/**
 * Runs a group of correct replicas, and no faults at all, on an asynchronous network with a scheduler that keeps it
 * from deciding; then the scheduler stops, and everything that was asked for is done.
 */
public final class Flp {

    /** Longer than any run: nobody gives up. */
    private static final long PATIENCE_MILLIS = Long.MAX_VALUE / 4;

    private static final int CLIENTS = 3;
    private static final int OPERATIONS = 4;

    /** How many lines a run prints while the scheduler is at work. */
    private static final int LINES = 12;

    private Flp() {}

    /** The scenario: the scheduler is at work for so long, in simulated time. */
    public static Scenario scenario(ProtocolDefinition protocol, long millis) {
        Scenario scenario = Scenario.cluster(
                SimulatedProtocol.of(protocol, protocol.groupSizes().usualReplicas()));
        return scenario.scheduledAgainstProgress()
                .clients(CLIENTS)
                .operations(OPERATIONS)
                .fastPathForQueries(false)
                .clientDeadlineMillis(PATIENCE_MILLIS)
                .atMillis(millis, SimulatedCluster::endAsynchrony);
    }

    /**
     * Runs it and prints what happens.
     *
     * @param millis how long the scheduler is at work, in simulated time, at least one second
     * @return 0 if nothing was decided before the scheduler stopped, everything after, and every promise kept; else 1
     */
    public static int run(ProtocolDefinition protocol, long millis, PrintStream out) {
        Scenario scenario = scenario(protocol, millis);
        String round = protocol.viewWord().toUpperCase(Locale.ROOT);
        out.println(introduction(protocol));
        out.println();
        out.printf(
                Locale.ROOT,
                "%12s  %9s  %8s  %13s  %14s%n",
                "SIMULATED",
                round,
                "DECIDED",
                "HELD BACK",
                "LONGEST DELAY");
        long[] decidedEarly = new long[1];
        for (int line = 1; line <= LINES; line++) {
            boolean last = line == LINES;
            // The last line is of the moment before the scheduler stops.
            scenario.atMillis(millis * line / LINES - (last ? 1 : 0), cluster -> {
                decidedEarly[0] = decided(cluster);
                out.println(line(cluster));
            });
        }
        SimulationResult result = scenario.replayedBy(
                        "tagma sim --flp " + protocol.name() + " --for " + millis / 1000 + "s")
                .run();
        return conclude(result, millis, decidedEarly[0], out);
    }

    private static String introduction(ProtocolDefinition protocol) {
        return "FLP: " + protocol.groupSizes().usualReplicas() + " correct " + protocol.title()
                + " replicas, no faults, and a network that loses nothing.\nIts scheduler "
                + ProtocolSimulation.of(protocol).scheduleAgainstProgress()
                + ". Delays are finite, but have no bound.";
    }

    /** How many operations any replica has decided. */
    private static long decided(SimulatedCluster cluster) {
        return cluster.returnedCalls() + cluster.highestExecuted();
    }

    private static String line(SimulatedCluster cluster) {
        HeldMessages held = cluster.heldMessages().orElseThrow();
        return String.format(
                Locale.ROOT,
                "%12s  %,9d  %,8d  %,13d  %14s",
                time(Math.round(cluster.nowMillis() / 1000.0) * 1000),
                cluster.highestView(),
                decided(cluster),
                held.heldInAll(),
                time(held.longestMillis()));
    }

    private static int conclude(SimulationResult result, long millis, long decidedEarly, PrintStream out) {
        out.println();
        if (result.violation().isPresent()) {
            out.println(result.violation().get().getMessage());
            return 1;
        }
        Optional<String> disappointment = decidedEarly > 0
                ? Optional.of("the scheduler failed: something was decided")
                : result.isEverythingAnswered()
                        ? Optional.empty()
                        : Optional.of("not everything was done after the scheduler stopped");
        if (disappointment.isPresent()) {
            out.println("FAILED: " + disappointment.get() + ".");
            return 1;
        }
        out.println("The scheduler stops, and what was on its way arrives. All " + CLIENTS * OPERATIONS
                + " operations were done " + time(result.virtualMillis() - millis) + " later.");
        out.println("Nothing was decided twice, differently or out of order: agreement, order, equal states and"
                + " linearizability held throughout.");
        return 0;
    }

    private static String time(long millis) {
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long seconds = millis / 1000;
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
