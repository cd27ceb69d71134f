package org.tagma.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tagma.ClusterPlan;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.FaultModel;

/** A cluster of processes in a temporary folder. Thread-safe. */
final class DemoCluster implements AutoCloseable {
    private static final long START_TIMEOUT_SECONDS = 90;
    private static final long ANSWER_MILLIS = 500;

    private final ClusterFolder folder;
    private final ClusterConfig config;
    private final Optional<String> injection;
    private final List<ReplicaProcess> processes = new ArrayList<>();
    /** The demo ends, perhaps by Ctrl-C in the middle of a fault: nothing more is done to processes that are going. */
    private boolean stopping;

    private final Thread killer = new Thread(this::killAndForget, "tagma-demo-stop");

    private DemoCluster(ClusterFolder folder, ClusterConfig config, Optional<String> injection) {
        this.injection = injection;
        this.folder = folder;
        this.config = config;
    }

    /**
     * Makes a cluster and starts its processes.
     *
     * @param faults what is to be done to some of them; what a replica does itself it does once it is told to
     */
    static DemoCluster start(ClusterPlan plan, List<DemoFault> faults) throws IOException, KeyFileException {
        ClusterFolder folder = new ClusterFolder(Files.createTempDirectory("tagma-demo-"));
        Optional<String> injection =
                faults.stream().flatMap(fault -> fault.injection().stream()).findFirst();
        DemoCluster cluster = new DemoCluster(folder, plan.make(folder), injection);
        // Also for Ctrl-C.
        Runtime.getRuntime().addShutdownHook(cluster.killer);
        try {
            Files.createDirectory(folder.root().resolve("logs"));
            for (int id = 0; id < cluster.config.replicaCount(); id++) {
                cluster.processes.add(cluster.newReplica(id));
            }
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private ReplicaProcess newReplica(int id) throws IOException {
        List<String> options = new ArrayList<>();
        injection.ifPresent(kind -> options.addAll(
                List.of("--fault", kind, "--fault-trigger", trigger(id).toString())));
        return ReplicaProcess.start(folder, id, log(id), options);
    }

    private Path log(int id) {
        return folder.root().resolve("logs").resolve("replica-" + id + ".log");
    }

    private Path trigger(int id) {
        return folder.root().resolve("replica-" + id + ".turns");
    }

    ClusterFolder folder() {
        return folder;
    }

    ClusterConfig config() {
        return config;
    }

    /** Waits until every replica answers. */
    void awaitServing(ReplicaInspector inspector) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (ReplicaStatus.ofAll(inspector, config.replicaCount(), ANSWER_MILLIS).stream()
                .anyMatch(Optional::isEmpty)) {
            List<Integer> ended = ended();
            if (!ended.isEmpty()) {
                throw CommandFailure.cannotRun(
                        "replica " + ended.get(0) + " ended at its start: " + lastLine(ended.get(0)));
            }
            if (System.nanoTime() > deadline) {
                throw CommandFailure.cannotRun("the replicas do not answer after " + START_TIMEOUT_SECONDS
                        + " s; is the machine too busy for " + config.replicaCount() + " replicas?");
            }
        }
    }

    /** The replicas whose processes have ended. */
    synchronized List<Integer> ended() {
        return processes.stream()
                .filter(process -> !process.isAlive())
                .map(ReplicaProcess::id)
                .toList();
    }

    /** Does something to a replica that lasts. */
    synchronized void disturb(int replica, DemoFault fault) throws IOException {
        if (stopping) {
            return;
        }
        switch (fault) {
            case CRASH -> processes.get(replica).kill();
            case PAUSE -> processes.get(replica).pause();
            case EQUIVOCATE, SILENT, SLOW, CENSOR, DARK, FLOOD, CUT -> Files.createFile(trigger(replica));
        }
    }

    /** Undoes it. */
    synchronized void restore(int replica, DemoFault fault) throws IOException {
        if (stopping) {
            return;
        }
        if (fault == DemoFault.PAUSE && !processes.get(replica).isAlive()) {
            throw CommandFailure.cannotRun("the process of replica " + replica
                    + " was killed from outside while it was paused; the last that it wrote: " + lastLine(replica));
        }
        switch (fault) {
            case CRASH -> processes.set(replica, newReplica(replica));
            case PAUSE -> processes.get(replica).resume();
            case EQUIVOCATE, SILENT, SLOW, CENSOR, DARK, FLOOD, CUT -> Files.delete(trigger(replica));
        }
    }

    /** Why some replica wanted a view, or how it came to lead, in its own words; empty if none of those given said. */
    Optional<String> reasonFor(long view, List<Integer> replicas) {
        String wanted = config.protocol().faultModel() == FaultModel.BYZANTINE
                ? " for view " + view + " ("
                : ": leader of " + config.protocol().viewWord() + " " + view;
        return replicas.stream()
                .flatMap(replica -> logLines(replica).stream()
                        .filter(line -> line.contains(wanted))
                        .map(line -> "replica " + replica + " wrote: " + withoutPrefix(line)))
                .findFirst();
    }

    /** A log line without its time and level. */
    private static String withoutPrefix(String line) {
        int begin = line.indexOf(": ");
        return begin < 0 ? line : line.substring(begin + 2);
    }

    private String lastLine(int replica) {
        List<String> lines = logLines(replica);
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }

    private List<String> logLines(int replica) {
        try {
            return Files.readAllLines(log(replica), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of("its log cannot be read: " + e);
        }
    }

    List<Integer> all() {
        return IntStream.range(0, config.replicaCount()).boxed().toList();
    }

    /** Stops all processes; the folder stays. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook does what it is for.
        }
    }

    private synchronized void stop() {
        stopping = true;
        processes.forEach(ReplicaProcess::requestStop);
        processes.forEach(ReplicaProcess::awaitStop);
    }

    private void killAndForget() {
        synchronized (this) {
            stopping = true;
            processes.forEach(ReplicaProcess::kill);
        }
        delete();
    }

    /** Removes the folder. */
    void delete() {
        try (Stream<Path> paths = Files.walk(folder.root())) {
            paths.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder.root(), e);
        }
    }
}
