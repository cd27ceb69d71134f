package org.tagma.simulator;

import java.util.Optional;
import java.util.function.IntPredicate;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.state.NodeStore;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Settings;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/**
 * Any protocol in the simulator, as its definition says, with its standard settings and small windows. Its runs are
 * checked for what a user is owed, and for nothing of its own.
 */
record SimulatedDefinition(ProtocolDefinition definition, Quorums quorums, Tuning tuning) implements SimulatedProtocol {

    private static final Tuning USUAL = new Tuning(8, 64, 4, 16);
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final int MAX_PENDING_REQUESTS = 1_000;
    private static final int MAX_PENDING_PER_CLIENT = 500;
    private static final int SESSION_PIPELINE = 32;
    private static final int MAX_BATCH_BYTES = 1 << 20;

    /** A group of so many, which tolerates as many faults as it can. */
    static SimulatedDefinition of(ProtocolDefinition definition, int replicas) {
        int faults = Math.max(0, definition.groupSizes().maximumFaults(replicas));
        return new SimulatedDefinition(definition, new Quorums(replicas, faults), USUAL);
    }

    @Override
    public String name() {
        return definition.name();
    }

    @Override
    public int toleratedByzantine() {
        return definition.faultModel() == FaultModel.BYZANTINE ? quorums.faults() : 0;
    }

    @Override
    public Sizes sizes() {
        return new Sizes(tuning.maxBatchRequests(), tuning.logWindow(), MAX_PENDING_REQUESTS);
    }

    @Override
    public long timeoutMillis() {
        return TIMEOUT_MILLIS;
    }

    @Override
    public SimulatedDefinition tuned(Tuning other) {
        return new SimulatedDefinition(definition, quorums, other);
    }

    @Override
    public Protocol create(int replica, long incarnationSeed, Optional<NodeStore> stateStore) {
        ReplicaContext context = new ReplicaContext(
                replica,
                quorums,
                incarnationSeed,
                new ReplicaContext.Timing(TIMEOUT_MILLIS, TIMEOUT_MILLIS, 100, 60_000),
                new ReplicaContext.Sizes(
                        tuning.checkpointInterval(),
                        tuning.logWindow(),
                        tuning.pipelineDepth(),
                        tuning.maxBatchRequests(),
                        MAX_BATCH_BYTES,
                        MAX_PENDING_REQUESTS,
                        MAX_PENDING_PER_CLIENT,
                        SESSION_PIPELINE),
                MemoryBounds.DEFAULT,
                tuning.transfer(),
                Settings.standard(definition.settings()));
        return definition.create(context, stateStore);
    }

    /** Nobody knows which of its messages decide; without a schedule against it time alone works against it. */
    @Override
    public Adversary againstProgress() {
        return message -> Adversary.HARMLESS;
    }

    @Override
    public AuthenticationPolicy policy(AuthenticationMode mode) {
        return AuthenticationPolicy.of(definition, mode);
    }

    @Override
    public ProtocolObserver observer(Violations violations) {
        return new ProtocolObserver() {
            @Override
            public void left(int replica, int to, Message message) {
                // Nothing is known of what it means.
            }

            @Override
            public boolean isMember(int replica) {
                return true;
            }

            @Override
            public boolean canProgress(IntPredicate takesPart) {
                int present = 0;
                for (int id = 0; id < quorums.replicas(); id++) {
                    present += takesPart.test(id) ? 1 : 0;
                }
                return present >= definition.neededReplicas(quorums);
            }
        };
    }

    @Override
    public ClientSetup clientSetup(int client, AuthenticationMode mode, boolean readOnlyFastPath) {
        return new ClientSetup(client, definition, quorums, mode, readOnlyFastPath);
    }
}
