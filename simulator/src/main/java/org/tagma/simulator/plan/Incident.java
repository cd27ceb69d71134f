package org.tagma.simulator.plan;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tagma.simulator.SimulatedCluster;

/**
 * Something that happens to replicas in a run.
 *
 * <p>Immutable.
 *
 * @param kind what
 * @param replicas to whom, at least one; only a {@link Kind#CUT} has several
 * @param isAfterOperations whether {@code when} counts calls that have returned, or milliseconds
 * @param when when it begins
 * @param millis how long it lasts; 0 where nothing lasts
 * @param barriers for {@link Kind#POWER}: how many durable writes still succeed
 */
public record Incident(
        Kind kind, List<Integer> replicas, boolean isAfterOperations, long when, long millis, int barriers) {

    private static final long LONGEST_MILLIS = 24 * 3_600_000L;

    /** What can happen. */
    public enum Kind {
        /** Stops for good. */
        CRASH,
        /** Stops, and starts again with all that it had made durable. */
        DOWN,
        /** Stops, and starts again with nothing but the note of where it may have voted. */
        AMNESIA,
        /** Loses power in the middle of a durable write, and starts again later. */
        POWER,
        /** Does nothing for a while, as in a long garbage collection. */
        PAUSE,
        /** Cut off from all others for a while. */
        CUT;

        /** Its name in a plan. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Incident {
        replicas = List.copyOf(replicas);
        Plan.require(!replicas.isEmpty(), "an incident must happen to a replica");
        Plan.require(kind == Kind.CUT || replicas.size() == 1, "only a cut can be of several replicas");
        Plan.require(when >= 0 && when <= LONGEST_MILLIS, "an incident must begin at 0 or later");
        Plan.require(millis >= 0 && millis <= LONGEST_MILLIS, "an incident must last 0 ms or longer");
        Plan.require(barriers >= 0, "a power loss must come after 0 or more durable writes");
    }

    Incident withMillis(long duration) {
        return new Incident(kind, replicas, isAfterOperations, when, duration, barriers);
    }

    /** Has it happen. */
    void happenTo(SimulatedCluster cluster) {
        int replica = replicas.get(0);
        switch (kind) {
            case CRASH -> cluster.crashForGood(replica);
            case DOWN -> {
                cluster.crash(replica);
                cluster.after(millis, () -> cluster.restart(replica));
            }
            case AMNESIA -> {
                cluster.crash(replica);
                cluster.after(millis, () -> cluster.restartWithAmnesia(replica));
            }
            case POWER -> {
                cluster.losePowerAfterBarriers(replica, barriers);
                cluster.after(millis, () -> cluster.restart(replica));
            }
            case PAUSE -> cluster.pause(replica, millis);
            case CUT -> cluster.isolate(millis, replicas.toArray(new Integer[0]));
        }
    }

    /** In words, for people. */
    public String describe() {
        String who = (replicas.size() == 1 ? "replica " : "replicas ")
                + replicas.stream().map(String::valueOf).collect(Collectors.joining(", "));
        String at = isAfterOperations ? "after " + when + " operations" : "at " + when + " ms";
        return at + ": " + who
                + switch (kind) {
                    case CRASH -> " stops for good";
                    case DOWN -> " stops, and starts again with its log " + millis + " ms later";
                    case AMNESIA -> " stops, and starts again without its log " + millis + " ms later";
                    case POWER ->
                        " loses power in its durable write number " + (barriers + 1) + " from there, and starts again "
                                + millis + " ms later";
                    case PAUSE -> " does nothing for " + millis + " ms";
                    case CUT -> (replicas.size() == 1 ? " is" : " are") + " cut off for " + millis + " ms";
                };
    }
}
