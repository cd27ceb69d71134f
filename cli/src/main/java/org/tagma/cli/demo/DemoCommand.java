package org.tagma.cli.demo;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.tagma.ClusterPlan;
import org.tagma.FreePorts;
import org.tagma.admin.ReplicaInspector;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ProtocolOption;
import org.tagma.cli.common.Screen;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;
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
                        + " end that nothing was lost, nothing was executed twice, no read was stale, and all correct"
                        + " replicas agree. Where replicas do not lie, leaders are killed, paused and cut off instead.",
        footer = {
            "",
            "Faults where replicas may lie, as under pbft, from half time on, for good: equivocate (tells two"
                    + " stories), silent, slow, censor (leaves a client out), dark (leaves a replica out), flood"
                    + " (says everything 2,000 times a second), crash, none.",
            "Faults where they do not, as under raft, each undone after a while: crash (kill -9, then"
                    + " started again), pause (SIGSTOP, then"
                    + " SIGCONT), cut (nothing passes between it and the others), all (these three in turn), none.",
            "",
            "Exit status: 0 if every check passes, 1 if one fails."
        },
        sortOptions = false)
public final class DemoCommand implements Callable<Integer> {
    private static final int MAX_REPLICAS = 31;

    private static final int LEADER_SECONDS = 30;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ProtocolOption protocol;

    @Option(
            names = "--auth",
            paramLabel = "MODE",
            defaultValue = "signatures",
            description = "signatures, client-signatures, macs or, with raft, none (default: ${DEFAULT-VALUE}).")
    private AuthenticationMode authentication;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "How many replicas, up to 31 (default: as many as tolerate one fault).")
    private Integer replicas;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "How long the load runs, 4 to 3600 (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--fault",
            paramLabel = "KIND",
            description =
                    "What happens to the replica that leads, see below (default: equivocate where replicas may lie,"
                            + " else"
                            + " all).")
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
        ProtocolDefinition kind = protocol.kind();
        int fewest = kind.groupSizes().usualReplicas();
        int count = replicas == null ? fewest : replicas;
        requireRange("--replicas", count, fewest, MAX_REPLICAS);
        requireRange("--seconds", seconds, 4, 3_600);
        requireRange("--clients", clients, 1, 256);
        Screen screen = Screen.of(spec.commandLine().getOut());
        DemoOptions options = new DemoOptions(kind, seconds, DemoOptions.faults(kind, fault));
        return run(screen, options, count) ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private static void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.cannotRun(option + " must be from " + least + " to " + most + ", not " + value);
        }
    }

    private boolean run(Screen screen, DemoOptions options, int count)
            throws IOException, KeyFileException, InterruptedException {
        int faults = options.protocol().groupSizes().maximumFaults(count);
        ClusterPlan plan = new ClusterPlan(
                options.protocol(),
                authentication,
                CryptoProviderChoice.AUTO,
                false,
                FreePorts.loopback(count),
                faults,
                clients,
                Durability.SYNC);
        screen.line(Screen.Style.BOLD, title(options.protocol(), count, faults));
        boolean passed;
        DemoCluster cluster = DemoCluster.start(plan, options.faults());
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
            String who =
                    options.protocol().faultModel() == FaultModel.BYZANTINE ? "the correct replicas" : "the replicas";
            screen.line(
                    Screen.Style.GOOD,
                    "PASSED: " + who + " agree, nothing was lost or executed twice, and no read was stale.");
        } else {
            screen.line(
                    Screen.Style.BAD,
                    "FAILED: see above; cluster file, keys and logs are in "
                            + cluster.folder().root());
        }
        return passed;
    }

    private String title(ProtocolDefinition kind, int count, int faults) {
        String tolerated = kind.faultModel() == FaultModel.BYZANTINE
                ? faults + (faults == 1 ? " traitor" : " traitors")
                : faults + (faults == 1 ? " crash" : " crashes");
        return "Tagma: " + count + " replicas, each a process of its own, tolerate " + tolerated + " (" + kind.title()
                + ", " + authentication.label() + ")";
    }

    private boolean run(Screen screen, DemoOptions options, DemoCluster cluster)
            throws IOException, KeyFileException, InterruptedException {
        ClusterConfig config = cluster.config();
        try (ReplicaInspector inspector =
                        new ReplicaInspector(config, 0, cluster.folder().clientKeys(0));
                Load load = new Load(cluster.folder(), config);
                ViewWatch watch = new ViewWatch(inspector, config)) {
            cluster.awaitServing(inspector);
            if (!watch.awaitLeader(TimeUnit.SECONDS.toMillis(LEADER_SECONDS))) {
                throw CommandFailure.cannotRun(
                        "the replicas have found nobody to lead them in " + LEADER_SECONDS + " s");
            }
            watch.start();
            screen.line(clients + " clients put values, increment counters and read them for " + seconds + " s");
            screen.line("");
            return new Demo(screen, cluster, options, inspector, load, watch).run();
        }
    }
}
