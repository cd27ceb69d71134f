package org.tagma.simulator.plan;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tagma.simulator.SimulatedCluster;
import org.tagma.simulator.faults.DiskFault;

/**
 * Something that happens to replicas in a run.
 *
 * <p>Immutable.
 *
 * @param kind what
 * @param replicas to whom, at least one; of several only where {@link Kind#canBeOfSeveral}
 * @param isAfterOperations whether {@code when} counts calls that have returned, or milliseconds
 * @param when when it begins
 * @param millis how long it lasts; 0 where nothing lasts
 * @param successes for what a disk does: how many accesses of that kind still succeed; for a change of the group: how
 *     many times it is asked for again, every ten milliseconds; for a leader that is deposed: by how many milliseconds
 *     its clock is set back meanwhile; for connections that are lost: whose, counted from 1, or 0 if all clients'
 */
public record Incident(
        Kind kind, List<Integer> replicas, boolean isAfterOperations, long when, long millis, int successes) {

    private static final long LONGEST_MILLIS = 24 * 3_600_000L;
    private static final int ATTEMPTS = 4;
    private static final long MILLIS_BETWEEN_ATTEMPTS = 1_500;
    /** Long enough that what it says first may arrive, and not the answer. */
    private static final long MILLIS_UNTIL_A_LEADER_IS_SEEN = 5;

    /** Near the end of a lease of half a second, so that it still holds then, and not much longer. */
    private static final long MILLIS_UNTIL_ITS_CLOCK_IS_SET = 350;

    private static final long MILLIS_OF_AN_EAGER_OPERATOR = 10;

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
        CUT,
        /** Cut off from all other replicas for a while, and not from the clients. */
        SPLIT,
        /** All clients, or one of them, lose their connections to them for a while. */
        DISCONNECT,
        /** Whoever leads, or it if nobody does, is cut off from all other replicas, and not from the clients. */
        DEPOSE,
        /** The same happens to whoever leads meanwhile, one after the other. */
        ISOLATE_LEADER,
        /** The dates of their clocks are set back. */
        CLOCK,
        /** A sync fails: it stops, and starts again later; what was written may be on the disk or not. */
        SYNC,
        /** The disk is full: it stops, and starts again later. */
        FULL,
        /** A checkpoint cannot be written: it stops, and starts again later. */
        CHECKPOINT,
        /** Stops, cannot read its disk as it starts again, and starts once more later. */
        UNREADABLE,
        /** Stops, and starts again with an empty disk. */
        WIPE,
        /** An operator asks whoever leads to hand over to it. */
        TRANSFER,
        /** An operator makes them learners for a while. */
        DEMOTE,
        /** An operator takes them out of the group for a while. */
        REMOVE;

        boolean canBeOfSeveral() {
            return this == CUT || this == SPLIT || this == DISCONNECT || this == CLOCK || isOfMembership();
        }

        boolean isOfMembership() {
            return this == DEMOTE || this == REMOVE;
        }

        /** Whether it has to do with leaders that are elected, or with groups that change. */
        boolean isOfElectedLeaders() {
            return this == TRANSFER || this == DEPOSE || this == ISOLATE_LEADER || isOfMembership();
        }

        /** Its name in a plan. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Incident {
        replicas = List.copyOf(replicas);
        Plan.require(!replicas.isEmpty(), "an incident must happen to a replica");
        Plan.require(
                kind.canBeOfSeveral() || replicas.size() == 1,
                "only cuts, splits, clocks, connections and changes of the group can be of several replicas");
        Plan.require(when >= 0 && when <= LONGEST_MILLIS, "an incident must begin at 0 or later");
        Plan.require(millis >= 0 && millis <= LONGEST_MILLIS, "an incident must last 0 ms or longer");
        Plan.require(successes >= 0, "a disk's fault must come after 0 or more accesses that succeed");
    }

    Incident withMillis(long duration) {
        return new Incident(kind, replicas, isAfterOperations, when, duration, successes);
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
            case POWER -> failDisk(cluster, DiskFault.POWER);
            case PAUSE -> cluster.pause(replica, millis);
            case CUT -> cluster.isolate(millis, replicas.toArray(new Integer[0]));
            case SPLIT -> cluster.split(millis, replicas);
            case DISCONNECT -> disconnect(cluster);
            case DEPOSE -> depose(cluster, cluster.leader().orElse(replica));
            case ISOLATE_LEADER -> deposeAll(cluster, new TreeSet<>(), 0);
            case CLOCK -> replicas.forEach(each -> cluster.setClockBack(each, millis));
            case SYNC -> failDisk(cluster, DiskFault.SYNC);
            case FULL -> failDisk(cluster, DiskFault.FULL);
            case CHECKPOINT -> failDisk(cluster, DiskFault.CHECKPOINT);
            case UNREADABLE -> {
                cluster.crash(replica);
                cluster.failDisk(replica, DiskFault.READ, 0);
                cluster.after(millis, () -> cluster.restart(replica));
                cluster.after(2 * millis, () -> cluster.restart(replica));
            }
            case WIPE -> {
                cluster.crashAndWipe(replica);
                cluster.after(millis, () -> cluster.restart(replica));
            }
            case TRANSFER -> cluster.transferLeadership(replica);
            case DEMOTE, REMOVE -> changeGroup(cluster);
        }
    }

    private void disconnect(SimulatedCluster cluster) {
        for (int client = 0; client < cluster.clients(); client++) {
            if (successes == 0 || successes == client + 1) {
                cluster.disconnect(millis, client, replicas);
            }
        }
    }

    private void depose(SimulatedCluster cluster, int leader) {
        cluster.split(millis, List.of(leader));
        if (successes > 0) {
            cluster.after(MILLIS_UNTIL_ITS_CLOCK_IS_SET, () -> cluster.setClockBack(leader, successes));
        }
    }

    private void deposeAll(SimulatedCluster cluster, TreeSet<Integer> deposed, long sinceMillis) {
        cluster.leader().ifPresent(leader -> {
            if (deposed.add(leader)) {
                cluster.split(millis, List.of(leader));
            }
        });
        if (sinceMillis < millis) {
            cluster.after(
                    MILLIS_UNTIL_A_LEADER_IS_SEEN,
                    () -> deposeAll(cluster, deposed, sinceMillis + MILLIS_UNTIL_A_LEADER_IS_SEEN));
        }
    }

    /** Nobody may lead just then, or a change be on its way; an operator asks again. */
    private void changeGroup(SimulatedCluster cluster) {
        List<Integer> all = IntStream.range(0, cluster.size()).boxed().toList();
        List<Integer> voters = all.stream().filter(id -> !replicas.contains(id)).toList();
        List<Integer> learners = kind == Kind.DEMOTE ? replicas : List.of();
        cluster.changeMembership(voters, learners);
        for (int again = 1; again <= successes; again++) {
            cluster.after(again * MILLIS_OF_AN_EAGER_OPERATOR, () -> cluster.changeMembership(voters, learners));
        }
        for (int again = 0; again < ATTEMPTS; again++) {
            cluster.after(millis + again * MILLIS_BETWEEN_ATTEMPTS, () -> cluster.changeMembership(all, List.of()));
        }
    }

    private void failDisk(SimulatedCluster cluster, DiskFault fault) {
        int replica = replicas.get(0);
        cluster.failDisk(replica, fault, successes);
        cluster.after(millis, () -> cluster.restart(replica));
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
                    case POWER -> " loses power in its durable write number " + (successes + 1) + again();
                    case PAUSE -> " does nothing for " + millis + " ms";
                    case CUT -> verb(" is", " are") + " cut off for " + millis + " ms";
                    case SPLIT -> verb(" hears", " hear") + " no other replica for " + millis + " ms";
                    case DISCONNECT ->
                        (successes == 0 ? ": all clients lose" : ": client " + (successes - 1) + " loses")
                                + " the connection for " + millis + " ms";
                    case DEPOSE ->
                        ", or whoever leads, hears no other replica for " + millis + " ms"
                                + (successes == 0 ? "" : ", and its clock is set back by " + successes + " ms");
                    case ISOLATE_LEADER ->
                        ": whoever leads in the next " + millis + " ms hears no other replica for as long";
                    case CLOCK -> verb(" has its clock", " have their clocks") + " set back by " + millis + " ms";
                    case SYNC -> " fails in sync number " + (successes + 1) + again();
                    case FULL -> " has no room for record number " + (successes + 1) + again();
                    case CHECKPOINT -> " cannot write checkpoint number " + (successes + 1) + again();
                    case UNREADABLE ->
                        " stops, cannot read its disk " + millis + " ms later, and starts after as long again";
                    case WIPE -> " stops, and starts again with an empty disk " + millis + " ms later";
                    case TRANSFER -> " is to take over the lead";
                    case DEMOTE ->
                        verb(" becomes", " become") + " a learner, and a voter again " + millis + " ms later"
                                + insisting();
                    case REMOVE ->
                        verb(" leaves", " leave") + " the group, and may come back " + millis + " ms later"
                                + insisting();
                };
    }

    private String verb(String ofOne, String ofSeveral) {
        return replicas.size() == 1 ? ofOne : ofSeveral;
    }

    private String insisting() {
        return successes == 0 ? "" : "; asked for " + successes + " times more, every ten milliseconds";
    }

    private String again() {
        return " from there, and starts again " + millis + " ms later";
    }
}
