package org.tagma.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tagma.admin.ReplicaInspector;
import org.tagma.benchmarks.load.LoadException;
import org.tagma.benchmarks.load.LoadGenerator;
import org.tagma.benchmarks.load.LoadResult;
import org.tagma.benchmarks.load.Traffic;
import org.tagma.cli.common.CommandFailure;
import org.tagma.client.WallClockSessionNumbers;
import org.tagma.core.Quorums;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ClientEntry;

/** Puts load on one cluster and measures it. Not thread-safe. */
final class BenchRun {

    private static final long CONNECT_MILLIS = 20_000;
    private static final int INSPECTING_CLIENT = 0;

    private final BenchCluster cluster;
    private final ClusterConfig config;
    private final BenchSetting setting;
    private final Optional<PrintWriter> progress;

    /** @param progress hears how it goes */
    BenchRun(BenchCluster cluster, BenchSetting setting, Optional<PrintWriter> progress) {
        this.cluster = cluster;
        this.config = cluster.config();
        this.setting = setting;
        this.progress = progress;
    }

    BenchReport measure() throws IOException, KeyFileException, LoadException, InterruptedException {
        setting.requireFit(config.limits());
        Map<Integer, NodeKeys> keys = keys();
        int inspecting = keys.containsKey(INSPECTING_CLIENT)
                ? INSPECTING_CLIENT
                : keys.keySet().iterator().next();
        try (ReplicaInspector inspector = new ReplicaInspector(config, inspecting, keys.get(inspecting));
                LoadGenerator load = new LoadGenerator(
                        config, keys, new WallClockSessionNumbers(), setting.workload(), setting.plan())) {
            cluster.awaitServing(inspector);
            load.connect(CONNECT_MILLIS);
            return measure(inspector, load);
        }
    }

    private Map<Integer, NodeKeys> keys() throws KeyFileException {
        Map<Integer, NodeKeys> keys = new HashMap<>();
        for (ClientEntry client : config.clients()) {
            if (keys.size() < setting.plan().clients()
                    && Files.exists(cluster.folder().clientKeyFile(client.id()))) {
                keys.put(client.id(), cluster.folder().clientKeys(client.id()));
            }
        }
        if (keys.isEmpty()) {
            throw CommandFailure.cannotRun(
                    "there is no client's key in " + cluster.folder().root());
        }
        return keys;
    }

    private BenchReport measure(ReplicaInspector inspector, LoadGenerator load)
            throws LoadException, InterruptedException {
        long begunNanos = System.nanoTime();
        load.begin();
        boolean steady = load.warmUp(
                () -> ownCompileMillis() + counters(inspector).compileMillis(),
                operations -> report("warming up", operations));
        double warmUpSeconds = (System.nanoTime() - begunNanos) / 1e9;
        ClusterCounters countersBefore = counters(inspector);
        Traffic sentBefore = load.sent();
        long compiledBefore = ownCompileMillis();
        long cpuBefore = cpuNanos();
        LoadResult result = load.measure(operations -> report("measuring", operations));
        long cpuNanos = cpuNanos() - cpuBefore;
        long compileMillis = ownCompileMillis() - compiledBefore;
        Traffic sent = load.sent().since(sentBefore);
        ClusterCounters counters = counters(inspector).since(countersBefore);
        return new BenchReport(
                setting.describe(config), warmUpSeconds, steady, result, counters, cpuNanos, compileMillis, sent);
    }

    private ClusterCounters counters(ReplicaInspector inspector) {
        Quorums quorums = new Quorums(config.replicaCount(), config.faults());
        int needed = config.protocol().neededReplicas(quorums);
        return ClusterCounters.read(inspector, config.replicaCount(), needed);
    }

    private void report(String what, long operations) {
        progress.ifPresent(out -> {
            out.printf("%s: %s: %,d operations/s%n", config.protocol().name(), what, operations);
            out.flush();
        });
    }

    private static long ownCompileMillis() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler != null && compiler.isCompilationTimeMonitoringSupported()
                ? compiler.getTotalCompilationTime()
                : 0;
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
