package org.tagma.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.tagma.ClusterPlan;
import org.tagma.FreePorts;
import org.tagma.benchmarks.load.LoadException;
import org.tagma.benchmarks.load.LoadPlan;
import org.tagma.benchmarks.load.NullService;
import org.tagma.benchmarks.load.WarmUp;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.HostedService;
import org.tagma.cli.common.ProtocolOption;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
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
            "Each client has connections of its own and asks for the next operation when one was answered. The"
                    + " measurement begins when the throughput has been level for six seconds and Java's compilers have"
                    + " come to rest, at the latest after two minutes; or after --warm-up. CPU per operation is that of"
                    + " all processes, replicas and clients. --compare measures PBFT and Raft one after the other, with"
                    + " the replicas that each needs to tolerate one fault (or with --replicas for both). Figures of a"
                    + " busy machine mean nothing."
        },
        sortOptions = false)
public final class BenchCommand implements Callable<Integer> {

    private static final int MAX_WARM_UP_SECONDS = 120;
    private static final int DEFAULT_TIMES = 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ProtocolOption protocol;

    @Option(
            names = "--auth",
            paramLabel = "MODE",
            description = "signatures, client-signatures, macs or, with raft, none (default: signatures, or what the"
                    + " cluster in --dir has).")
    private AuthenticationMode authentication;

    @Option(
            names = "--durability",
            paramLabel = "MODE",
            description = "sync, async or memory (default: memory, or what the cluster in --dir has).")
    private Durability durability;

