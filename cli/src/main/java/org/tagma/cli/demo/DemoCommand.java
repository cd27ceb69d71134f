package org.tagma.cli.demo;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tagma.cli.ClusterPlan;
import org.tagma.cli.CommandFailure;
import org.tagma.cli.ExitStatus;
import org.tagma.cli.FreePorts;
import org.tagma.cli.ProtocolOption;
import org.tagma.cli.ReplicaInspector;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.ProtocolKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma demo}. */
@Command(
        name = "demo",
        description =
                "Runs a real cluster of processes under load, turns its primary malicious half-way, and checks in the"
                        + " end that nothing was lost, nothing was executed twice, and all correct replicas agree.",
        footer = {"", "Exit status: 0 if every check passes, 1 if one fails."},
        sortOptions = false)
public final class DemoCommand implements Callable<Integer> {
    private static final List<String> FAULTS = List.of("equivocate", "silent", "slow", "crash", "none");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ProtocolOption protocol;

    @Option(
            names = "--auth",
            paramLabel = "MODE",
            defaultValue = "signatures",
            description = "signatures or macs (default: ${DEFAULT-VALUE}).")
    private AuthenticationMode authentication;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many replicas, 4 to 31 (default: ${DEFAULT-VALUE}).")
    private int replicas;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "How long the load runs, 4 to 3600 (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--fault",
            paramLabel = "KIND",
            defaultValue = "equivocate",
            description = "What the primary does from half time on: equivocate, silent, slow, crash or none"
                    + " (default: ${DEFAULT-VALUE}).")
    private String fault;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many clients make the load, 1 to 256 (default: ${DEFAULT-VALUE}).")
    private int clients;

    DemoCommand() {}

    @Override
    public Integer call() throws IOException, KeyFileException, InterruptedException {
        protocol.requireSupported();
        requireRange("--replicas", replicas, 4, 31);
        requireRange("--seconds", seconds, 4, 3_600);
        requireRange("--clients", clients, 1, 256);
        Screen screen = Screen.of(spec.commandLine().getOut());
        DemoOptions options = new DemoOptions(seconds, faultKind());
        return run(screen, options) ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private Optional<String> faultKind() {
        String kind = fault.toLowerCase(Locale.ROOT);
        if (!FAULTS.contains(kind)) {
            throw CommandFailure.cannotRun(
                    "no fault is called '" + fault + "'; there are " + String.join(", ", FAULTS));
        }
        return "none".equals(kind) ? Optional.empty() : Optional.of(kind);
    }

    private static void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.cannotRun(option + " must be from " + least + " to " + most + ", not " + value);
        }
    }

    private boolean run(Screen screen, DemoOptions options) throws IOException, KeyFileException, InterruptedException {
        int faults = ClusterConfig.maximumFaults(ProtocolKind.PBFT, replicas);
        ClusterPlan plan = new ClusterPlan(
                authentication, CryptoProviderChoice.AUTO, false, FreePorts.loopback(replicas), faults, clients);
        screen.line(
                Screen.Style.BOLD,
                "Tagma: " + replicas + " replicas, each a process of its own, tolerate " + faults
                        + (faults == 1 ? " traitor" : " traitors") + " (PBFT, " + authentication.label() + ")");
        boolean passed;
        DemoCluster cluster = DemoCluster.start(plan, options.fault());
        try (cluster) {
            screen.line("starting them in " + cluster.folder().root() + " ...");
            passed = run(screen, options, cluster);
        } catch (CommandFailure e) {
            throw CommandFailure.cannotRun(
                    e.getMessage() + "; logs are in " + cluster.folder().root().resolve("logs"), e);
        }
        screen.line("");
        if (passed) {
            cluster.delete();
            screen.line(
                    Screen.Style.GOOD, "PASSED: the correct replicas agree, and nothing was lost or executed twice.");
        } else {
            screen.line(
                    Screen.Style.BAD,
                    "FAILED: see above; cluster file, keys and logs are in "
                            + cluster.folder().root());
        }
        return passed;
    }

    private boolean run(Screen screen, DemoOptions options, DemoCluster cluster)
            throws IOException, KeyFileException, InterruptedException {
        ClusterConfig config = cluster.config();
        try (ReplicaInspector inspector =
                        new ReplicaInspector(config, 0, cluster.folder().clientKeys(0));
                Load load = new Load(cluster.folder(), config);
                ViewWatch watch = new ViewWatch(inspector, config)) {
            cluster.awaitServing(inspector);
            watch.start();
            screen.line(clients + " clients put values and increment counters for " + seconds + " s");
            screen.line("");
            return new Demo(screen, cluster, options, inspector, load, watch).run();
        }
    }
}
