package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.MessageReader;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.CodecLimits;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.trace.TraceWriter;
import org.tagma.simulator.kernel.Capacity;
import org.tagma.simulator.kernel.ClientConnections;
import org.tagma.simulator.kernel.EventQueue;
import org.tagma.simulator.kernel.Identities;
import org.tagma.simulator.kernel.Recorder;
import org.tagma.simulator.kernel.SharedReading;
import org.tagma.simulator.kernel.SimulatedClock;
import org.tagma.simulator.kernel.SimulatedNetwork;
import org.tagma.simulator.properties.CodecRule;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations;
import org.tagma.simulator.workload.MerkleRegisters;

/**
 * What the nodes of one simulation share, and what carries their frames: from the sender past the recorder, the
 * network and the adversary, if there are such, to who is to have it.
 *
 * <p>Not thread-safe.
 */
final class World {

    private static final int MAX_OPERATION_BYTES = 1 << 14;
    private static final int MAX_STATE_PART_BYTES = 1 << 16;

    final EventQueue queue = new EventQueue();
    final SimulatedProtocol protocol;
    final Quorums quorums;
    final AuthenticationPolicy policy;
    final MessageCodec codec;
    final MessageReader reader;
    /** What holds the codec to its purpose. */
    final CodecRule codecRule;

    final Recorder recorder;
    final Checks checks;
    final SimulatedNetwork network;
    /** What an adversary keeps on its way, if there is one. */
    final Optional<HeldMessages> held;

    final ClientConnections connections;
    /** The means of each node to speak as itself. */
    final Identities identities;
    /** By how much a replica's clock may be too fast or too slow. */
    final double clockDrift;
    /** From when on the bounds on time hold; a time that never comes if they never do. */
    final long stabilizationMicros;
    /** What the registers of a tree are at the beginning; empty if states have no tree. */
    final Optional<MerkleRegisters.Beginning> tree;

    final ServiceLimits serviceLimits;
    /** Whether what need not wait for a disk leaves before that has synced. */
    final boolean slowDisks;

    final Capacity capacity;
    final List<SimulatedReplica> replicas = new ArrayList<>();
    /** The correct ones, by id. */
    final List<SimulatedClient> clients = new ArrayList<>();
    /** The client that asks without a pause, if there is one. */
    Optional<FloodingClient> flooding = Optional.empty();
    /** How many were sent, so far. */
    long framesBetweenReplicas;

    World(Scenario scenario, long seed, SplittableRandom random, Optional<TraceWriter> trace) {
        this.protocol = scenario.protocol;
        this.serviceLimits = scenario.callers.service.limits();
        this.slowDisks = scenario.slowDisks;
        this.capacity = scenario.capacity;
        this.quorums = protocol.quorums();
        this.tree = scenario.content.isTree()
                ? Optional.of(MerkleRegisters.Beginning.of(scenario.content))
                : Optional.empty();
        this.policy = scenario.policy(random.nextBoolean());
        long secret = random.nextLong();
        int allClients = scenario.callers.clients + scenario.callers.faultyCount();
        this.identities = scenario.realCrypto
                ? Identities.real(quorums.replicas(), allClients, secret)
                : Identities.simulated(quorums.replicas(), secret);
        this.clockDrift = scenario.clockDrift;
        this.checks = Checks.of(
                new Violations(scenario.watched),
                protocol,
                scenario.callers.clients,
                serviceLimits,
                scenario.callers.mayRepeatWrites(),
                scenario.livenessBoundMicros(),
                () -> SimulatedClock.EPOCH_MILLIS + queue.nowMicros() / 1000);
        this.codec = new MessageCodec(new CodecLimits(
                protocol.sizes().maxBatchRequests(),
                MAX_OPERATION_BYTES,
                quorums.replicas(),
                protocol.sizes().logWindow(),
                MAX_STATE_PART_BYTES,
                MAX_STATE_PART_BYTES));
        this.reader = new SharedReading(codec);
        this.codecRule = new CodecRule(codec, checks.violations());
        this.held = scenario.adversary.map(adversary -> new HeldMessages(adversary, queue, codec, replicas));
        this.stabilizationMicros = scenario.timing.stabilizes()
                ? 1000
                        * random.nextLong(
                                scenario.timing.earliestStabilizationMillis(),
                                scenario.timing.latestStabilizationMillis() + 1)
                : Long.MAX_VALUE;
        this.network = new SimulatedNetwork(
                queue, random.nextLong(), scenario.network, stabilizationMicros, quorums.replicas() + allClients);
        this.connections = new ClientConnections(allClients, quorums.replicas());
        this.recorder = Recorder.of(
                trace,
                queue,
                quorums.replicas(),
                allClients,
                protocol.definition().name() + ", " + quorums.replicas() + " replicas, seed " + seed);
    }

