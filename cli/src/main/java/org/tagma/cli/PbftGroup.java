package org.tagma.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.tagma.cli.common.ReplicaStatus;
import org.tagma.core.Quorums;
import org.tagma.network.cluster.ClusterConfig;

/**
 * A PBFT group, as put together from what its replicas say. Up to f of them may lie, here too.
 *
 * @param statuses one for each replica, in order; empty for those that do not answer
 */
record PbftGroup(ClusterConfig config, List<Optional<ReplicaStatus>> statuses) {

    /** Without any progress for so many request timeouts, though requests wait, a group stands still. */
    private static final int TIMEOUTS_STILL = 2;

    PbftGroup {
        statuses = List.copyOf(statuses);
    }

    private Quorums quorums() {
        return new Quorums(config.replicaCount(), config.faults());
    }

    /** The primary of the view that most replicas are in. */
    int primary() {
        long view = viewOfMost();
        return config.protocol().leaderOf(view, quorums()).orElseGet(() -> leaderAsTold(view));
    }

    private int leaderAsTold(long view) {
        return statuses.stream()
                .flatMap(Optional::stream)
                .filter(status -> status.view() == view && status.primary() >= 0)
                .mapToInt(ReplicaStatus::primary)
                .findFirst()
                .orElse(-1);
    }

    GroupVerdict verdict() {
        long view = viewOfMost();
        int primary = primary();
        List<Integer> takingPart = new ArrayList<>();
        for (int id = 0; id < statuses.size(); id++) {
            if (statuses.get(id).filter(status -> takesPart(status, view)).isPresent()) {
                takingPart.add(id);
            }
        }
        OptionalLong age = takingPart.stream()
                .map(id -> statuses.get(id).orElseThrow())
                .mapToLong(ReplicaStatus::lastExecutedAgeMillis)
                .filter(millis -> millis >= 0)
                .min();
        int needed = config.protocol().neededReplicas(quorums());
        boolean enough = takingPart.size() >= needed && takingPart.contains(primary);
        boolean stands = enough && standsStill(takingPart);
        String counts = takingPart.size() + " of " + statuses.size() + " replicas take part in view " + view + ", "
                + needed + " are needed";
        String primaryIs = takingPart.contains(primary)
                ? "; its primary is replica " + primary
                : "; its primary, replica " + primary + ", does not";
        String summary;
        if (stands) {
            summary = "Operations wait and NONE IS ORDERED: " + counts + primaryIs + "; " + GroupVerdict.ago(age);
        } else if (enough) {
            summary = "Operations are ordered: " + counts + primaryIs + "; " + GroupVerdict.ago(age);
        } else {
            summary = "Operations are NOT ORDERED: " + counts + (takingPart.isEmpty() ? "" : primaryIs);
        }
        return new GroupVerdict(enough && !stands, summary, takingPart, others(takingPart, view), age);
    }

    /** The highest of the views that most replicas are in, whether they have entered it or not. */
    private long viewOfMost() {
        TreeMap<Long, Integer> votes = new TreeMap<>();
        statuses.stream().flatMap(Optional::stream).forEach(status -> {
            // Who has entered a view counts for more than who wants to.
            votes.merge(status.view(), takesPart(status, status.view()) ? statuses.size() + 1 : 1, Integer::sum);
        });
        return votes.entrySet().stream()
                .max(Map.Entry.<Long, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(0L);
    }

    private static boolean takesPart(ReplicaStatus status, long view) {
        return status.mode().equals("normal")
                && status.view() == view
                && status.why().isEmpty();
    }

    /** One of f+1 is correct. */
    private boolean standsStill(List<Integer> takingPart) {
        long limitMillis = (long) TIMEOUTS_STILL * config.timeouts().requestTimeoutMillis();
        return takingPart.stream()
                        .map(id -> statuses.get(id).orElseThrow())
                        .filter(status -> status.pendingRequests() > 0)
                        .filter(status -> standsFor(status) >= limitMillis)
                        .count()
                >= quorums().weak();
    }

    private static long standsFor(ReplicaStatus status) {
        return status.lastExecutedAgeMillis() < 0 ? status.uptimeMillis() : status.lastExecutedAgeMillis();
    }

    private Map<Integer, String> others(List<Integer> takingPart, long view) {
        Map<Integer, String> others = new TreeMap<>();
        for (int id = 0; id < statuses.size(); id++) {
            Optional<ReplicaStatus> status = statuses.get(id);
            if (status.isEmpty()) {
                others.put(id, GroupVerdict.unreachable(config.address(id).toString()));
            } else if (!takingPart.contains(id)) {
                others.put(id, why(status.get(), view));
            }
        }
        return others;
    }

    private String why(ReplicaStatus status, long view) {
        if (!status.why().isEmpty()) {
            return GroupVerdict.meaning(status.mode(), status.why());
        }
        if (status.mode().equals("view-change")) {
            return "it has left the views below " + status.view() + " and waits for that one, which begins when "
                    + config.protocol().neededReplicas(quorums()) + " replicas have, and its primary, replica "
                    + quorums().primary(status.view()) + ", says so; its log says why it left";
        }
        if (status.mode().equals("normal")) {
            return "it is in view " + status.view() + ", not in " + view + " like the others, and follows by itself;"
                    + " if it does not, see whether it is cut off from them";
        }
        return GroupVerdict.meaning(status.mode(), status.why());
    }
}
