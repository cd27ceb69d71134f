package org.tagma.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.tagma.benchmarks.load.LoadException;
import org.tagma.benchmarks.load.LoadGenerator;
import org.tagma.benchmarks.load.LoadPlan;
import org.tagma.benchmarks.load.LoadResult;
import org.tagma.benchmarks.load.NullService;
import org.tagma.benchmarks.load.Traffic;
import org.tagma.benchmarks.load.Workload;
import org.tagma.cli.ClusterFolder;
import org.tagma.cli.ClusterPlan;
import org.tagma.cli.CommandFailure;
import org.tagma.cli.ExitStatus;
import org.tagma.cli.FreePorts;
import org.tagma.cli.HostedService;
import org.tagma.cli.ProtocolOption;
import org.tagma.cli.ReplicaInspector;
import org.tagma.client.WallClockSessionNumbers;
import org.tagma.core.Quorums;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ClientEntry;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.ProtocolKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma bench}. */
@Command(
        name = "bench",
        description = "Measures a cluster under load: throughput, latency, and what an operation costs.",
        footer = {
            "",
            "Each client has connections of its own and asks for the next operation when one was answered. The measurement",
            "begins when the throughput of three seconds in a row differs by no more than 5 %, or when --warm-up is over.",
            "CPU per operation is that of all processes, replicas and clients. Figures of a busy machine mean nothing."
        },
        sortOptions = false)
public final class BenchCommand implements Callable<Integer> {

    private static final long CONNECT_MILLIS = 20_000;
    private static final int INSPECTING_CLIENT = 0;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ProtocolOption protocol;

    @Option(
            names = "--auth",
            paramLabel = "MODE",
            description = "signatures or macs (default: signatures, or what the cluster in --dir has).")
    private AuthenticationMode authentication;

