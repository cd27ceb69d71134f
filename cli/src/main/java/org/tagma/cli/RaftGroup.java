package org.tagma.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * A Raft group, as put together from what its replicas say. They do not lie, so the one with the highest term knows best.
 *
 * @param statuses one for each replica of the cluster file, in order; empty for those that do not answer
 */
record RaftGroup(List<Optional<RaftReplicaStatus>> statuses) {

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
        return newest().map(known -> isMajority(known.voters(), this::answers)
                        && (known.oldVoters().isEmpty() || isMajority(known.oldVoters(), this::answers)))
                .orElse(false);
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
