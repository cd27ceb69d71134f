package org.tagma.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tagma.admin.GroupStatus;
import org.tagma.admin.GroupVerdict;
import org.tagma.admin.Members;
import org.tagma.admin.ReplicaStatus;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.StatusColumn;

/** How the replicas of a cluster are, for people and for programs, in the words of its protocol. */
record StatusTable(ClusterConfig config, GroupStatus group) {

    private static final List<String> LISTS = List.of("voters", "oldVoters", "learners");

    void print(PrintWriter out) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(headings());
        for (int id = 0; id < config.replicaCount(); id++) {
            rows.add(row(id));
        }
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(padded(row.get(i), widths[i], isOfNumbers(rows, i))).append("  ");
            }
            out.println(line.toString().stripTrailing());
        }
        Members members = group.members();
        if (config.protocol().changesMembers()) {
            out.println(members.inWords());
        }
        group.verdict().lines().forEach(out::println);
        group.divergence().ifPresent(out::println);
        // Clocks too far apart are a reason why nothing is ordered that no figure shows.
        group.statuses().stream()
                .flatMap(Optional::stream)
                .forEach(known -> known.warnings()
                        .forEach(warning -> out.println("replica " + known.replica() + " says: " + warning)));
    }

    private static String padded(String text, int width, boolean right) {
        String space = " ".repeat(width - text.length());
        return right ? space + text : text + space;
    }

    private static boolean isOfNumbers(List<List<String>> rows, int column) {
        return column > 0
                && rows.stream().skip(1).map(row -> row.get(column)).allMatch(cell -> cell.matches("-|[0-9]+"));
    }

    private List<String> headings() {
        ProtocolDefinition protocol = config.protocol();
        List<String> headings = new ArrayList<>(List.of("REPLICA", "ADDRESS", "MODE"));
        headings.add(protocol.viewWord().toUpperCase(Locale.ROOT));
        headings.add(protocol.leaderWord().toUpperCase(Locale.ROOT));
        headings.add("EXECUTED");
        protocol.statusColumns().forEach(column -> headings.add(column.heading()));
        return headings;
    }

    private List<String> row(int id) {
        Optional<ReplicaStatus> status = group.statuses().get(id);
        List<String> row =
                new ArrayList<>(List.of(Integer.toString(id), config.address(id).toString()));
        row.add(status.map(ReplicaStatus::mode).orElse("unreachable"));
        row.add(status.map(known -> Long.toString(known.view())).orElse("-"));
        row.add(status.map(StatusTable::leader).orElse("-"));
        row.add(status.map(known -> Long.toString(known.lastExecuted())).orElse("-"));
        Map<String, String> told = status.map(ReplicaStatus::told).orElse(Map.of());
        Map<String, String> byLeader = group.byLeader().map(ReplicaStatus::told).orElse(Map.of());
        for (StatusColumn column : config.protocol().statusColumns()) {
            String text = column.cell().text(id, told, byLeader);
            row.add(text.isEmpty() ? "-" : text);
        }
        return row;
    }

    private static String leader(ReplicaStatus status) {
        if (status.leads()) {
            return "itself";
        }
        return status.leader() < 0 ? "none" : "replica " + status.leader();
    }

    /** The same for programs: of each replica what is known from here, and all that it says. */
    Map<String, Object> toMap() {
        GroupVerdict verdict = group.verdict();
        List<Map<String, Object>> replicas = new ArrayList<>();
        for (int id = 0; id < config.replicaCount(); id++) {
            Optional<ReplicaStatus> status = group.statuses().get(id);
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("replica", id);
            fields.put("address", config.address(id).toString());
            fields.put("reachable", status.isPresent());
            verdict.addTo(id, fields);
            status.ifPresent(known -> {
                fields.put("view", known.view());
                fields.put("leader", known.leader());
                known.told().forEach((name, value) -> fields.putIfAbsent(name, value(name, value)));
            });
            replicas.add(fields);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("protocol", config.protocol().name());
        all.put("quorumReachable", group.hasQuorum());
        all.putAll(verdict.toMap());
        group.divergence().ifPresent(line -> all.put("divergence", line));
        all.put("view", group.view());
        all.put("leader", group.leader());
        all.put("replicas", replicas);
        return all;
    }

    private static Object value(String name, String text) {
        if (LISTS.contains(name)) {
            return Members.ids(text);
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException word) {
            return text;
        }
    }
}