    /** Microseconds since the start. */
    long now() {
        return queue.nowMicros();
    }

    boolean isCorrect(int replica) {
        return replica < replicas.size() && replicas.get(replica).isCorrect();
    }

    /** A correct replica holds another correct replica to be malicious. */
    void falselyAccused(int by, int replica, String text) {
        checks.violations()
                .report(
                        Property.TRUE_EVIDENCE,
                        "replica " + by + " says that correct replica " + replica + " lied: " + text);
    }

    /** Gives the network a frame from one replica to another. */
    void toReplica(int from, int to, ByteString frame) {
        SimulatedReplica receiver = replicas.get(to);
        PeerId sender = new PeerId.Replica(from);
        Consumer<ByteString> receive =
                recorder.leaves(from, to, frame, receiver::isUp, arriving -> receiver.onFrame(sender, arriving));
        network.send(from, to, frame, arriving -> arrive(receiver, arriving, receive));
        framesBetweenReplicas++;
        recorder.hasLeft(network.dropped());
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(ByteString arriving, ByteString sent) {
        return arriving == sent;
    }

    private void arrive(SimulatedReplica receiver, ByteString frame, Consumer<ByteString> receive) {
        if (held.isPresent()) {
            held.get().pass(frame, receiver, () -> receive.accept(frame));
        } else {
            receive.accept(frame);
        }
    }

    /** Gives the network a frame for a client. */
    void toClient(int from, SessionId session, ByteString frame) {
        int client = session.client();
        flooding.filter(each -> each.id() == client)
                .ifPresent(each -> network.send(from, quorums.replicas() + client, frame, each::onFrame));
        if (client >= clients.size() || !connections.isUp(client, from)) {
            return;
        }
        SimulatedClient receiver = clients.get(client);
        int to = quorums.replicas() + client;
        int connection = connections.current(client, from);
        BooleanSupplier isThere = () -> connections.lasts(connection, client, from);
        network.send(from, to, frame, recorder.leaves(from, to, frame, isThere, arriving -> {
            if (!isThere.getAsBoolean()) {
                return;
            }
            if (isSame(arriving, frame)) {
                codecRule.hears(arriving);
            }
            receiver.onFrame(from, session.session(), arriving);
        }));
        recorder.hasLeft(network.dropped());
    }

    /** Whether a correct client has a connection to a replica, or would have one for each of its sessions. */
    boolean isConnected(int client, int replica) {
        return connections.isUp(client, replica);
    }

    /** Gives the network a frame of a client. */
    void fromClient(SessionId session, int to, ByteString frame) {
        int client = session.client();
        if (!connections.isUp(client, to)) {
            connections.whenUp(client, to, () -> fromClient(session, to, frame));
            return;
        }
        SimulatedReplica receiver = replicas.get(to);
        PeerId sender = new PeerId.ClientSession(client, session.session());
        int from = quorums.replicas() + client;
        int connection = connections.current(client, to);
        BooleanSupplier isThere = () -> connections.lasts(connection, client, to) && receiver.isUp();
        network.send(from, to, frame, recorder.leaves(from, to, frame, isThere, arriving -> {
            if (connections.lasts(connection, client, to)) {
                receiver.onFrame(sender, arriving);
            }
        }));
        recorder.hasLeft(network.dropped());
    }
}
