package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tagma.client.ClientOptions;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ServiceLimits;
import org.tagma.crypto.Authentication;
import org.tagma.network.PeerId;
import org.tagma.network.codec.CodecLimits;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.MessageReader;
import org.tagma.replica.AuthenticationPolicy;
import org.tagma.replica.trace.TraceWriter;
import org.tagma.simulator.byzantine.Misbehaviour;
import org.tagma.simulator.check.Property;

/**
 * A whole cluster with its clients and its network, made from a scenario and a seed. Scenarios act on it while it runs.
 *
 * <p>Not thread-safe.
 */
public final class SimulatedCluster implements World {

    private static final int MAX_OPERATION_BYTES = 1 << 14;
    private static final int MAX_STATE_PART_BYTES = 1 << 16;

    private final EventQueue queue = new EventQueue();
    private final Quorums quorums;
    private final AuthenticationPolicy policy;
    private final MessageCodec codec;
    private final MessageReader reader;
    private final CodecRule codecRule;
    private final Recorder recorder;
    private final Checks checks;
    private final SimulatedNetwork network;
    private final Optional<HeldMessages> held;
    private final Identities identities;
    private final double clockDrift;
    private final long stabilizationMicros;
    private final boolean stabilizes;
    private final SimulatedProtocol protocol;
    private final Optional<MerkleRegisters.Beginning> tree;
    private final ServiceLimits serviceLimits;
    private final boolean slowDisks;
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<FaultyClient> faultyClients = new ArrayList<>();
    private long disturbedMicros;

