package org.tagma.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.tagma.network.cluster.ClusterConfig;

/** How the replicas of a Raft cluster are, for people and for programs. */
record RaftStatusTable(ClusterConfig config, RaftGroup group) {

    private static final String ROW = "%-8s %-21s %-15s %6s  %-10s %10s %10s %10s  %s%n";

    void print(PrintWriter out) {
        out.printf(ROW, "REPLICA", "ADDRESS", "ROLE", "TERM", "LEADER", "COMMITTED", "EXECUTED", "MATCH", "LOG");
        for (int id = 0; id < config.replicaCount(); id++) {
            String address = config.address(id).toString();
            Optional<RaftReplicaStatus> status = group.statuses().get(id);
            if (status.isEmpty()) {
                out.printf(ROW, id, address, "unreachable", "-", "-", "-", "-", match(id), "-");
            } else {
                RaftReplicaStatus known = status.get();
                out.printf(
                        ROW,
                        id,
                        address,
                        known.role(),
                        known.term(),
                        leader(known),
                        known.commitIndex(),
                        known.lastExecuted(),
                        match(id),
                        log(known));
            }
        }
        group.newest().ifPresent(known -> printMembers(out, known));
        group.verdict(config).lines().forEach(out::println);
        group.divergence().ifPresent(out::println);
        group.statuses().stream()
                .flatMap(Optional::stream)
                .filter(known -> !known.clocks().isEmpty())
                .forEach(known -> out.println("replica " + known.replica() + " says: " + known.clocks()));
    }

    private static String leader(RaftReplicaStatus status) {
        if (status.leads()) {
            return "itself";
        }
        return status.leader() < 0 ? "none" : "replica " + status.leader();
    }

    /** How far the leader knows a follower to be. */
    private String match(int replica) {
        OptionalLong match = group.leader().map(leader -> leader.match(replica)).orElse(OptionalLong.empty());
        return match.isPresent() ? Long.toString(match.getAsLong()) : "-";
    }

    private static String log(RaftReplicaStatus status) {
        String snapshot = status.snapshotIndex() > 0 ? ", snapshot at " + status.snapshotIndex() : "";
        return (status.firstIndex() > status.lastIndex() ? "empty" : status.firstIndex() + ".." + status.lastIndex())
                + snapshot;
    }

    private static void printMembers(PrintWriter out, RaftReplicaStatus known) {
        String changing = known.oldVoters().isEmpty()
                ? ""
                : "; the group is changing, and until then also " + RaftGroup.list(known.oldVoters());
        out.printf(
                "voters: %s; learners: %s%s%n",
                RaftGroup.list(known.voters()), RaftGroup.list(known.learners()), changing);
    }

    Map<String, Object> toMap() {
        GroupVerdict verdict = group.verdict(config);
        List<Map<String, Object>> replicas = new ArrayList<>();
        for (int id = 0; id < config.replicaCount(); id++) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("replica", id);
            fields.put("address", config.address(id).toString());
            fields.put("reachable", group.answers(id));
            verdict.addTo(id, fields);
            group.statuses().get(id).ifPresent(status -> addTo(fields, status));
            replicas.add(fields);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("protocol", config.protocol().name());
        all.put("quorumReachable", group.hasQuorum());
        all.putAll(verdict.toMap());
        group.divergence().ifPresent(line -> all.put("divergence", line));
        all.put("leader", group.leader().map(RaftReplicaStatus::replica).orElse(-1));
        all.put("replicas", replicas);
        return all;
    }

    private static void addTo(Map<String, Object> fields, RaftReplicaStatus status) {
        fields.put("role", status.role());
        fields.put("term", status.term());
        fields.put("leader", status.leader());
        fields.put("commitIndex", status.commitIndex());
        fields.put("lastExecuted", status.lastExecuted());
        fields.put("firstIndex", status.firstIndex());
        fields.put("lastIndex", status.lastIndex());
        fields.put("snapshotIndex", status.snapshotIndex());
        fields.put("voters", status.voters());
        fields.put("oldVoters", status.oldVoters());
        fields.put("learners", status.learners());
        fields.put("matches", status.matches());
        fields.put("checkpoint", status.checkpoint());
        fields.put("checkpointDigest", status.checkpointDigest());
        fields.put("clocks", status.clocks());
        fields.put("pendingRequests", status.pendingRequests());
        fields.put("lastExecutedAgeMillis", status.lastExecutedAgeMillis());
    }
}
