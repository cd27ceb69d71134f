package org.tagma.simulator;

import java.util.Optional;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftProtocol;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.state.NodeStore;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.Protocols;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;
import org.tagma.simulator.properties.raft.RaftObserver;

/**
 * Raft in the simulator.
 *
 * @param template what replica 0 is configured with; the others differ in their ids and seeds only
 * @param machines how many replicas there are, those included that do not belong to the group at the beginning
 * @param checksInvariants whether a run ends where one of Raft's own invariants breaks, before anybody outside can
 *     notice
 * @param factory makes the protocol of a configuration: the one of production, unless a test wants another
 */
public record SimulatedRaft(
        RaftConfig template, int machines, boolean checksInvariants, ProtocolFactory<RaftConfig> factory)
        implements SimulatedProtocol {

    /** A group of so many, with small windows and an election timeout of half a second. */
    public static SimulatedRaft of(int voters) {
        return new SimulatedRaft(RaftConfig.forTests(0, voters), voters, true, RaftProtocol::new);
    }

    /** One of so many replicas, with the same bounds. */
    public SimulatedRaft ofSize(int voters) {
        SimulatedRaft other = new SimulatedRaft(RaftConfig.forTests(0, voters), voters, checksInvariants, factory);
        other = other.withLimits(RaftLimits.of(template)).tuned(sizes(template));
        return template.leaseReads() ? other.withLeaseReads() : other;
    }

    /** The same group, and more machines that could join it. */
    public SimulatedRaft withSpares(int count) {
        return new SimulatedRaft(template, machines + count, checksInvariants, factory);
    }

    /** The same group, judged only by what clients and state machines see of it. */
    public SimulatedRaft judgedFromOutside() {
        return new SimulatedRaft(template, machines, false, factory);
    }

    /** The same group, where a leader answers reads as long as its lease holds. */
    public SimulatedRaft withLeaseReads() {
        return new SimulatedRaft(
                config(0, template.seed(), sizes(template), RaftLimits.of(template), true),
                machines,
                checksInvariants,
                factory);
    }

    /** The same group, with other bounds. */
    public SimulatedRaft withLimits(RaftLimits limits) {
        return new SimulatedRaft(
                config(0, template.seed(), sizes(template), limits, template.leaseReads()),
                machines,
                checksInvariants,
                factory);
    }

    /** The same group, with so much room for requests at each replica. */
    public SimulatedRaft withRoomFor(int requests, int requestsOfOneClient) {
        RaftConfig changed = config(
                0,
                template.seed(),
                sizes(template),
                RaftLimits.of(template),
                template.leaseReads(),
                requests,
                requestsOfOneClient);
        return new SimulatedRaft(changed, machines, checksInvariants, factory);
    }

    private static Tuning sizes(RaftConfig config) {
        return new Tuning(
                config.checkpointInterval(),
                config.logWindow(),
                config.pipelineDepth(),
                config.maxBatchRequests(),
                config.transfer());
    }

    /** The same group, of another make. */
    public SimulatedRaft madeBy(ProtocolFactory<RaftConfig> otherFactory) {
        return new SimulatedRaft(template, machines, checksInvariants, otherFactory);
    }

    @Override
    public String name() {
        return "raft";
    }

    @Override
    public Quorums quorums() {
        return new Quorums(machines, (template.membership().voters().size() - 1) / 2);
    }

    @Override
    public int toleratedByzantine() {
        return 0;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(template.maxBatchRequests(), template.logWindow(), template.maxPendingRequests());
    }

    /** Twice the election timeout: the longest that a follower waits. */
    @Override
    public long timeoutMillis() {
        return 2 * template.electionTimeoutTicks() * template.tickMillis();
    }

    @Override
    public SimulatedRaft tuned(Tuning tuning) {
        return new SimulatedRaft(config(0, template.seed(), tuning), machines, checksInvariants, factory);
    }

    @Override
    public Protocol create(int replica, long incarnationSeed, Optional<NodeStore> stateStore) {
        return factory.create(config(replica, incarnationSeed, sizes(template)), stateStore);
    }

    private RaftConfig config(int replica, long seed, Tuning tuning) {
        return config(replica, seed, tuning, RaftLimits.of(template), template.leaseReads());
    }

    private RaftConfig config(int replica, long seed, Tuning tuning, RaftLimits limits, boolean leaseReads) {
        return config(
                replica,
                seed,
                tuning,
                limits,
                leaseReads,
                template.maxPendingRequests(),
                template.maxPendingPerClient());
    }

    private RaftConfig config(
            int replica,
            long seed,
            Tuning tuning,
            RaftLimits limits,
            boolean leaseReads,
            int maxPendingRequests,
            int maxPendingPerClient) {
        return new RaftConfig(
                replica,
                template.membership(),
                seed,
                tuning.checkpointInterval(),
                template.logTail(),
                tuning.logWindow(),
                tuning.pipelineDepth(),
                tuning.maxBatchRequests(),
                template.maxBatchBytes(),
                limits.maxAppendBytes(),
                limits.maxInflightMessages(),
                limits.maxInflightBytes(),
                template.tickMillis(),
                template.electionTimeoutTicks(),
                template.heartbeatTicks(),
                leaseReads,
                template.maxClockDriftPercent(),
                limits.maxPendingReads(),
                maxPendingRequests,
                maxPendingPerClient,
                template.sessionPipeline(),
                template.memory(),
                tuning.transfer());
    }

    @Override
    public AuthenticationPolicy policy(AuthenticationMode mode) {
        return AuthenticationPolicy.of(Protocols.named(name()), mode);
    }

    @Override
    public ProtocolObserver observer(Violations violations) {
        return new RaftObserver(checksInvariants ? violations : new Violations(), template);
    }

    @Override
    public ClientSetup clientSetup(int client, AuthenticationMode mode, boolean readOnlyFastPath) {
        return new ClientSetup(client, Protocols.named("raft"), quorums(), mode, readOnlyFastPath);
    }

    /**
     * What a leader sends arrives when its receiver is in a later term, by which time somebody else stands or leads.
     * So no entry is ever on a majority in the term in which that counts, and every leader steps down unheard.
     */
    @Override
    public Adversary againstProgress() {
        return message -> message instanceof AppendEntries append ? append.term() : Adversary.HARMLESS;
    }
}
