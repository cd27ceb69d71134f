package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.RaftTimer;
import org.tagma.core.service.SnapshotKeeper;

/**
 * A group of Raft state machines over a lossy network of messages, driven from one seed: the protocol alone, with no
 * engine and no codec. After every event it checks what {@link RaftChecks} owes.
 */
final class RaftCluster {

    /** Decides whether a message is lost. */
    interface Filter {
        boolean passes(int from, int to, Message message);
    }

    private record Envelope(int from, int to, Event event) {}

    /** More deliveries than any healthy tick needs: the replicas answer each other without end. */
    private static final int MAX_DELIVERIES = 200_000;

    final List<RaftNode> nodes = new ArrayList<>();
    final Random random;
    final RaftChecks checks = new RaftChecks();
    final List<Envelope> network = new ArrayList<>();

    double dropProbability;
    double duplicateProbability;
    long timeMillis = 1_000_000;
    BiPredicate<Integer, Integer> connected = (from, to) -> true;
    Filter filter = (from, to, message) -> true;
    boolean persistsFirst;
    boolean recordsHistory;

    private final Configuration membership;
    private final UnaryOperator<RaftConfig> configuration;
    private final TreeMap<Long, Long> readFloors = new TreeMap<>();
    private long incarnations;
    private long nextNumber = 1;
    private long nextRead = 1;

    RaftCluster(int replicas, long seed) {
        this(replicas, Configuration.ofFirst(replicas), seed, config -> config);
    }

    /** More replicas than are members at first. */
    RaftCluster(int replicas, Configuration membership, long seed, UnaryOperator<RaftConfig> configuration) {
        this.membership = membership;
        this.configuration = configuration;
        random = new Random(seed);
        for (int i = 0; i < replicas; i++) {
            nodes.add(new RaftNode(this, i));
        }
        nodes.forEach(node -> node.start(Event.RecoveredLog.empty(), config(node.id)));
    }

    private RaftConfig config(int id) {
        incarnations++;
        return configuration.apply(RaftConfig.forTests(id, membership, random.nextLong() + incarnations, false));
    }

    RaftNode node(int id) {
        return nodes.get(id);
    }

    Stream<RaftNode> up() {
        return nodes.stream().filter(node -> !node.down);
    }

    // Leaders

    /** The leader of the latest term, if somebody up leads. */
    Optional<RaftNode> leader() {
        return up().filter(RaftNode::leads)
                .max((a, b) -> Long.compare(a.status().term(), b.status().term()));
    }

    /** Runs until somebody leads whom a majority follows, and returns it. */
    RaftNode awaitLeader() {
        runUntil(
                () -> leader().isPresent()
                        && leader().get().status().commitIndex() > 0
                        && leader().get().status().lastTerm()
                                == leader().get().status().term(),
                400);
        return leader().orElseThrow();
    }

    /** Makes this replica the leader, by letting its clock alone go on. */
    RaftNode elect(int id) {
        for (int tick = 0; tick < 200 && !node(id).leads(); tick++) {
            tick(id);
            deliverAll();
        }
        assertThat(node(id).leads()).as("%s", nodes).isTrue();
        return node(id);
    }

    // Clients

    static Request request(int client, long number, String operation) {
        ByteString op = ByteString.copyFromUtf8(operation);
        ByteString payload = ByteString.copyFromUtf8(client + "/" + number + "/" + operation);
        return Request.of(new SessionId(client, 1), number, RetrySemantics.EXACTLY_ONCE, op, payload, ByteString.EMPTY);
    }

    /** The next request of one client, given to one replica. */
    Request submitTo(int replica, String operation) {
        Request request = request(0, nextNumber++, operation);
        give(replica, request);
        return request;
    }

    void give(int replica, Request request) {
        node(replica).step(new Event.RequestReceived(request, -1));
        drain(replica);
    }

    void drain(int replica) {
        node(replica).step(new Event.QueueDrained(timeMillis));
    }

