package org.tagma.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.benchmarks.load.LoadException;
import org.tagma.benchmarks.load.LoadGenerator;
import org.tagma.benchmarks.load.LoadPlan;
import org.tagma.benchmarks.load.WarmUp;
import org.tagma.benchmarks.load.Workload;
import org.tagma.cli.common.CommandFailure;
import org.tagma.client.WallClockSessionNumbers;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ClientEntry;

/**
 * Fills a cluster's state, takes the disk of one replica away, and measures what the group does meanwhile. Not
 * thread-safe.
 */
final class TransferRun {

    private static final long CONNECT_MILLIS = 20_000;
    private static final long ANSWER_MILLIS = 500;
    private static final long WINDOW_MILLIS = 1_000;
    private static final long PATIENCE_SECONDS = 900;
    private static final int FILLING_VALUE_BYTES = 8_192;

    private final BenchCluster cluster;
    private final ClusterConfig config;
    private final PrintWriter out;
    private final PrintWriter progress;

    TransferRun(BenchCluster cluster, PrintWriter out, PrintWriter progress) {
        this.cluster = cluster;
        this.config = cluster.config();
        this.out = out;
        this.progress = progress;
    }

    /** Operations and how long they took. */
    private static final class Phase {
        private long operations;
        private double seconds;
        private double slowest = Double.MAX_VALUE;

        void add(long windowOperations, double windowSeconds) {
            operations += windowOperations;
            seconds += windowSeconds;
            slowest = Math.min(slowest, windowOperations / windowSeconds);
        }

        double rate() {
            return operations / seconds;
        }
    }

    /**
     * Measures.
     *
     * @param megabytes how much state there is to be fetched
     * @param seconds how long to measure before and after
     */
    void measure(int megabytes, int clients, int outstanding, int payloadBytes, int seconds)
            throws IOException, KeyFileException, LoadException, InterruptedException {
        int fillPerClient = (int) (megabytes * 1_000_000L / FILLING_VALUE_BYTES / clients) + 1;
        Workload workload = Workload.fillThenPuts(fillPerClient, FILLING_VALUE_BYTES, payloadBytes);
        LoadPlan plan = new LoadPlan(clients, outstanding, WINDOW_MILLIS, WarmUp.exactly(WINDOW_MILLIS));
        Map<Integer, NodeKeys> keys = new HashMap<>();
        for (ClientEntry client : config.clients()) {
            keys.put(client.id(), cluster.folder().clientKeys(client.id()));
        }
        int inspecting = keys.keySet().iterator().next();
        try (ReplicaInspector inspector = new ReplicaInspector(config, inspecting, keys.get(inspecting));
                LoadGenerator load = new LoadGenerator(config, keys, new WallClockSessionNumbers(), workload, plan)) {
            cluster.awaitServing(inspector);
            load.connect(CONNECT_MILLIS);
            load.begin();
            fill(load, (long) fillPerClient * clients);
            run(load, inspector, megabytes, seconds);
        }
    }

    private void fill(LoadGenerator load, long operations) throws LoadException, InterruptedException {
        long filled = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (filled < operations) {
            filled += load.measure(window -> {}).operations();
            report("filling: " + Math.min(100, 100 * filled / operations) + " %");
            requireBefore(deadline, "the state is not full");
        }
    }

    private void run(LoadGenerator load, ReplicaInspector inspector, int megabytes, int seconds)
            throws IOException, LoadException, InterruptedException {
        int replica = config.replicaCount() - 1;
        // Compilers come to rest, and what was written is taken into a checkpoint.
        measure(load, seconds, "warming up");
        Phase before = measure(load, seconds, "before");
        cluster.restartWithoutDisk(replica);
        long begunNanos = System.nanoTime();
        long deadline = begunNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Phase during = new Phase();
        while (!hasState(inspector, replica)) {
            add(load, during, "during");
            requireBefore(deadline, "replica " + replica + " has not fetched the state");
        }
        double took = (System.nanoTime() - begunNanos) / 1e9;
        Phase after = measure(load, seconds, "after");
        out.printf(
                "%s, %s, durability %s, %d replicas: a state of %d MB fetched by replica %d in %.1f s, its start"
                        + " included%n",
                config.protocol().name(),
                config.authentication().label(),
                config.durability().label(),
                config.replicaCount(),
                megabytes,
                replica,
                took);
        print("before", before, before);
        print("during", during, before);
        print("after", after, before);
        out.flush();
    }

    /** A replica without a disk has executed nothing until it has installed a state. */
    private static boolean hasState(ReplicaInspector inspector, int replica) {
        Optional<ReplicaStatus> status =
                ReplicaStatus.of(inspector, List.of(replica), ANSWER_MILLIS).get(0);
        return status.isPresent() && status.get().lastExecuted() > 0;
    }

    private Phase measure(LoadGenerator load, int seconds, String name) throws LoadException, InterruptedException {
        Phase phase = new Phase();
        for (int window = 0; window < seconds; window++) {
            add(load, phase, name);
        }
        return phase;
    }

    private void add(LoadGenerator load, Phase phase, String name) throws LoadException, InterruptedException {
        var result = load.measure(window -> {});
        phase.add(result.operations(), result.elapsedNanos() / 1e9);
        report(name + ": " + result.operations() + " operations/s");
    }

    private void print(String name, Phase phase, Phase before) {
        out.printf(
                "%8s %,8.0f operations/s (%3.0f %%), in the slowest second %,.0f%n",
                name, phase.rate(), 100 * phase.rate() / before.rate(), phase.slowest);
    }

    private void report(String what) {
        progress.println(config.protocol().name() + ": " + what);
        progress.flush();
    }

    private static void requireBefore(long deadlineNanos, String otherwise) {
        if (System.nanoTime() > deadlineNanos) {
            throw CommandFailure.cannotRun(otherwise + " after " + PATIENCE_SECONDS + " s");
        }
    }
}