    SimulatedCluster(Scenario scenario, long seed, Optional<TraceWriter> trace) {
        SplittableRandom random = new SplittableRandom(seed);
        this.protocol = scenario.protocol();
        this.serviceLimits = scenario.service().limits();
        this.slowDisks = scenario.hasSlowDisks();
        this.quorums = protocol.quorums();
        this.tree = scenario.content().isTree()
                ? Optional.of(MerkleRegisters.Beginning.of(scenario.content()))
                : Optional.empty();
        this.policy = scenario.policy(random.nextBoolean());
        long secret = random.nextLong();
        int allClients = scenario.clientCount() + scenario.faultyClientCount();
        this.identities = scenario.hasRealCrypto()
                ? Identities.real(quorums.replicas(), allClients, secret)
                : Identities.simulated(quorums.replicas(), secret);
        this.clockDrift = scenario.clockDriftBound();
        this.checks = Checks.of(
                protocol,
                scenario.clientCount(),
                serviceLimits,
                scenario.repeatsWrites(),
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
        this.codecRule = new CodecRule(codec, checks.findings());
        this.held = scenario.adversary().map(adversary -> new HeldMessages(adversary, queue, codec, replicas));
        this.stabilizes = scenario.timing().stabilizes();
        this.stabilizationMicros = stabilizes
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
        this.recorder = Recorder.of(
                trace,
                queue,
                quorums.replicas(),
                allClients,
                protocol.name() + ", " + quorums.replicas() + " replicas, seed " + seed);
        List<List<Misbehaviour.Factory>> misbehaviours = scenario.misbehaviours(random.split());
        for (int id = 0; id < quorums.replicas(); id++) {
            replicas.add(new SimulatedReplica(id, this, misbehaviours.get(id), random.split()));
        }
        boolean fastPath = scenario.readOnlyFastPath(random.nextBoolean());
        for (int id = 0; id < scenario.clientCount(); id++) {
            clients.add(newClient(id, scenario, fastPath, random.split()));
        }
        for (int i = 0; i < scenario.faultyClientCount(); i++) {
            int id = scenario.clientCount() + i;
            faultyClients.add(new FaultyClient(id, this, identities.of(new NodeId.Client(id)), random.split()));
        }
    }

    private SimulatedClient newClient(int id, Scenario scenario, boolean fastPath, SplittableRandom random) {
        boolean macs = policy.putsVectorOnRequests();
        return new SimulatedClient(
                id,
                this,
                scenario.workload(id),
                protocol.clientSetup(id, macs, fastPath),
                new ClientOptions(
                        scenario.clientDeadlineMillis(scenario.workload(id).retry()),
                        Scenario.CLIENT_RETRY_MILLIS,
                        serviceLimits.sessionPipeline(),
                        ClientOptions.DEFAULT_MAX_QUEUED),
                identities.of(new NodeId.Client(id)),
                random);
    }

    void start() {
        held.ifPresent(HeldMessages::start);
        replicas.forEach(SimulatedReplica::start);
        clients.forEach(SimulatedClient::start);
        faultyClients.forEach(FaultyClient::start);
    }

    // ---- what scenarios do ----

    /** The replica with this id. */
    public SimulatedReplica replica(int id) {
        return replicas.get(id);
    }

    /** The client with this id. */
    public SimulatedClient client(int id) {
        return clients.get(id);
    }

    /** Who leads in the highest view or term, in its own eyes; nobody may. */
    public OptionalInt leader() {
        return correctReplicas()
                .filter(replica -> replica.status().leader() == replica.id())
                .sorted(Comparator.comparingLong(
                                (SimulatedReplica replica) -> replica.status().view())
                        .reversed())
                .mapToInt(SimulatedReplica::id)
                .findFirst();
    }

    /** An operator asks the leader, if there is one, to hand over to this replica. */
    public void transferLeadership(int to) {
        leader().ifPresent(leader -> replica(leader).ask(id -> new Event.LeadershipTransferRequested(id, to)));
    }

    /** An operator asks the leader, if there is one, to make the group another one. */
    public void changeMembership(List<Integer> voters, List<Integer> learners) {
        leader().ifPresent(leader -> replica(leader).ask(id -> new Event.MembershipRequested(id, voters, learners)));
    }

    /** Stops a replica without warning; its durable records stay. */
    public void crash(int id) {
        disturbed();
        replica(id).crash();
    }

    /** Stops a replica that will not come back. */
    public void crashForGood(int id) {
        crash(id);
        replica(id).retire();
    }

    /** Has something happen later. */
    public void after(long millis, Runnable action) {
        queue.after(millis * 1000, action);
    }

    /** Has a replica lose power in the middle of the durable write after so many more. */
    public void losePowerAfterBarriers(int id, int barriers) {
        failDisk(id, DiskFault.POWER, barriers);
    }

    /**
     * Has a replica's disk fail, once, in a later access of the kind that the fault strikes; unless the replica is started
     * anew before, with a disk that works. {@link DiskFault#READ} waits for that start.
     *
     * @param successes how many accesses of that kind still succeed
     */
    public void failDisk(int id, DiskFault fault, int successes) {
        replica(id).failDisk(fault, successes);
    }

    /** Stops a replica without warning and empties its disk: it forgets even where it may have voted. */
    public void crashAndWipe(int id) {
        disturbed();
        replica(id).wipeDisk();
    }

    /** Starts a replica with its whole log, stopping it first if it runs. */
    public void restart(int id) {
        disturbed();
        replica(id).restart(false);
    }

    /** Starts a replica that remembers only where it may have voted. */
    public void restartWithAmnesia(int id) {
        disturbed();
        replica(id).restart(true);
    }

    /** Lets nothing happen at a replica for a while. */
    public void pause(int id, long millis) {
        disturbed();
        replica(id).pause();
        queue.after(millis * 1000, () -> {
            disturbed();
            replica(id).resume();
        });
    }

    /** From now on so many seconds pass by a replica's clock in one. */
    public void setClockRate(int id, double rate) {
        replica(id).setClockRate(rate);
    }

    /** The date of a replica's clock is set back. */
    public void setClockBack(int id, long millis) {
        replica(id).setClockBack(millis);
    }

    /** Nothing gets through between these two replicas for a while; both hear all others. */
    public void separate(long millis, int one, int other) {
        network.cut(now(), now() + millis * 1000, one, other);
    }

    /** The scheduler of the asynchronous network gives up: whatever is on its way arrives. */
    public void endAsynchrony() {
        disturbed();
        held.ifPresent(HeldMessages::stop);
    }

    /** Cuts these replicas off from all others and from the clients for a while. */
    public void isolate(long millis, Integer... ids) {
        network.cut(now(), now() + millis * 1000, Set.of(ids));
    }

    /** Cuts these replicas off from all other replicas for a while; clients reach everybody. */
    public void split(long millis, List<Integer> ids) {
        for (int one : ids) {
            for (int other = 0; other < replicas.size(); other++) {
                if (!ids.contains(other)) {
                    separate(millis, one, other);
                }
            }
        }
    }

    private void disturbed() {
        disturbedMicros = now();
    }

    // ---- what a run asks ----

    /** The correct replicas that run. */
    Stream<SimulatedReplica> correctReplicas() {
        return replicas.stream().filter(replica -> replica.isCorrect() && replica.isUp());
    }

    /** Whether nobody is malicious, neither replica nor client. */
    boolean areAllCorrect() {
        return faultyClients.isEmpty() && replicas.stream().allMatch(SimulatedReplica::isCorrect);
    }

    List<SimulatedReplica> replicas() {
        return replicas;
    }

    List<SimulatedClient> allClients() {
        return clients;
    }

    SimulatedNetwork network() {
        return network;
    }

    boolean stabilizes() {
        return stabilizes;
    }

    /** Whether an adversary is at work. */
    boolean isAsynchronous() {
        return held.filter(HeldMessages::isActive).isPresent();
    }

    /** What an adversary keeps on its way, if there is one. */
    public Optional<HeldMessages> heldMessages() {
        return held;
    }

    /** Milliseconds of virtual time since the start. */
    public long nowMillis() {
        return now() / 1000;
    }

    /** The highest view or term that a correct replica is in. */
    public long highestView() {
        return correctReplicas()
                .mapToLong(replica -> replica.status().view())
                .max()
                .orElse(0);
    }

    /** The highest sequence number that a correct replica has executed. */
    public long highestExecuted() {
        return correctReplicas().mapToLong(SimulatedReplica::lastExecuted).max().orElse(0);
    }

    /** How many calls of clients have returned. */
    public int returnedCalls() {
        int returned = 0;
        for (SimulatedClient client : clients) {
            returned += client.returned();
        }
        return returned;
    }

    boolean areClientsDone() {
        return clients.stream().allMatch(SimulatedClient::isDone);
    }

    /** Whether all correct replicas of the group run and have executed the same. */
    boolean hasConverged() {
        List<SimulatedReplica> members = replicas.stream()
                .filter(replica -> replica.isCorrect()
                        && !replica.isRetired()
                        && checks.protocol().isMember(replica.id()))
                .toList();
        return members.stream().allMatch(SimulatedReplica::isUp)
                && members.stream()
                                .mapToLong(SimulatedReplica::lastExecuted)
                                .distinct()
                                .count()
                        <= 1;
    }

    /** Since when the network and the nodes let the group make progress; {@link #now} while they do not. */
    long calmSinceMicros() {
        if (!stabilizes
                || isAsynchronous()
                || !checks.protocol().canProgress(id -> replicas.get(id).takesPart())) {
            disturbed();
        }
        return Math.max(disturbedMicros, Math.max(stabilizationMicros, network.healedAtMicros()));
    }

    // ---- the world, as nodes see it ----

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
        checks.findings()
                .report(
                        Property.TRUE_EVIDENCE,
                        "replica " + by + " says that correct replica " + replica + " lied: " + text);
    }

