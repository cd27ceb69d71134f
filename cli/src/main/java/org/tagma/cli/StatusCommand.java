package org.tagma.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.tagma.admin.GroupStatus;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.FolderOption;
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
                "Shows how each replica is, who leads, and who is in the group where that can change. Each speaks for"
                        + " itself, and a malicious one may lie.",
        footer = {
            "",
            "Below the table: whether operations are ordered, and of each replica that does not take part, why not.",
            "With --json: serves (whether operations are ordered), summary, takingPart (ids), lastExecutedAgeMillis (-1"
                    + " if nothing was executed), quorumReachable, view, leader (-1 if none), divergence (if two states"
                    + " differ that must not), and in replicas for each: reachable, takesPart, why (if it does not),"
                    + " view, leader, and all that it says of itself.",
            "",
            "Exit status: 0 if operations are ordered, or would be; 1 if not, or if states differ."
        },
        sortOptions = false)
final class StatusCommand implements Callable<Integer> {

    private static final long DEADLINE_MILLIS = 2_000;

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
        GroupStatus group;
        try (ReplicaInspector inspector = new ReplicaInspector(config, client, folder.clientKeys(client))) {
            group = new GroupStatus(config, ReplicaStatus.ofAll(inspector, config.replicaCount(), DEADLINE_MILLIS));
        }
        StatusTable table = new StatusTable(config, group);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(table.toMap()));
        } else {
            table.print(out);
        }
        out.flush();
        return group.verdict().serves() && group.divergence().isEmpty() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }
}
