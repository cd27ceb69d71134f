package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ServiceLimits;
import org.tagma.crypto.Authentication;
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
final class SharedWorld implements World {

    private static final int MAX_OPERATION_BYTES = 1 << 14;
    private static final int MAX_STATE_PART_BYTES = 1 << 16;

    private final EventQueue queue = new EventQueue();
    private final SimulatedProtocol protocol;
    private final Quorums quorums;
    private final AuthenticationPolicy policy;
    private final MessageCodec codec;
    private final MessageReader reader;
    private final CodecRule codecRule;
    private final Recorder recorder;
    private final Checks checks;
    private final SimulatedNetwork network;
    private final Optional<HeldMessages> held;
    private final ClientConnections connections;
    private final Identities identities;
    private final double clockDrift;
    private final long stabilizationMicros;
    private final Optional<MerkleRegisters.Beginning> tree;
    private final ServiceLimits serviceLimits;
    private final boolean slowDisks;
    private final Capacity capacity;
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private Optional<FloodingClient> flooding = Optional.empty();

    SharedWorld(Scenario scenario, long seed, SplittableRandom random, Optional<TraceWriter> trace) {
        this.protocol = scenario.protocol();
        this.serviceLimits = scenario.callers().service().limits();
        this.slowDisks = scenario.hasSlowDisks();
        this.capacity = scenario.capacity();
        this.quorums = protocol.quorums();
        this.tree = scenario.content().isTree()
                ? Optional.of(MerkleRegisters.Beginning.of(scenario.content()))
                : Optional.empty();
        this.policy = scenario.policy(random.nextBoolean());
        long secret = random.nextLong();
        int allClients = scenario.callers().count() + scenario.callers().faultyCount();
        this.identities = scenario.hasRealCrypto()
                ? Identities.real(quorums.replicas(), allClients, secret)
                : Identities.simulated(quorums.replicas(), secret);
        this.clockDrift = scenario.clockDriftBound();
        this.checks = Checks.of(
                new Violations(scenario.watched()),
                protocol,
                scenario.callers().count(),
                serviceLimits,
                scenario.callers().mayRepeatWrites(),
                scenario.livenessBoundMicros(),
                () -> SimulatedClock.EPOCH_MILLIS + now() / 1000);
        this.codec = new MessageCodec(new CodecLimits(
                protocol.sizes().maxBatchRequests(),
                MAX_OPERATION_BYTES,
                quorums.replicas(),
                protocol.sizes().logWindow(),
                MAX_STATE_PART_BYTES,
                MAX_STATE_PART_BYTES));
        this.reader = new SharedReading(codec);
        this.codecRule = new CodecRule(codec, checks.violations());
        this.held = scenario.adversary().map(adversary -> new HeldMessages(adversary, queue, codec, replicas));
        this.stabilizationMicros = scenario.timing().stabilizes()
                ? 1000
                        * random.nextLong(
                                scenario.timing().earliestStabilizationMillis(),
                                scenario.timing().latestStabilizationMillis() + 1)
                : Long.MAX_VALUE;
        this.network = new SimulatedNetwork(
                queue,
                random.nextLong(),
                scenario.networkModel(),
                stabilizationMicros,
                quorums.replicas() + allClients);
        this.connections = new ClientConnections(allClients, quorums.replicas());
        this.recorder = Recorder.of(
                trace,
                queue,
                quorums.replicas(),
                allClients,
                protocol.name() + ", " + quorums.replicas() + " replicas, seed " + seed);
    }

    void add(SimulatedReplica replica) {
        replicas.add(replica);
    }

    void add(SimulatedClient client) {
        clients.add(client);
    }

    void add(FloodingClient client) {
        flooding = Optional.of(client);
    }

    /** The client that asks without a pause, if there is one. */
    Optional<FloodingClient> flooding() {
        return flooding;
    }

    /** All replicas, by id. */
    List<SimulatedReplica> replicas() {
        return replicas;
    }

    /** All correct clients, by id. */
    List<SimulatedClient> correctClients() {
        return clients;
    }

    Authentication authenticationOfClient(int client) {
        return identities.of(new NodeId.Client(client));
    }

    SimulatedNetwork network() {
        return network;
    }

    ClientConnections connections() {
        return connections;
    }

    /** What an adversary keeps on its way, if there is one. */
    Optional<HeldMessages> held() {
        return held;
    }

    /** From when on the bounds on time hold; a time that never comes if they never do. */
    long stabilizationMicros() {
        return stabilizationMicros;
    }

    @Override
    public EventQueue queue() {
        return queue;
    }

    @Override
    public Recorder recorder() {
        return recorder;
    }

    @Override
    public Checks checks() {
        return checks;
    }

    @Override
    public Quorums quorums() {
        return quorums;
    }

    @Override
    public int clients() {
        return clients.size();
    }

    @Override
    public AuthenticationPolicy policy() {
        return policy;
    }

    @Override
    public MessageCodec codec() {
        return codec;
    }

    @Override
    public CodecRule codecRule() {
        return codecRule;
    }

    @Override
    public MessageReader reader() {
        return reader;
    }

    @Override
    public ServiceLimits serviceLimits() {
        return serviceLimits;
    }

    @Override
    public boolean hasSlowDisks() {
        return slowDisks;
    }

    @Override
    public SimulatedProtocol protocol() {
        return protocol;
    }

    @Override
    public Capacity capacity() {
        return capacity;
    }

    @Override
    public Authentication authenticationOf(int replica) {
        return identities.of(new NodeId.Replica(replica));
    }

    @Override
    public double clockDrift() {
        return clockDrift;
    }

    @Override
    public boolean isCorrect(int replica) {
        return replica < replicas.size() && replicas.get(replica).isCorrect();
    }

    @Override
    public void falselyAccused(int by, int replica, String text) {
        checks.violations()
                .report(
                        Property.TRUE_EVIDENCE,
                        "replica " + by + " says that correct replica " + replica + " lied: " + text);
    }

    @Override
    public void toReplica(int from, int to, ByteString frame) {
        SimulatedReplica receiver = replicas.get(to);
        PeerId sender = new PeerId.Replica(from);
        Consumer<ByteString> receive =
                recorder.leaves(from, to, frame, receiver::isUp, arriving -> receiver.onFrame(sender, arriving));
        network.send(from, to, frame, arriving -> arrive(receiver, arriving, receive));
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

    @Override
    public void toClient(int from, SessionId session, ByteString frame) {
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

    @Override
    public Optional<MerkleRegisters.Beginning> tree() {
        return tree;
    }

    @Override
    public boolean isConnected(int client, int replica) {
        return connections.isUp(client, replica);
    }

    @Override
    public void fromClient(SessionId session, int to, ByteString frame) {
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
