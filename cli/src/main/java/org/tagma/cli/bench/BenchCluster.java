package org.tagma.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.tagma.ClusterPlan;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;

/**
 * The cluster that is measured: one of new processes in a temporary folder, which do not outlive this process, or one
 * that somebody else runs. Not thread-safe.
 */
final class BenchCluster implements AutoCloseable {

    private static final long START_TIMEOUT_SECONDS = 90;
    private static final long ANSWER_MILLIS = 500;

    private final ClusterFolder folder;
    private final ClusterConfig config;
    private final List<ReplicaProcess> processes = new ArrayList<>();
    private final List<String> options;
    private final Optional<Thread> cleaner;

    private BenchCluster(ClusterFolder folder, ClusterConfig config, List<String> options, boolean temporary) {
        this.folder = folder;
        this.config = config;
        this.options = options;
        this.cleaner = temporary ? Optional.of(new Thread(this::killAndDelete, "tagma-bench-stop")) : Optional.empty();
    }

    /** One that runs already. */
    static BenchCluster attach(ClusterFolder folder) throws ClusterFileException {
        return new BenchCluster(folder, folder.config(), List.of(), false);
    }

    /** Makes one and starts its replicas, with these options of {@code tagma replica}. */
    static BenchCluster start(ClusterPlan plan, List<String> options) throws IOException, KeyFileException {
        ClusterFolder folder = new ClusterFolder(Files.createTempDirectory("tagma-bench-"));
        BenchCluster cluster = new BenchCluster(folder, plan.make(folder), List.copyOf(options), true);
        // Also for Ctrl-C.
        Runtime.getRuntime().addShutdownHook(cluster.cleaner.orElseThrow());
        try {
            for (int id = 0; id < cluster.config.replicaCount(); id++) {
                cluster.processes.add(cluster.start(id));
            }
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private ReplicaProcess start(int id) throws IOException {
        return ReplicaProcess.start(folder, id, folder.root().resolve("replica-" + id + ".log"), options);
    }

    /** Kills a replica of this command's own, removes all that it had on disk, and starts it again. */
    void restartWithoutDisk(int id) throws IOException {
        processes.get(id).kill();
        processes.get(id).awaitStop();
        delete(folder.dataFolder(id));
        processes.set(id, start(id));
    }

    /** Does something to a replica of this command's own. */
    void takeAway(int id, FailoverRun.Fault fault) throws IOException {
        switch (fault) {
            case KILL -> processes.get(id).kill();
            case PAUSE -> processes.get(id).pause();
            case STOP -> processes.get(id).requestStop();
        }
    }

    /** Undoes it. */
    void bringBack(int id, FailoverRun.Fault fault) throws IOException {
        if (fault == FailoverRun.Fault.PAUSE) {
            processes.get(id).resume();
        } else {
            processes.get(id).awaitStop();
            processes.set(id, start(id));
        }
    }

    ClusterFolder folder() {
        return folder;
    }

    ClusterConfig config() {
        return config;
    }

    /**
     * Waits until all replicas answer; asks those of others only once.
     *
     * @throws CommandFailure if they do not
     */
    void awaitServing(ReplicaInspector inspector) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (!processes.isEmpty() && !allAnswer(inspector)) {
            for (ReplicaProcess process : processes) {
                if (!process.isAlive()) {
                    throw CommandFailure.cannotRun(
                            "replica " + process.id() + " ended at its start: " + lastLine(process.log()));
                }
            }
            if (System.nanoTime() > deadline) {
                throw CommandFailure.cannotRun("the replicas do not answer after " + START_TIMEOUT_SECONDS
                        + " s; is the machine too busy for " + config.replicaCount() + " replicas?");
            }
        }
    }

    private boolean allAnswer(ReplicaInspector inspector) {
        return ReplicaStatus.ofAll(inspector, config.replicaCount(), ANSWER_MILLIS).stream()
                .allMatch(Optional::isPresent);
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }

    /** Stops the replicas and removes the folder, if they are this command's own. */
    @Override
    public void close() {
        if (cleaner.isEmpty()) {
            return;
        }
        processes.forEach(ReplicaProcess::requestStop);
        processes.forEach(ReplicaProcess::awaitStop);
        boolean ending = false;
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner.get());
        } catch (IllegalStateException e) {
            ending = true; // and the hook does the rest
        }
        if (!ending) {
            delete(folder.root());
        }
    }

    private void killAndDelete() {
        processes.forEach(ReplicaProcess::kill);
        delete(folder.root());
    }

    private static void delete(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + root, e);
        }
    }
}
