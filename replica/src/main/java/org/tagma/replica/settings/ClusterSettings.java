package org.tagma.replica.settings;

import org.tagma.core.Quorums;
import org.tagma.core.incarnation.IncarnationConfig;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.service.AgreedSettings;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.service.TransferLimits;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.transport.TransportLimits;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ReplicaContext;
import org.tagma.replica.settings.MemoryPlan.Share;

/** What a cluster file means for each part of a replica. */
public final class ClusterSettings {

    /** What an envelope and the longest authenticator add to an operation, at most. */
    private static final int ENVELOPE_BYTES = 64 * 1024;

    /** Digests of 32 bytes for chunks of 64 KiB: enough for a state of 2 GiB. */
    private static final int MAX_MANIFEST_BYTES = 1 << 20;

    /** Of the largest size: four from one checkpoint to the next. */
    private static final int BATCHES_IN_LOG = 16;

    private static final int BATCHES_WAITING = 12;
    private static final int CLIENTS_THAT_FILL_THE_POOL = 8;

    /** The protocol gives a hand-over up after a timeout, and says so. */
    private static final int HAND_OVER_SLACK_MILLIS = 200;

    private static final int LIFE_QUESTION_MILLIS = 200;

    private ClusterSettings() {}

    /** How messages are authenticated. */
    public static AuthenticationPolicy policy(ClusterConfig config) {
        return AuthenticationPolicy.of(config.protocol(), config.authentication());
    }

    /** How much a message may hold. */
    public static CodecLimits codecLimits(ClusterConfig config) {
        return new CodecLimits(
                config.batch().maxRequests(),
                config.limits().maxOperationBytes(),
                config.replicaCount(),
                config.window().logWindow(),
                SnapshotManifest.CHUNK_BYTES,
                Math.min(MAX_MANIFEST_BYTES, config.limits().maxFrameBytes() / 2));
    }

    /** What the replicated state begins with. */
    public static AgreedSettings firstSettings(ClusterConfig config) {
        ClusterConfig.Limits limits = config.limits();
        return AgreedSettings.first(
                new ServiceLimits(
                        limits.maxSessionsPerClient(),
                        limits.sessionPipeline(),
                        limits.replyBytesPerClient(),
                        limits.replyBytes(),
                        limits.sessionIdleMillis()),
                config.operators());
    }

    /** What the transport may hold. */
    public static TransportLimits transportLimits(ClusterConfig config) {
        TransportLimits defaults = TransportLimits.defaults();
        return defaults.toBuilder()
                .maxFrameBytes(config.limits().maxFrameBytes())
                .maxClientFrameBytes(
                        Math.max(defaults.maxClientFrameBytes(), config.limits().maxOperationBytes() + ENVELOPE_BYTES))
                .build();
    }

    /** The same for a replica, which holds no more than its memory plan has for it. */
    public static TransportLimits transportLimits(ClusterConfig config, MemoryPlan memory) {
        TransportLimits limits = transportLimits(config);
        return limits.toBuilder()
                .replicaUnfinishedBytes(memory.ofOneReplica(Share.UNFINISHED_FRAMES))
                .clientUnfinishedBytes(memory.ofOneClient(Share.UNFINISHED_FRAMES))
                .allClientsUnfinishedBytes(memory.ofAllClients(Share.UNFINISHED_FRAMES))
                .replicaBudgetBytes(memory.ofOneReplica(Share.OUTBOUND))
                .clientBudgetBytes(Math.min(limits.clientBudgetBytes(), memory.ofOneClient(Share.OUTBOUND)))
                .allSessionsBudgetBytes(memory.ofOneClient(Share.OUTBOUND))
                .allClientsBudgetBytes(memory.ofAllClients(Share.OUTBOUND))
                .build();
    }

    /**
     * What the protocol may hold in memory. It follows from settings that all replicas share, and not from one
     * replica's heap: a PBFT backup must have room for what a correct primary proposes.
     */
    public static MemoryBounds memoryBounds(ClusterConfig config) {
        long largestBatch = largestBatchBytes(config);
        long waiting = BATCHES_WAITING * largestBatch;
        return new MemoryBounds(BATCHES_IN_LOG * largestBatch, waiting, waiting / CLIENTS_THAT_FILL_THE_POOL);
    }

    /** The largest batch, or the largest request where that is more. */
    public static long largestBatchBytes(ClusterConfig config) {
        return Math.max(config.batch().maxBytes(), config.limits().maxOperationBytes() + (long) ENVELOPE_BYTES);
    }

    /**
     * What the protocol is told at the start of an incarnation.
     *
     * @param seed where the replica's random numbers start: another one in every incarnation
     * @param transfer what its machine allows for the fetching of states
     */
    public static ReplicaContext replicaContext(ClusterConfig config, int replica, long seed, TransferLimits transfer) {
        ClusterConfig.Limits limits = config.limits();
        return new ReplicaContext(
                replica,
                new Quorums(config.replicaCount(), config.faults()),
                seed,
                timing(config),
                new ReplicaContext.Sizes(
                        config.window().checkpointInterval(),
                        config.window().logWindow(),
                        config.window().pipelineDepth(),
                        config.batch().maxRequests(),
                        config.batch().maxBytes(),
                        limits.maxPendingRequests(),
                        limits.maxPendingRequestsPerClient(),
                        limits.maxPendingRequestsPerClient()), // the agreed sessionPipeline may change
                memoryBounds(config),
                transfer,
                config.settings());
    }

    private static ReplicaContext.Timing timing(ClusterConfig config) {
        ClusterConfig.Timeouts timeouts = config.timeouts();
        return new ReplicaContext.Timing(
                timeouts.requestTimeoutMillis(),
                timeouts.viewChangeTimeoutMillis(),
                timeouts.statusIntervalMillis(),
                config.limits().maxClockSkewMillis());
    }

    /**
     * How a replica asks whether its disk is the newest. Where replicas may lie, as many must answer as make a quorum
     * with it; where they do not, one, since the group may be smaller than the cluster file, and whoever brings a group
     * its majority answers.
     */
    public static IncarnationConfig incarnationConfig(ClusterConfig config, int replica, boolean dataIsIntact) {
        Quorums quorums = new Quorums(config.replicaCount(), config.faults());
        boolean trusted = config.protocol().faultModel() == FaultModel.CRASH;
        int others = config.replicaCount() - 1;
        return new IncarnationConfig(
                replica,
                config.replicaCount(),
                trusted ? Math.min(1, others) : quorums.replicas() - quorums.faults() - 1,
                trusted ? 1 : quorums.weak(),
                LIFE_QUESTION_MILLIS,
                dataIsIntact);
    }

    /** How long a leader that is stopped waits for another one to take over. */
    public static long handOverMillis(ClusterConfig config) {
        return HAND_OVER_SLACK_MILLIS + config.protocol().takeoverMillis(timing(config), config.settings());
    }
}
