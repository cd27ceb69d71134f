package org.tagma.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.tagma.network.cluster.ClusterConfig;

/**
 * A Raft group, as put together from what its replicas say. They do not lie, so the one with the highest term knows
 * best.
 *
 * @param statuses one for each replica of the cluster file, in order; empty for those that do not answer
 */
record RaftGroup(List<Optional<RaftReplicaStatus>> statuses) {

    /** Without any progress for so many request timeouts, though requests wait, a group stands still. */
    private static final int TIMEOUTS_STILL = 2;

    RaftGroup {
        statuses = List.copyOf(statuses);
    }

    /** The one that leads in the highest term that is heard of. */
    Optional<RaftReplicaStatus> leader() {
        Optional<RaftReplicaStatus> newest = newest();
        return newest.flatMap(known -> statuses.stream()
                .flatMap(Optional::stream)
                .filter(status -> status.leads() && status.term() == known.term())
                .findFirst());
    }

    /** Who knows best who is in the group. */
    Optional<RaftReplicaStatus> newest() {
        return statuses.stream()
                .flatMap(Optional::stream)
                .max(Comparator.comparingLong(RaftReplicaStatus::term)
                        .thenComparing(RaftReplicaStatus::leads)
                        .thenComparingLong(RaftReplicaStatus::lastIndex));
    }

    /** Whether enough voters answer to elect a leader and to commit. */
    boolean hasQuorum() {
        return newest().map(known -> isQuorum(known, this::answers)).orElse(false);
    }

    private static boolean isQuorum(RaftReplicaStatus known, IntPredicate present) {
        return isMajority(known.voters(), present)
                && (known.oldVoters().isEmpty() || isMajority(known.oldVoters(), present));
    }

    /**
     * Two replicas whose states differ at the same checkpoint, in a line for people: it cannot be while none lies and
     * no disk or memory fails. Replicas whose last checkpoints are not the same cannot be compared.
     */
    Optional<String> divergence() {
        List<RaftReplicaStatus> known = statuses.stream()
                .flatMap(Optional::stream)
                .filter(each ->
                        each.checkpoint() > 0 && !each.checkpointDigest().isEmpty())
                .toList();
        for (RaftReplicaStatus one : known) {
            for (RaftReplicaStatus other : known) {
                if (one.replica() < other.replica()
                        && one.checkpoint() == other.checkpoint()
                        && !one.checkpointDigest().equals(other.checkpointDigest())) {
                    return Optional.of("REPLICAS " + one.replica() + " AND " + other.replica()
                            + " HAVE DIFFERENT STATES at " + one.checkpoint()
                            + ": stop one of them, and see `tagma divergence` for where they part");
                }
            }
        }
        return Optional.empty();
    }

    /** Whether its operations are ordered. */
    GroupVerdict verdict(ClusterConfig config) {
        Optional<RaftReplicaStatus> leader = leader();
        List<Integer> takingPart = new ArrayList<>();
        for (int id = 0; id < statuses.size(); id++) {
            if (leader.isPresent()
                    && statuses.get(id)
                            .filter(each -> follows(each, leader.get()))
                            .isPresent()) {
                takingPart.add(id);
            }
        }
        boolean enough = leader.isPresent() && isQuorum(leader.get(), takingPart::contains);
        OptionalLong age = leader.map(RaftReplicaStatus::lastExecutedAgeMillis)
                .filter(millis -> millis >= 0)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
        boolean stands = enough && standsStill(leader.get(), config);
        String summary;
        if (stands) {
            summary = "Operations wait and NONE IS ORDERED: replica "
                    + leader.get().replica() + " leads in term " + leader.get().term() + "; " + GroupVerdict.ago(age);
        } else if (enough) {
            summary = "Operations are ordered: replica " + leader.get().replica() + " leads in term "
                    + leader.get().term() + ", and a majority of the voters takes part; " + GroupVerdict.ago(age);
        } else if (leader.isPresent()) {
            summary = "Operations are NOT ORDERED: replica " + leader.get().replica() + " leads in term "
                    + leader.get().term() + ", but no majority of the voters takes part";
        } else {
            summary = "Operations are NOT ORDERED: "
                    + (hasQuorum() ? "nobody leads now" : "too few voters answer to elect a leader");
        }
        return new GroupVerdict(enough && !stands, summary, takingPart, others(takingPart, leader, config), age);
    }

    private static boolean follows(RaftReplicaStatus status, RaftReplicaStatus leader) {
        return status.why().isEmpty()
                && status.term() == leader.term()
                && status.leader() == leader.replica()
                && List.of("leader", "follower", "learner").contains(status.role());
    }

    private static boolean standsStill(RaftReplicaStatus leader, ClusterConfig config) {
        long limitMillis = (long) TIMEOUTS_STILL * config.timeouts().requestTimeoutMillis();
        long standsFor = leader.lastExecutedAgeMillis() < 0 ? leader.uptimeMillis() : leader.lastExecutedAgeMillis();
        return leader.pendingRequests() > 0 && standsFor >= limitMillis;
    }

    /** A replica outside of the group that does not run is as it should be. */
    private Map<Integer, String> others(
            List<Integer> takingPart, Optional<RaftReplicaStatus> leader, ClusterConfig config) {
        Map<Integer, String> others = new TreeMap<>();
        for (int id = 0; id < statuses.size(); id++) {
            int replica = id;
            Optional<RaftReplicaStatus> status = statuses.get(id);
            boolean member = newest().map(known -> known.isMember(replica)).orElse(true);
            if (!member) {
                others.put(id, "it is not in the group; `tagma members` adds it");
            } else if (status.isEmpty()) {
                others.put(id, GroupVerdict.unreachable(config.address(id).toString()));
            } else if (!takingPart.contains(id)) {
                others.put(id, why(status.get(), leader));
            }
        }
        return others;
    }

    private static String why(RaftReplicaStatus status, Optional<RaftReplicaStatus> leader) {
        if (!status.why().isEmpty()) {
            return GroupVerdict.meaning(status.role(), status.why());
        }
        return switch (status.role()) {
            case "pre-candidate", "candidate" ->
                "it hears no leader in term " + status.term() + ", and no majority of the voters answers it";
            case "leader", "follower", "learner" ->
                leader.isEmpty()
                        ? "it waits in term " + status.term() + " until somebody leads"
                        : "it has not yet heard replica " + leader.get().replica() + " in term "
                                + leader.get().term() + "; if that does not change, see whether it is cut off";
            default -> GroupVerdict.meaning(status.role(), status.why());
        };
    }

    boolean answers(int replica) {
        return replica >= 0
                && replica < statuses.size()
                && statuses.get(replica).isPresent();
    }

    private static boolean isMajority(List<Integer> voters, IntPredicate present) {
        return voters.stream().filter(present::test).count() > voters.size() / 2;
    }

    static String list(List<Integer> replicas) {
        return replicas.isEmpty()
                ? "none"
                : replicas.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
