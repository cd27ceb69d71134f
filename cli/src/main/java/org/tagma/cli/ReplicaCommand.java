package org.tagma.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.FolderOption;
import org.tagma.cli.common.HostedService;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.replica.ClusterReplica;
import org.tagma.replica.ReplicaServer;
import org.tagma.replica.fault.FaultInjection;
import org.tagma.replica.settings.ThreadLayout;
import org.tagma.replica.storage.DataFolderException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma replica}. */
@Command(
        name = "replica",
        description = "Runs one replica of a key-value store until it gets SIGTERM or SIGINT (Ctrl-C).",
        footer = {
            "",
            "What a replica voted and its state are in its data folder; kill it as you like, and start it again. One"
                    + " that"
                    + " has lost its folder rejoins by itself, and counts as faulty until it has caught up."
        },
        sortOptions = false)
final class ReplicaCommand implements Callable<Integer> {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReplicaCommand.class);

    @Spec
    private CommandSpec spec;

    @Mixin
    private FolderOption folderOption;

    @Option(names = "--id", required = true, paramLabel = "N", description = "Which replica of the cluster, from 0.")
    private int id;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "kv",
            description = "kv, the key-value store, or null, which does nothing and is for measuring (default: kv).")
    private HostedService service;

    @Option(
            names = "--threads",
            paramLabel = "LAYOUT",
            defaultValue = "auto",
            description =
                    "loop: protocol and service on the network's thread. split: a thread for each. auto: loop if the"
                            + " cluster's durability is memory, else split (default: auto).")
    private ThreadLayout threads;

    @Option(
            names = "--fault",
            paramLabel = "KIND",
            description =
                    "For tests: misbehave. equivocate (where replicas may lie), silent, slow, censor, dark, flood,"
                            + " crash or cut.")
    private String fault;

    @Option(
            names = "--fault-after-operations",
            paramLabel = "K",
            description = "Misbehave once K operations were executed.")
    private Long faultAfterOperations;

    @Option(names = "--fault-trigger", paramLabel = "FILE", description = "Misbehave once FILE exists.")
    private Path faultTrigger;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Record all that happens, for `tagma trace`; adds to FILE, up to a gigabyte. Costs time.")
    private Path trace;

    @Option(
            names = "--data-is-intact",
            description = "Once, if you know that the data folder is the newest one of this replica although the others"
                    + " remember a later one. If it is not, acknowledged operations may be lost.")
    private boolean dataIsIntact;

    @Option(
            names = "--until-input-ends",
            hidden = true,
            description = "Also stop when standard input ends, that is, when whoever started this process has gone.")
    private boolean untilInputEnds;

    ReplicaCommand() {}

    @Override
    public Integer call() throws IOException, ClusterFileException, KeyFileException, InterruptedException {
        Logging.atLeastInformation();
        ClusterFolder folder = folderOption.folder();
        Optional<FaultInjection> injection = injection();
        ClusterConfig config = folder.config();
        injection.ifPresent(wanted -> announce(wanted.kind(), config.protocol()));
        folder.requireReplica(config, id);
        NodeKeys keys = folder.replicaKeys(id);
        ClusterReplica replica = ClusterReplica.of(config, id, keys, service.create())
                .dataFolder(folder.dataFolder(id))
                .threads(threads)
                .slownessMillis(config.timeouts().requestTimeoutMillis() * 4L / 5);
        injection.ifPresent(replica::fault);
        if (dataIsIntact) {
            replica.dataIsIntact();
        }
        if (trace != null) {
            replica.traceTo(trace);
        }
        LOGGER.info("threads: {}", replica.threads().description());
        LOGGER.info("{}", replica.memoryPlan().line());
        return run(build(replica, folder), config);
    }

    private Optional<FaultInjection> injection() {
        if (fault == null) {
            if (faultAfterOperations != null || faultTrigger != null) {
                throw CommandFailure.cannotRun("--fault-after-operations and --fault-trigger need a --fault");
            }
            return Optional.empty();
        }
        if (faultAfterOperations != null && faultTrigger != null) {
            throw CommandFailure.cannotRun("give --fault-after-operations or --fault-trigger, not both");
        }
        if (faultAfterOperations != null && faultAfterOperations < 0) {
            throw CommandFailure.cannotRun("--fault-after-operations must be at least 0, not " + faultAfterOperations);
        }
        FaultInjection.Kind kind = kind();
        if (faultTrigger != null) {
            return Optional.of(FaultInjection.afterFile(kind, faultTrigger));
        }
        return Optional.of(
                FaultInjection.afterOperations(kind, faultAfterOperations == null ? 0 : faultAfterOperations));
    }

    /** Two stories about one sequence number need a message that tells it, which is PBFT's pre-prepare. */
    private static void announce(FaultInjection.Kind kind, ProtocolDefinition protocol) {
        if (protocol.faultModel() == FaultModel.CRASH && kind == FaultInjection.Kind.EQUIVOCATE) {
            throw CommandFailure.cannotRun("--fault equivocate is for protocols that tolerate lies: " + protocol.name()
                    + " promises nothing when a replica is" + " malicious; there are silent, slow, crash and cut");
        }
        LOGGER.warn("FAULT INJECTION: this replica will misbehave ({}); never run it so with data you care for", kind);
    }

    private FaultInjection.Kind kind() {
        try {
            return FaultInjection.Kind.named(fault);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }

    /**
     * What a cluster file can still be wrong in, such as a key that is no point of the curve, is the user's to correct.
     */
    private static ReplicaServer build(ClusterReplica replica, ClusterFolder folder)
            throws IOException, KeyFileException {
        try {
            return replica.build();
        } catch (DataFolderException e) {
            throw e;
        } catch (IOException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.cannotRun(folder.clusterFile() + ": " + e.getMessage(), e);
        }
    }

    private int run(ReplicaServer server, ClusterConfig config) throws IOException, InterruptedException {
        Thread stopper = new Thread(() -> stopCleanly(server), "tagma-stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        try (server) {
            server.start();
            Logging.started();
            if (untilInputEnds) {
                stopWhenInputEnds(server);
            }
            announce(config);
            server.awaitTermination();
        } finally {
            forget(stopper);
        }
        if (server.failure().isPresent()) {
            String message = "replica " + id + " stopped by itself: "
                    + server.failure().get()
                    + "; start it again to let it catch up with the others";
            throw new CommandFailure(ExitStatus.UNSUCCESSFUL, message, null);
        }
        return ExitStatus.OK;
    }

    private void announce(ClusterConfig config) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "replica %d serves at %s (%s, %d replicas, f=%d, %s)%n",
                id,
                config.address(id),
                config.protocol().name(),
                config.replicaCount(),
                config.faults(),
                config.authentication().label());
        out.flush();
    }

    /** For the end of the process by a signal, which Java would report as 143 even if everything was put away well. */
    private static void stopCleanly(ReplicaServer server) {
        server.close();
        Runtime.getRuntime().halt(server.failure().isEmpty() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL);
    }

    private static void forget(Thread stopper) {
        try {
            Runtime.getRuntime().removeShutdownHook(stopper);
        } catch (IllegalStateException e) {
            LOGGER.debug("the process is ending, and the hook is running", e);
        }
    }

    private static void stopWhenInputEnds(ReplicaServer server) {
        InputStream input = System.in;
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (input.read() >= 0) {
                            // Nothing is expected to be said, only that it ends.
                        }
                    } catch (IOException e) {
                        LOGGER.warn("standard input broke, which counts as its end", e);
                    }
                    server.close();
                },
                "tagma-input");
        watcher.setDaemon(true);
        watcher.start();
    }
}
