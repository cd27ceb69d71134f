package org.tagma.simulator;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.service.TransferLimits;
import org.tagma.core.state.NodeStore;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Settings;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.byzantine.Behaviours;

/**
 * A group of a protocol as the simulator runs it: as its definition says, with small windows, and timeouts of a second.
 * Immutable: the state of a run is in what it makes.
 *
 * @param simulation what is known of the protocol beside its definition
 * @param template what replica 0 is told at its start; the others differ in their ids and seeds only
 * @param make makes a replica's protocol: that of production, unless a test wants another
 */
public record SimulatedProtocol(
        ProtocolDefinition definition, ProtocolSimulation simulation, ReplicaContext template, Make make) {

    private static final int TIMEOUT_MILLIS = 1_000;
    private static final ReplicaContext.Timing TIMING =
            new ReplicaContext.Timing(TIMEOUT_MILLIS, TIMEOUT_MILLIS, TIMEOUT_MILLIS / 4, 60_000);
    private static final int MAX_PENDING_REQUESTS = 1_000;
    private static final int MAX_PENDING_PER_CLIENT = 500;
    private static final int SESSION_PIPELINE = 32;

    /** Makes the protocol of a replica at the start of an incarnation. */
    @FunctionalInterface
    public interface Make {
        /** Makes one; the parts of a state that is being fetched go to the store, if not into memory. */
        Protocol create(ReplicaContext context, Optional<NodeStore> stateStore);
    }

    /** A group of so many, which tolerates as many faults as it can. */
    public static SimulatedProtocol of(ProtocolDefinition definition, int replicas) {
        ProtocolSimulation simulation = ProtocolSimulation.of(definition);
        ReplicaContext template = new ReplicaContext(
                0,
                new Quorums(replicas, 0),
                0,
                TIMING,
                sizes(Tuning.USUAL),
                MemoryBounds.DEFAULT,
                TransferLimits.DEFAULT,
                simulation.settings(definition));
        return new SimulatedProtocol(definition, simulation, template, definition::create).with(template.settings());
    }

    /** A group of so many under the protocol of this name. */
    public static SimulatedProtocol of(String protocol, int replicas) {
        return of(Protocols.named(protocol), replicas);
    }

    /** The same group, configured in another way. */
    public SimulatedProtocol with(ReplicaContext other) {
        return new SimulatedProtocol(definition, simulation, other, make);
    }

    /** The same group with other settings of the protocol's own. */
    public SimulatedProtocol with(Settings settings) {
        int replicas = template.quorums().replicas();
        int faults = definition.groupSizes().maximumFaults(definition.firstMembers(settings, replicas));
        return with(new ReplicaContext(
                0,
                new Quorums(replicas, Math.max(0, faults)),
                0,
                template.timing(),
                template.sizes(),
                template.memory(),
                template.transfer(),
                settings));
    }

    /** The same group with one other setting of the protocol's own. */
    public SimulatedProtocol with(String setting, Object value) {
        return with(template.settings().with(setting, value));
    }

    /** The same group with other sizes. */
    public SimulatedProtocol tuned(Tuning tuning) {
        return with(new ReplicaContext(
                0,
                template.quorums(),
                0,
                template.timing(),
                sizes(tuning),
                template.memory(),
                tuning.transfer(),
                template.settings()));
    }

    /** The same group, of another make. */
    public SimulatedProtocol madeBy(Make other) {
        return new SimulatedProtocol(definition, simulation, template, other);
    }

    private static ReplicaContext.Sizes sizes(Tuning tuning) {
        return new ReplicaContext.Sizes(
                tuning.checkpointInterval(),
                tuning.logWindow(),
                tuning.pipelineDepth(),
                tuning.maxBatchRequests(),
                tuning.maxBatchBytes(),
                MAX_PENDING_REQUESTS,
                MAX_PENDING_PER_CLIENT,
                SESSION_PIPELINE);
    }

    /** How many replicas there are, and how many of them may be faulty in the way that the protocol is made for. */
    public Quorums quorums() {
        return template.quorums();
    }

    /** How many of them may be malicious. */
    int toleratedByzantine() {
        return definition.faultModel() == FaultModel.BYZANTINE ? quorums().faults() : 0;
    }

    /** How much a replica may hold. */
    ReplicaContext.Sizes sizes() {
        return template.sizes();
    }

    /** The length of its base timeout: patience with whoever leads. */
    long timeoutMillis() {
        return template.timing().requestTimeoutMillis();
    }

    /** The ways in which a replica can be malicious. */
    public Behaviours behaviours() {
        return new Behaviours(simulation.behaviours());
    }

    /**
     * A replica at the start of an incarnation.
     *
     * @param incarnationSeed another one for every replica and incarnation
     * @param stateStore where the parts of a state go that is being fetched, if not into memory
     */
    public Protocol create(int replica, long incarnationSeed, Optional<NodeStore> stateStore) {
        ReplicaContext context = new ReplicaContext(
                replica,
                template.quorums(),
                incarnationSeed,
                template.timing(),
                template.sizes(),
                template.memory(),
                template.transfer(),
                template.settings());
        return make.create(context, stateStore);
    }

    /**
     * The latest view in which a group may be that nothing else disturbs: no loss, no delay, no crash. Where views name
     * their leaders, each faulty one before the first correct one may cost a view. Empty where they do not.
     */
    OptionalLong lastUndisturbedView(IntPredicate isCorrect) {
        return LongStream.range(0, quorums().replicas())
                .filter(view -> definition.leaderOf(view, quorums()).stream().anyMatch(isCorrect))
                .findFirst();
    }

    /** How messages are authenticated, in one of the modes of a cluster. */
    public AuthenticationPolicy policy(AuthenticationMode mode) {
        return AuthenticationPolicy.of(definition, mode);
    }

    /** What a client must know. */
    ClientSetup clientSetup(int client, AuthenticationMode mode, boolean readOnlyFastPath) {
        return new ClientSetup(client, definition, quorums(), mode, readOnlyFastPath);
    }
}