    @Option(names = "--replicas", paramLabel = "N", description = "How many replicas to start (default: 4).")
    private Integer replicas;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "128",
            description = "How many clients (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--outstanding",
            paramLabel = "K",
            defaultValue = "1",
            description = "Operations each client keeps under way (default: ${DEFAULT-VALUE}).")
    private int outstanding;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "The size of an operation (default: ${DEFAULT-VALUE}).")
    private int payloadBytes;

    @Option(
            names = "--reply",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "The size of a result (default: ${DEFAULT-VALUE}).")
    private int replyBytes;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "How long to measure (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "30",
            description = "How long to wait for a steady throughput at most (default: ${DEFAULT-VALUE}).")
    private int maxWarmUpSeconds;

    @Option(
            names = "--crypto",
            paramLabel = "NAME",
            description = "auto (the fastest that loads), bouncycastle or corretto (default: auto).")
    private CryptoProviderChoice cryptoProvider;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Measure the cluster of this folder, which is running, instead of starting one.")
    private Path runningFolder;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "null, which does nothing, or kv, to which values are put (default: null; with --dir: kv).")
    private HostedService service;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BenchCommand() {}

    @Override
    public Integer call() throws IOException, KeyFileException, ClusterFileException, InterruptedException {
        protocol.requireSupported();
        checkRanges();
        if (service == null) {
            service = runningFolder == null ? HostedService.NULL : HostedService.KV;
        }
        BenchReport report;
        try (BenchCluster cluster = cluster()) {
            checkFits(cluster.config());
            report = measure(cluster);
        } catch (LoadException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.toJson());
            out.flush();
        } else {
            report.print(out);
        }
        return report.load().operations() > 0 ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    // ---- what the options say ----

    private void checkRanges() {
        requireRange("--clients", clients, 1, 4_000);
        requireRange("--outstanding", outstanding, 1, 1_000_000);
        requireRange("--payload", payloadBytes, 0, 1 << 20);
        requireRange("--reply", replyBytes, 0, NullService.MAX_REPLY_BYTES);
        requireRange("--seconds", seconds, 1, 86_400);
        requireRange("--warm-up", maxWarmUpSeconds, 1, 86_400);
        if (replicas != null) {
            requireRange("--replicas", replicas, 4, 100);
        }
        if (runningFolder != null && (replicas != null || authentication != null || cryptoProvider != null)) {
            throw CommandFailure.cannotRun(
                    "--dir measures the cluster as it is; leave out --replicas, --auth and --crypto");
        }
    }

    private static void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.cannotRun(option + " must be from " + least + " to " + most + ", not " + value);
        }
    }

    private void checkFits(ClusterConfig config) {
        ClusterConfig.Limits limits = config.limits();
        requireRange("--outstanding", outstanding, 1, limits.sessionPipeline());
        requireRange("--payload", payloadBytes, 0, limits.maxOperationBytes());
        if ((long) clients * outstanding > limits.maxPendingRequests()) {
            throw CommandFailure.cannotRun("--clients times --outstanding must be no more than the cluster's "
                    + "maxPendingRequests, " + limits.maxPendingRequests());
        }
    }

    private BenchCluster cluster() throws IOException, KeyFileException, ClusterFileException {
        if (runningFolder != null) {
            return BenchCluster.attach(new ClusterFolder(runningFolder));
        }
        int count = replicas == null ? 4 : replicas;
        ClusterPlan plan = new ClusterPlan(
                authentication == null ? AuthenticationMode.SIGNATURES : authentication,
                cryptoProvider == null ? CryptoProviderChoice.AUTO : cryptoProvider,
                false,
                FreePorts.loopback(count),
                ClusterConfig.maximumFaults(ProtocolKind.PBFT, count),
                clients);
        return BenchCluster.start(plan, List.of("--service", service.label()));
    }

    private Map<Integer, NodeKeys> keys(BenchCluster cluster) throws KeyFileException {
        Map<Integer, NodeKeys> keys = new HashMap<>();
        for (ClientEntry client : cluster.config().clients()) {
            if (keys.size() < clients && Files.exists(cluster.folder().clientKeyFile(client.id()))) {
                keys.put(client.id(), cluster.folder().clientKeys(client.id()));
            }
        }
        if (keys.isEmpty()) {
            throw CommandFailure.cannotRun(
                    "there is no client's key in " + cluster.folder().root());
        }
        return keys;
    }

    // ---- measuring ----

    private BenchReport measure(BenchCluster cluster)
            throws IOException, KeyFileException, LoadException, InterruptedException {
        ClusterConfig config = cluster.config();
        LoadPlan plan = new LoadPlan(
                clients, outstanding, TimeUnit.SECONDS.toMillis(seconds), TimeUnit.SECONDS.toMillis(maxWarmUpSeconds));
        Workload workload = service == HostedService.NULL
                ? Workload.nothing(payloadBytes, replyBytes)
                : Workload.puts(payloadBytes);
        Map<Integer, NodeKeys> keys = keys(cluster);
        int inspecting = keys.containsKey(INSPECTING_CLIENT)
                ? INSPECTING_CLIENT
                : keys.keySet().iterator().next();
        try (ReplicaInspector inspector = new ReplicaInspector(config, inspecting, keys.get(inspecting));
                LoadGenerator load = new LoadGenerator(config, keys, new WallClockSessionNumbers(), workload, plan)) {
            cluster.awaitServing(inspector);
            load.connect(CONNECT_MILLIS);
            return measure(config, inspector, load);
        }
    }

    private BenchReport measure(ClusterConfig config, ReplicaInspector inspector, LoadGenerator load)
            throws LoadException, InterruptedException {
        int quorum = new Quorums(config.replicaCount(), config.faults()).certificate();
        AtomicInteger warmUpSeconds = new AtomicInteger();
        load.begin();
        boolean steady = load.warmUp(operations -> {
            warmUpSeconds.incrementAndGet();
            progress("warming up", operations);
        });
        ClusterCounters countersBefore = ClusterCounters.read(inspector, config.replicaCount(), quorum);
        Traffic sentBefore = load.sent();
        long cpuBefore = cpuNanos();
        LoadResult result = load.measure(operations -> progress("measuring", operations));
        long cpuNanos = cpuNanos() - cpuBefore;
        Traffic sent = load.sent().since(sentBefore);
        ClusterCounters counters =
                ClusterCounters.read(inspector, config.replicaCount(), quorum).since(countersBefore);
        return new BenchReport(setting(config), warmUpSeconds.get(), steady, result, counters, cpuNanos, sent);
    }

    private Map<String, Object> setting(ClusterConfig config) {
        Map<String, Object> setting = new LinkedHashMap<>();
        setting.put("protocol", config.protocol().label());
        setting.put("auth", config.authentication().label());
        setting.put("crypto", config.cryptoProvider().label());
        setting.put("replicas", config.replicaCount());
        setting.put("service", service.label());
        setting.put("clients", clients);
        setting.put("outstanding", outstanding);
        setting.put("payload", payloadBytes);
        setting.put("reply", replyBytes);
        return setting;
    }

    /** On the error stream, so that the report can be kept apart. */
    private void progress(String what, long operations) {
        if (!json) {
            PrintWriter err = spec.commandLine().getErr();
            err.printf("%s: %,d operations/s%n", what, operations);
            err.flush();
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}
