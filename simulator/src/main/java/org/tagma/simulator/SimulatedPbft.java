package org.tagma.simulator;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.state.NodeStore;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.Protocols;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;
import org.tagma.simulator.properties.pbft.PbftObserver;

/**
 * PBFT in the simulator.
 *
 * @param template what replica 0 is configured with; the others differ in their ids only
 * @param factory makes the protocol of a configuration: the one of production, unless a test wants another
 */
public record SimulatedPbft(PbftConfig template, ProtocolFactory<PbftConfig> factory) implements SimulatedProtocol {

    /** A group of so many, with small windows and timeouts of one second. */
    public static SimulatedPbft of(int replicas) {
        return new SimulatedPbft(PbftConfig.forTests(0, replicas), PbftProtocol::new);
    }

    /** The same group, of another make. */
    public SimulatedPbft madeBy(ProtocolFactory<PbftConfig> otherFactory) {
        return new SimulatedPbft(template, otherFactory);
    }

    @Override
    public String name() {
        return "pbft";
    }

    @Override
    public Quorums quorums() {
        return template.quorums();
    }

    @Override
    public int toleratedByzantine() {
        return quorums().faults();
    }

    @Override
    public Sizes sizes() {
        return new Sizes(template.maxBatchRequests(), template.logWindow(), template.maxPendingRequests());
    }

    @Override
    public long timeoutMillis() {
        return template.requestTimeoutTicks() * template.tickMillis();
    }

    @Override
    public SimulatedPbft tuned(Tuning tuning) {
        return new SimulatedPbft(config(0, tuning), factory);
    }

    @Override
    public Protocol create(int replica, long incarnationSeed, Optional<NodeStore> stateStore) {
        Tuning same = new Tuning(
                template.checkpointInterval(),
                template.logWindow(),
                template.pipelineDepth(),
                template.maxBatchRequests(),
                template.transfer());
        return factory.create(config(replica, same), stateStore);
    }

    private PbftConfig config(int replica, Tuning tuning) {
        return new PbftConfig(
                replica,
                template.quorums(),
                tuning.checkpointInterval(),
                tuning.logWindow(),
                tuning.pipelineDepth(),
                tuning.maxBatchRequests(),
                template.maxBatchBytes(),
                template.tickMillis(),
                template.requestTimeoutTicks(),
                template.viewChangeTimeoutTicks(),
                template.statusIntervalTicks(),
                template.maxClockSkewMillis(),
                template.maxPendingRequests(),
                template.maxPendingPerClient(),
                template.sessionPipeline(),
                template.memory(),
                tuning.transfer());
    }

    /** Every faulty primary before the first correct one may cost a view, and no faulty backup may. */
    @Override
    public OptionalLong lastUndisturbedView(IntPredicate isCorrect) {
        return IntStream.range(0, quorums().replicas())
                .filter(isCorrect)
                .asLongStream()
                .findFirst();
    }

    @Override
    public AuthenticationPolicy policy(AuthenticationMode mode) {
        return AuthenticationPolicy.of(Protocols.named(name()), mode);
    }

    @Override
    public ProtocolObserver observer(Violations violations) {
        return new PbftObserver(violations, template);
    }

    @Override
    public ClientSetup clientSetup(int client, AuthenticationMode mode, boolean readOnlyFastPath) {
        return new ClientSetup(client, quorums(), mode, readOnlyFastPath);
    }

    /**
     * A PREPARE arrives when its receiver has given up the view that it belongs to. A pre-prepare and the receiver's
     * own prepare are one short of a quorum; so nothing is ever prepared, and every view ends by its timer. The late
     * prepares are evidence that the timeouts are too short; they double, and the scheduler is more patient still.
     */
    @Override
    public Adversary againstProgress() {
        return message -> message instanceof Prepare prepare ? prepare.view() : Adversary.HARMLESS;
    }
}