    @Option(names = "--compare", description = "Measure pbft and raft, and print one table.")
    private boolean compare;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "How many replicas to start (default: as many as tolerate one fault).")
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
            description = "Warm up for exactly so long (default: until the throughput is steady).")
    private Integer warmUpSeconds;

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

    @Option(
            names = "--transfer",
            paramLabel = "MB",
            description =
                    "Fill a key-value store with so much, take the disk of one replica away, and measure the group"
                            + " before, during and after the state transfer (durability: async unless given).")
    private Integer transferMegabytes;

    @Option(
            names = "--failover",
            paramLabel = "FAULT",
            description =
                    "Kill, pause or stop the replica that leads, again and again, and measure how long a client has no"
                            + " answer (durability: async unless given).")
    private FailoverRun.Fault failover;

    @Option(names = "--times", paramLabel = "N", description = "How often for --failover (default: 20).")
    private Integer times;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BenchCommand() {}

    @Override
    public Integer call() throws IOException, KeyFileException, ClusterFileException, InterruptedException {
        checkRanges();
        if (transferMegabytes != null) {
            return measureTransfer();
        }
        if (failover != null) {
            return measureFailover();
        }
        if (service == null) {
            service = runningFolder == null ? HostedService.NULL : HostedService.KV;
        }
        List<BenchReport> reports = new ArrayList<>();
        for (ProtocolDefinition kind :
                compare ? List.of(Protocols.named("pbft"), Protocols.named("raft")) : List.of(protocol.kind())) {
            reports.add(measure(kind));
        }
        print(reports);
        boolean allAnswered = reports.stream().allMatch(report -> report.load().operations() > 0);
        return allAnswered ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private BenchReport measure(ProtocolDefinition kind)
            throws IOException, KeyFileException, ClusterFileException, InterruptedException {
        Optional<PrintWriter> progress =
                json ? Optional.empty() : Optional.of(spec.commandLine().getErr());
        try (BenchCluster cluster = cluster(kind)) {
            return new BenchRun(cluster, setting(), progress).measure();
        } catch (LoadException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }

    private int measureFailover() throws IOException, KeyFileException, ClusterFileException, InterruptedException {
        service = HostedService.NULL;
        durability = durability == null ? Durability.ASYNC : durability;
        try (BenchCluster cluster = cluster(protocol.kind())) {
            new FailoverRun(
                            cluster,
                            spec.commandLine().getOut(),
                            spec.commandLine().getErr())
                    .measure(failover, times == null ? DEFAULT_TIMES : times);
            return ExitStatus.OK;
        }
    }

    private int measureTransfer() throws IOException, KeyFileException, ClusterFileException, InterruptedException {
        service = HostedService.KV;
        durability = durability == null ? Durability.ASYNC : durability;
        try (BenchCluster cluster = cluster(protocol.kind())) {
            new TransferRun(
                            cluster,
                            spec.commandLine().getOut(),
                            spec.commandLine().getErr())
                    .measure(transferMegabytes, clients, outstanding, payloadBytes, seconds);
            return ExitStatus.OK;
        } catch (LoadException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }

    /** The report, on the output stream; progress went to the error stream, so that it can be kept apart. */
    private void print(List<BenchReport> reports) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (compare) {
            Comparison comparison = new Comparison(reports);
            if (json) {
                out.println(comparison.toJson());
            } else {
                comparison.print(out);
            }
        } else if (json) {
            out.println(reports.get(0).toJson());
        } else {
            reports.get(0).print(out);
        }
        out.flush();
    }

    // ---- what the options say ----

    private void checkRanges() {
        requireRange("--clients", clients, 1, 4_000);
        requireRange("--outstanding", outstanding, 1, 1_000_000);
        requireRange("--payload", payloadBytes, 0, 1 << 20);
        requireRange("--reply", replyBytes, 0, NullService.MAX_REPLY_BYTES);
        requireRange("--seconds", seconds, 1, 86_400);
        if (warmUpSeconds != null) {
            requireRange("--warm-up", warmUpSeconds, 1, 86_400);
        }
        if (replicas != null) {
            int fewest = (compare ? Protocols.standard() : protocol.kind())
                    .groupSizes()
                    .fewestReplicas();
            requireRange("--replicas", replicas, fewest, ProtocolOption.MAX_REPLICAS);
        }
        boolean another = replicas != null
                || authentication != null
                || cryptoProvider != null
                || protocol.isGiven()
                || compare
                || durability != null;
        if (runningFolder != null && another) {
            throw CommandFailure.cannotRun("--dir measures the cluster as it is; leave out --replicas, --auth,"
                    + " --crypto, --protocol, --durability and --compare");
        }
        if (transferMegabytes != null) {
            requireRange("--transfer", transferMegabytes, 1, 10_000);
            if (runningFolder != null || compare || json || service != null || warmUpSeconds != null) {
                throw CommandFailure.cannotRun(
                        "--transfer starts a cluster of its own; leave out --dir, --compare, --json,"
                                + " --service and --warm-up");
            }
        }
        if (failover != null && (runningFolder != null || compare || json || transferMegabytes != null)) {
            throw CommandFailure.cannotRun(
                    "--failover starts a cluster of its own; leave out --dir, --compare, --json and --transfer");
        }
        if (times != null) {
            requireRange("--times", times, 1, 10_000);
            if (failover == null) {
                throw CommandFailure.cannotRun("--times is for --failover");
            }
        }
        if (compare && protocol.isGiven()) {
            throw CommandFailure.cannotRun("--compare measures both protocols; leave out --protocol");
        }
    }

    static void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.cannotRun(option + " must be from " + least + " to " + most + ", not " + value);
        }
    }

    private BenchSetting setting() {
        WarmUp warmUp = warmUpSeconds == null
                ? WarmUp.untilSteady(TimeUnit.SECONDS.toMillis(MAX_WARM_UP_SECONDS))
                : WarmUp.exactly(TimeUnit.SECONDS.toMillis(warmUpSeconds));
        LoadPlan plan = new LoadPlan(clients, outstanding, TimeUnit.SECONDS.toMillis(seconds), warmUp);
        return new BenchSetting(plan, service, payloadBytes, replyBytes);
    }

    private BenchCluster cluster(ProtocolDefinition kind) throws IOException, KeyFileException, ClusterFileException {
        if (runningFolder != null) {
            return BenchCluster.attach(new ClusterFolder(runningFolder));
        }
        // Before there are keys and processes for nothing.
        setting().requireFit(ClusterConfig.Limits.defaults());
        int count = replicas == null ? kind.groupSizes().usualReplicas() : replicas;
        ClusterPlan plan = new ClusterPlan(
                kind,
                authentication == null ? AuthenticationMode.SIGNATURES : authentication,
                cryptoProvider == null ? CryptoProviderChoice.AUTO : cryptoProvider,
                false,
                FreePorts.loopback(count),
                kind.groupSizes().maximumFaults(count),
                clients,
                durability == null ? Durability.MEMORY : durability);
        return BenchCluster.start(plan, List.of("--service", service.label()));
    }
}
