package org.tagma.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tagma.ClusterPlan;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ProtocolOption;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.network.cluster.ReplicaAddress;
import org.tagma.protocol.ProtocolDefinition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma init}. */
@Command(
        name = "init",
        description = "Makes a cluster: writes cluster.yaml, a private key file for each replica and client,"
                + " and a data folder for each replica.",
        footer = {
            "",
            "For replicas on several machines: edit the addresses in cluster.yaml, and give every machine that file,"
                    + " its own key file and its own folder in data/, and no other. Do so before a replica first"
                    + " runs: the"
                    + " folder says that it never ran, and a replica that finds none takes it that its disk was lost."
        },
        sortOptions = false)
final class InitCommand implements Callable<Integer> {

    private static final int MAX_CLIENTS = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The folder to make it in.")
    private Path folder;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "How many replicas (default: as many as tolerate one fault).")
    private Integer replicas;

    @Mixin
    private ProtocolOption protocol;

    @Option(
            names = "--auth",
            paramLabel = "MODE",
            defaultValue = "signatures",
            description = "signatures, or what costs less: client-signatures, macs or, with raft, none"
                    + " (default: ${DEFAULT-VALUE}).")
    private AuthenticationMode authentication;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many clients get keys (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--faults",
            paramLabel = "F",
            description = "How many faulty replicas to tolerate (default: as many as possible).")
    private Integer faults;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Where all replicas listen (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(
            names = "--base-port",
            paramLabel = "PORT",
            defaultValue = "7100",
            description = "The port of replica 0; the others follow (default: ${DEFAULT-VALUE}).")
    private int basePort;

    @Option(
            names = "--durability",
            paramLabel = "MODE",
            defaultValue = "sync",
            description =
                    "When a vote counts as stored: sync, on disk; async, with the operating system; memory, at once"
                            + " (default: ${DEFAULT-VALUE}). docs/durability.md says what each survives.")
    private Durability durability;

    @Option(names = "--tls", description = "Encrypt all connections.")
    private boolean tls;

    @Option(
            names = "--crypto",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto (the fastest that loads), bouncycastle or corretto (default: ${DEFAULT-VALUE}).")
    private CryptoProviderChoice cryptoProvider;

    InitCommand() {}

    @Override
    public Integer call() throws IOException {
        ProtocolDefinition kind = protocol.kind();
        int count = replicas == null ? kind.groupSizes().usualReplicas() : replicas;
        requireRange("--replicas", count, kind.groupSizes().fewestReplicas(), ProtocolOption.MAX_REPLICAS);
        requireRange("--clients", clients, 1, MAX_CLIENTS);
        requireRange("--base-port", basePort, 1, 65_536 - count);
        int tolerated = faults == null ? kind.groupSizes().maximumFaults(count) : faults;
        ClusterFolder made = new ClusterFolder(folder);
        ClusterPlan plan = new ClusterPlan(
                kind, authentication, cryptoProvider, tls, addresses(count), tolerated, clients, durability);
        report(plan.make(made), made);
        return ExitStatus.OK;
    }

    private List<ReplicaAddress> addresses(int count) {
        List<ReplicaAddress> addresses = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            addresses.add(new ReplicaAddress(host, basePort + id));
        }
        return addresses;
    }

    private static void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.cannotRun(option + " must be from " + least + " to " + most + ", not " + value);
        }
    }

    private void report(ClusterConfig config, ClusterFolder made) {
        PrintWriter out = spec.commandLine().getOut();
        int last = config.replicaCount() - 1;
        out.printf(
                "Made a cluster of %d replicas that tolerates %d %s (%s), in %s%n",
                config.replicaCount(),
                config.faults(),
                config.protocol().faultModel().label(),
                config.protocol().name(),
                made.root());
        out.printf("  %-28s who, where, limits; public, the same for all%n", "cluster.yaml");
        out.printf("  %-28s secret, one for each replica%n", "keys/replica-0.pem .. " + last);
        out.printf(
                "  %-28s secret, one for each client%n",
                "keys/client-0.pem .. " + (config.clients().size() - 1));
        out.printf("  %-28s what each must not forget; empty as yet%n", "data/replica-0 .. " + last);
        out.printf(
                "Start each replica:  tagma replica --dir %s --id 0%s%n",
                made.root(), last > 0 ? "  (to " + last + ")" : "");
        out.flush();
    }
}
