package org.tagma.replica;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.incarnation.DiskCheck;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.StateMachine;
import org.tagma.core.service.TransferLimits;
import org.tagma.core.state.NodeStore;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.NettyTransport;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.handshake.SharedSettings;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportOptions;
import org.tagma.replica.fault.FaultInjection;
import org.tagma.replica.settings.ClusterSettings;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;
import org.tagma.replica.settings.ReplicaParts;
import org.tagma.replica.settings.ServerOptions;
import org.tagma.replica.settings.ThreadLayout;
import org.tagma.replica.storage.BackupStage;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.log.MemoryLogStore;
import org.tagma.replica.storage.rocks.StorageMemory;
import org.tagma.replica.threads.Clock;
import org.tagma.replica.trace.ReplicaTraceFile;

/**
 * Makes a {@link ReplicaServer} from a cluster file: what somebody calls who wants to run a replica of a state machine.
 *
 * <pre>{@code
 * try (ReplicaServer server = ClusterReplica.of(config, 0, keys, new Register()).dataFolder(folder).build()) {
 *     server.start();
 *     server.awaitTermination();
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class ClusterReplica {

    private final ClusterConfig config;
    private final int replica;
    private final NodeKeys keys;
    private final StateMachine stateMachine;
    private Optional<Path> dataFolder = Optional.empty();
    private Optional<FaultInjection> fault = Optional.empty();
    private Optional<Path> traceFile = Optional.empty();
    private Optional<InetSocketAddress> bindAddress = Optional.empty();
    private MeterRegistry registry = new SimpleMeterRegistry();
    private ServerOptions options;
    private long slownessMillis;
    private boolean dataIsIntact;

    private ClusterReplica(ClusterConfig config, int replica, NodeKeys keys, StateMachine stateMachine) {
        this.config = config;
        this.replica = replica;
        this.keys = keys;
        this.stateMachine = stateMachine;
        this.options = ServerOptions.defaults(config.replicaCount())
                .withMaxClockSkewMillis(config.limits().maxClockSkewMillis());
        // Late, but not so late that anyone loses timeouts.
        this.slownessMillis = config.timeouts().requestTimeoutMillis() / 8;
    }

    /**
     * Begins to put a replica together.
     *
     * @param replica the replica's id in the cluster
     * @param keys that replica's private keys
     * @param stateMachine in its first state
     * @throws IllegalArgumentException if the cluster has no such replica
     */
    public static ClusterReplica of(ClusterConfig config, int replica, NodeKeys keys, StateMachine stateMachine) {
        if (replica < 0 || replica >= config.replicaCount()) {
            throw new IllegalArgumentException(
                    "the cluster has the replicas 0 to " + (config.replicaCount() - 1) + ", and no replica " + replica);
        }
        return new ClusterReplica(config, replica, keys, stateMachine);
    }

    /**
     * Where it keeps what it must not forget: made once, before its first incarnation, by
     * {@link DataFolder#initialize}. If it is empty or not there, the replica takes it that its disk was lost. Without
     * a folder it forgets all, and must not be started a second time.
     */
    public ClusterReplica dataFolder(Path folder) {
        dataFolder = Optional.of(folder);
        return this;
    }

    /** Where it listens, if not at its address in the cluster file. */
    public ClusterReplica bindAddress(InetSocketAddress address) {
        bindAddress = Optional.of(address);
        return this;
    }

    /** Where its metrics go; by default a registry of its own. */
    public ClusterReplica registry(MeterRegistry meters) {
        registry = meters;
        return this;
    }

    /** On which threads it runs the protocol and the state machine; what {@link #options} says is replaced. */
    public ClusterReplica threads(ThreadLayout layout) {
        options = options.withThreads(layout);
        return this;
    }

    /** Threads and memory. */
    public ClusterReplica options(ServerOptions serverOptions) {
        options = serverOptions;
        return this;
    }

    /** Makes it misbehave; for demonstrations and tests. */
    public ClusterReplica fault(FaultInjection injection) {
        fault = Optional.of(injection);
        return this;
    }

    /**
     * Where it records every event and every frame's type and summary, for `tagma trace`; adds to a file that is there.
     * Costs time and much disk: for finding out, not for production. The file ends at a gigabyte.
     */
    public ClusterReplica traceTo(Path file) {
        traceFile = Optional.of(file);
        return this;
    }

    /**
     * How late a replica with the fault {@code slow} sends, in milliseconds; by default an eighth of the request
     * timeout.
     */
    public ClusterReplica slownessMillis(long millis) {
        slownessMillis = millis;
        return this;
    }

    /** The threads on which it runs the protocol and the state machine. */
    public ThreadLayout threads() {
        return options.threads().of(config.durability());
    }

    /** How it divides the memory that the process has. */
    public MemoryPlan memoryPlan() {
        return options.memory();
    }

    /**
     * Says that the data folder is the newest one that this replica had, whatever the others remember. If it is not,
     * the replica may contradict what it said, and operations that were acknowledged may be lost.
     */
    public ClusterReplica dataIsIntact() {
        dataIsIntact = true;
        return this;
    }

    /**
     * The server, not started. Holds the data folder's lock until it is closed.
     *
     * @throws KeyFileException if the keys are not those of the replica
     * @throws DataFolderException if the data folder is in use or cannot be used
     * @throws IOException if the trace cannot be written
     * @throws IllegalArgumentException if the cluster file asks for what this version cannot do, or for more memory
     *     than there is
     */
    public ReplicaServer build() throws IOException, KeyFileException {
        options.memory().requireFits(config);
        NodeAccess access = new NodeAccess(config, new NodeId.Replica(replica), keys);
        Authentication authentication = access.authentication();
        ReplicatedService service = new ReplicatedService(stateMachine, ClusterSettings.firstSettings(config));
        Transport transport = transport(access, service);
        Storage storage = openStorage();
        Optional<ReplicaTraceFile> trace = openTrace(storage);
        ReplicaParts parts = new ReplicaParts(
                protocol(storage.snapshots().nodes()),
                authentication,
                ClusterSettings.policy(config),
                new MessageCodec(ClusterSettings.codecLimits(config)),
                new Quorums(config.replicaCount(), config.faults()),
                trace.map(each -> each.around(transport)).orElse(transport),
                service,
                storage.log(),
                storage.snapshots(),
                Clock.ofMachine(),
                registry,
                options.withThreads(threads()),
                new ReplicaParts.OperatorRules(
                        config.operators(), ClusterSettings.handOverMillis(config), storage.backup()));
        return new ReplicaServer(parts, trace);
    }

    private Optional<ReplicaTraceFile> openTrace(Storage storage) throws IOException {
        if (traceFile.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ReplicaTraceFile.open(traceFile.get(), config.clusterId(), replica));
        } catch (IOException e) {
            storage.close();
            throw e;
        }
    }

    private Storage openStorage() throws IOException {
        if (dataFolder.isEmpty()) {
            return new Storage(MemoryLogStore.withoutFolder(), SnapshotStore.none(), BackupStage.none());
        }
        DataFolder folder = DataFolder.open(
                dataFolder.get(), DataFolder.Owner.of(config, replica), storageMemory(options.memory()));
        Runnable owner = folder::close;
        boolean opened = false;
        try {
            LogStore log = folder.openLog(config.durability());
            owner = log::close;
            SnapshotStore states =
                    folder.openSnapshots(config.durability(), stateMachine instanceof MerkleStateMachine);
            opened = true;
            return new Storage(log, states, folder.backupStage(log, states));
        } finally {
            if (!opened) {
                owner.run();
            }
        }
    }

    private static StorageMemory storageMemory(MemoryPlan plan) {
        return new StorageMemory(
                plan.bytes(Share.MEMORY_TABLES), plan.bytes(Share.BLOCK_CACHE), plan.bytes(Share.STATE_CACHE));
    }

    private record Storage(LogStore log, SnapshotStore snapshots, BackupStage backup) {

        /** The log owns the folder, so it goes last. */
        void close() {
            snapshots.close();
            log.close();
        }
    }

    private Protocol protocol(Optional<NodeStore> nodes) {
        long seed = new SecureRandom().nextLong();
        TransferLimits transfer =
                TransferLimits.DEFAULT.withMaxStateBytes(options.memory().largestFetchedState());
        Protocol correct =
                config.protocol().create(ClusterSettings.replicaContext(config, replica, seed, transfer), nodes);
        Protocol obeying = fault.map(injection ->
                        injection.around(correct, config.protocol(), replica, config.replicaCount(), slownessMillis))
                .orElse(correct);
        return new DiskCheck(
                obeying,
                ClusterSettings.incarnationConfig(config, replica, dataIsIntact),
                config.protocol().incarnationEvidence());
    }

    private Transport transport(NodeAccess access, ReplicatedService service) {
        TransportOptions transportOptions = new TransportOptions(
                new PeerId.Replica(replica),
                config.replicaCount(),
                id -> config.address(id).toUnresolved(),
                access.connectionKeys(),
                () -> SharedSettings.ofReplica(config, service.settings().firstByName()),
                access.tls(),
                ClusterSettings.transportLimits(config, options.memory()));
        return NettyTransport.forReplica(transportOptions, bindAddress.orElseGet(this::configuredAddress));
    }

    private InetSocketAddress configuredAddress() {
        InetSocketAddress unresolved = config.address(replica).toUnresolved();
        return new InetSocketAddress(unresolved.getHostString(), unresolved.getPort());
    }
}