    @Override
    public void toReplica(int from, int to, ByteString frame, Origin origin) {
        SimulatedReplica receiver = replicas.get(to);
        PeerId sender = new PeerId.Replica(from);
        Consumer<ByteString> receive = recorder.leaves(
                from,
                to,
                frame,
                receiver::isUp,
                arriving -> receiver.onFrame(sender, arriving, origin.arriving(isSame(arriving, frame))));
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
        if (session.client() < clients.size()) {
            SimulatedClient receiver = clients.get(session.client());
            int to = quorums.replicas() + session.client();
            network.send(from, to, frame, recorder.leaves(from, to, frame, () -> true, arriving -> {
                if (isSame(arriving, frame)) {
                    codecRule.hears(arriving);
                }
                receiver.onFrame(from, session.session(), arriving);
            }));
            recorder.hasLeft(network.dropped());
        }
    }

    @Override
    public Optional<MerkleRegisters.Beginning> tree() {
        return tree;
    }

    @Override
    public void fromClient(SessionId session, int to, ByteString frame, Origin origin) {
        SimulatedReplica receiver = replicas.get(to);
        PeerId sender = new PeerId.ClientSession(session.client(), session.session());
        int from = quorums.replicas() + session.client();
        network.send(
                from,
                to,
                frame,
                recorder.leaves(
                        from,
                        to,
                        frame,
                        receiver::isUp,
                        arriving -> receiver.onFrame(sender, arriving, origin.arriving(isSame(arriving, frame)))));
        recorder.hasLeft(network.dropped());
    }
}
