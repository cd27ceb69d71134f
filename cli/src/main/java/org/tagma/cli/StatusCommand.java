package org.tagma.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.FolderOption;
import org.tagma.cli.common.ReplicaInspector;
import org.tagma.cli.common.ReplicaStatus;
import org.tagma.core.Quorums;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma status}. */
@Command(
        name = "status",
        description =
                "Shows how each replica is, and under raft who is in the group and leads. Each speaks for itself, and a"
                        + " malicious one may lie.",
        footer = {
            "",
            "Below the table: whether operations are ordered, and of each replica that does not take part, why not.",
            "With --json: serves (whether operations are ordered), summary, takingPart (ids), lastExecutedAgeMillis (-1"
                    + " if nothing was executed), quorumReachable, and in replicas for each: reachable, takesPart, why"
                    + " (if it does not), and its own figures; with raft also divergence, if two states differ.",
            "",
            "Exit status: 0 if operations are ordered, or would be; 1 if not, or if states of raft differ."
        },
        sortOptions = false)
final class StatusCommand implements Callable<Integer> {

    private static final long DEADLINE_MILLIS = 2_000;
    static final int SHOWN_DIGEST_DIGITS = 16;
    private static final String ROW = "%-8s %-21s %-15s %6s  %-10s %10s %10s  %s%n";

    @Spec
    private CommandSpec spec;

    @Mixin
    private FolderOption folderOption;

    @Option(
            names = "--client",
            paramLabel = "N",
            defaultValue = "0",
            description = "The client whose key is used (default: ${DEFAULT-VALUE}).")
    private int client;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    StatusCommand() {}

    @Override
    public Integer call() throws ClusterFileException, KeyFileException, JsonProcessingException {
        ClusterFolder folder = folderOption.folder();
        ClusterConfig config = folder.config();
        if (config.protocol().changesMembers()) {
            return showRaft(folder, config);
        }
        List<Optional<ReplicaStatus>> statuses;
        try (ReplicaInspector inspector = new ReplicaInspector(config, client, folder.clientKeys(client))) {
            statuses = ReplicaStatus.ofAll(inspector, config.replicaCount(), DEADLINE_MILLIS);
        }
        GroupVerdict verdict = new PbftGroup(config, statuses).verdict();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(toJson(config, statuses, verdict));
        } else {
            printTable(out, config, statuses);
            verdict.lines().forEach(out::println);
            statuses.forEach(status -> status.ifPresent(known -> printClocks(out, known)));
        }
        out.flush();
        return verdict.serves() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private int showRaft(ClusterFolder folder, ClusterConfig config) throws KeyFileException, JsonProcessingException {
        RaftGroup group;
        try (Operator operator = new Operator(folder, config, client)) {
            group = operator.group();
        }
        RaftStatusTable table = new RaftStatusTable(config, group);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(table.toMap()));
        } else {
            table.print(out);
        }
        out.flush();
        return group.verdict(config).serves() && group.divergence().isEmpty() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private static void printTable(PrintWriter out, ClusterConfig config, List<Optional<ReplicaStatus>> statuses) {
        out.printf(ROW, "REPLICA", "ADDRESS", "MODE", "VIEW", "PRIMARY", "EXECUTED", "STABLE", "STATE DIGEST");
        for (int id = 0; id < statuses.size(); id++) {
            String address = config.address(id).toString();
            Optional<ReplicaStatus> status = statuses.get(id);
            if (status.isEmpty()) {
                out.printf(ROW, id, address, "unreachable", "-", "-", "-", "-", "-");
                continue;
            }
            ReplicaStatus known = status.get();
            String primary =
                    known.primary() < 0 ? "-" : known.primary() == id ? "itself" : "replica " + known.primary();
            out.printf(
                    ROW,
                    id,
                    address,
                    known.mode(),
                    known.view(),
                    primary,
                    known.lastExecuted(),
                    known.stableCheckpoint(),
                    digest(known));
        }
    }

    /** Clocks too far apart are a reason why nothing is ordered that no figure shows. */
    private static void printClocks(PrintWriter out, ReplicaStatus status) {
        if (!status.clocks().isEmpty()) {
            out.println("replica " + status.replica() + " says: " + status.clocks());
        }
    }

    private static String digest(ReplicaStatus status) {
        String digest = status.checkpointDigest();
        if (digest.isEmpty()) {
            return "no checkpoint yet";
        }
        return digest.substring(0, Math.min(SHOWN_DIGEST_DIGITS, digest.length())) + " at " + status.checkpoint();
    }

    private static String toJson(ClusterConfig config, List<Optional<ReplicaStatus>> statuses, GroupVerdict verdict)
            throws JsonProcessingException {
        long reachable = statuses.stream().filter(Optional::isPresent).count();
        int quorum = config.protocol().neededReplicas(new Quorums(config.replicaCount(), config.faults()));
        List<Map<String, Object>> replicas = new ArrayList<>();
        for (int id = 0; id < statuses.size(); id++) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("replica", id);
            fields.put("address", config.address(id).toString());
            fields.put("reachable", statuses.get(id).isPresent());
            verdict.addTo(id, fields);
            statuses.get(id).ifPresent(status -> addTo(fields, status));
            replicas.add(fields);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("protocol", config.protocol().name());
        all.put("quorumReachable", reachable >= quorum);
        all.putAll(verdict.toMap());
        all.put("replicas", replicas);
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    private static void addTo(Map<String, Object> fields, ReplicaStatus status) {
        fields.put("mode", status.mode());
        fields.put("view", status.view());
        fields.put("primary", status.primary());
        fields.put("lastExecuted", status.lastExecuted());
        fields.put("stableCheckpoint", status.stableCheckpoint());
        fields.put("checkpoint", status.checkpoint());
        fields.put("checkpointDigest", status.checkpointDigest());
        fields.put("clocks", status.clocks());
        fields.put("pendingRequests", status.pendingRequests());
        fields.put("lastExecutedAgeMillis", status.lastExecutedAgeMillis());
    }
}