    /** Submits to the leader and delivers what that brings about, one after the other. */
    void submitAll(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            submitTo(leader().orElseThrow().id, prefix + i);
            deliverAll();
        }
    }

    /** A read of a client at a replica. */
    long read(int replica) {
        long id = nextRead++;
        expectRead(id);
        node(replica).step(new Event.ReadReceived(id));
        drain(replica);
        return id;
    }

    /** A read begins: what is committed by now anywhere must be in its answer. */
    void expectRead(long id) {
        readFloors.put(id, checks.lastCommitted());
    }

    void onRead(long id, long executed) {
        assertThat(executed).as("read %s is linearizable", id).isGreaterThanOrEqualTo(readFloors.get(id));
    }

    // Messages

    static Authenticated<Message> sign(int sender, Message message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    void post(int from, int to, Message message) {
        if (filter.passes(from, to, message)) {
            network.add(new Envelope(from, to, new Event.MessageReceived(sign(from, message))));
        }
    }

    /** Puts a message on the network as if {@code from} had sent it. */
    void inject(int from, int to, Message message) {
        network.add(new Envelope(from, to, new Event.MessageReceived(sign(from, message))));
    }

    void relay(int from, int to, Request request) {
        network.add(new Envelope(from, to, new Event.RequestReceived(request, from)));
    }

    /** Delivers messages in random order, and executes, until nothing is left to do. */
    void deliverAll() {
        int budget = MAX_DELIVERIES;
        while (deliverOne()) {
            assertThat(budget--).as("the group talks without end").isPositive();
        }
    }

    /** Does one thing of all that can be done, chosen at random; returns whether there was any. */
    boolean deliverOne() {
        List<RaftNode> executing = nodes.stream().filter(RaftNode::hasExecution).toList();
        if (network.isEmpty() && executing.isEmpty()) {
            return false;
        }
        int at = random.nextInt(network.size() + executing.size());
        if (at >= network.size()) {
            RaftNode node = executing.get(at - network.size());
            node.executeOne();
            drain(node.id);
            return true;
        }
        Envelope envelope = network.get(at);
        if (random.nextDouble() >= duplicateProbability) {
            network.set(at, network.get(network.size() - 1));
            network.remove(network.size() - 1);
        }
        if (!node(envelope.to).down
                && connected.test(envelope.from, envelope.to)
                && random.nextDouble() >= dropProbability) {
            node(envelope.to).step(envelope.event);
            drain(envelope.to);
        }
        return true;
    }

    void isolate(Integer... replicas) {
        Set<Integer> alone = new HashSet<>(Arrays.asList(replicas));
        connected = (from, to) -> alone.contains(from) == alone.contains(to);
    }

    void heal() {
        connected = (from, to) -> true;
        filter = (from, to, message) -> true;
    }

    // Time

    void run(int ticks) {
        for (int i = 0; i < ticks; i++) {
            deliverAll();
            tickAll();
        }
        deliverAll();
    }

    void tickAll() {
        timeMillis += 50;
        nodes.forEach(node -> tick(node.id));
    }

    void tick(int id) {
        if (!node(id).down) {
            node(id).step(new Event.TimerFired(RaftTimer.TICK));
            drain(id);
        }
    }

    void runUntil(BooleanSupplier condition, int maxTicks) {
        for (int tick = 0; !condition.getAsBoolean(); tick++) {
            assertThat(tick).as("%s", nodes).isLessThan(maxTicks);
            run(1);
        }
    }

    // Crashes

    void crash(int id) {
        node(id).down = true;
    }

    /** Starts a replica again with everything it ever persisted. */
    void restart(int id) {
        node(id).start(node(id).log.recover(true, id), config(id));
    }

    /** Starts a replica with a log that some earlier history left: its own vote in the term is not cast. */
    void restartWith(int id, long term, List<Entry> entries) {
        DurableLog log = new DurableLog(false);
        RaftRecord.logOf(term, -1, entries).records().forEach(log::append);
        node(id).log = log;
        restart(id);
    }

    /** Starts a replica again that remembers only what survives amnesia. */
    void restartWithAmnesia(int id) {
        node(id).log.forget();
        node(id).keeper = new SnapshotKeeper();
        node(id).start(node(id).log.recover(false, id), config(id));
    }

    /** Starts a replica again whose disk was wiped. */
    void restartWiped(int id, long nonce) {
        checks.onForgotten(id);
        node(id).log = new DurableLog(true);
        node(id).keeper = new SnapshotKeeper();
        node(id).start(node(id).log.recover(true, nonce), config(id));
    }

    /** The same of one to which the first state that it ever kept was restored, if there was one. */
    void restartFromBackup(int id, long nonce) {
        checks.onForgotten(id);
        node(id).log = new DurableLog(true);
        node(id).keeper = new SnapshotKeeper();
        node(id).backup.ifPresent(backup -> {
            node(id).log.append(new RaftRecord.Snapshotted(backup.meta()));
            node(id).keeper.keep(backup.state());
        });
        node(id).start(node(id).log.recover(true, nonce), config(id));
    }

    // Expectations

    boolean executedEverywhere(String operation) {
        return up().allMatch(node -> node.journal.has(operation));
    }

    /** Nobody executed anything twice, and all executed the same in the same order. */
    void assertEqualJournals() {
        List<ByteString> longest = List.of();
        for (RaftNode node : up().toList()) {
            List<ByteString> mine = node.operations();
            assertThat(new HashSet<>(mine)).as("each once").hasSameSizeAs(mine);
            int common = Math.min(mine.size(), longest.size());
            assertThat(mine.subList(0, common)).isEqualTo(longest.subList(0, common));
            longest = mine.size() > longest.size() ? mine : longest;
        }
    }

    /** The same events in a fresh protocol give the same actions. */
    void assertDeterministic() {
        for (RaftNode node : nodes) {
            RaftProtocol again = new RaftProtocol(node.config);
            for (RaftNode.Turn turn : node.history) {
                List<Action> actions = again.step(turn.event());
                assertThat(actions)
                        .as("replica %s on %s", node.id, turn.event())
                        .isEqualTo(turn.actions());
            }
            assertThat(again.status()).isEqualTo(node.protocol.status());
        }
    }

    static LongStream seeds(int count) {
        return LongStream.rangeClosed(1, Long.getLong("tagma.seeds", count));
    }
}
