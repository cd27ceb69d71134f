package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SnapshotKeeper;

/**
 * A group of protocol state machines over a lossy network of messages, driven from one seed: the protocol alone, with
 * no engine, codec or cryptography. After every step it checks what {@link ClusterChecks} owes.
 */
final class CoreCluster {

    /** What a malicious replica, or a broken network, makes of a message: the messages that go out instead. */
    interface Tamper {
        List<Message> apply(int from, int to, Message message);
    }

    private record Envelope(int from, int to, Authenticated<?> message) {}

    private record Relayed(int from, int to, Request request) {}

    /** More deliveries than any healthy tick needs: the replicas answer each other without end. */
    private static final int MAX_DELIVERIES = 200_000;

    final List<CoreNode> nodes = new ArrayList<>();
    final Random random;
    final ClusterChecks checks = new ClusterChecks();
    /** Replicas that are malicious: what they commit, and how they end, is their own affair. */
    final Set<Integer> faulty = new HashSet<>();

    double dropProbability;
    double duplicateProbability;
    long timeMillis = 1_000_000;
    BiPredicate<Integer, Integer> connected = (from, to) -> true;
    /** What the network does to messages of whatever replica. */
    Tamper tamper = (from, to, message) -> List.of(message);
    /** What is compared around a rejection. */
    ToLongFunction<PbftProtocol> stateHash = protocol -> protocol.stateHash();

    boolean recordsHistory;
    /** What the verification in front of a replica makes of a message. */
    BiFunction<Integer, Message, Message> verification = (to, message) -> message;

    private final UnaryOperator<PbftConfig> configuration;
    private final Map<Integer, Tamper> behaviours = new TreeMap<>();
    private final List<Envelope> network = new ArrayList<>();
    private final List<Relayed> relays = new ArrayList<>();
    private final TreeMap<Long, List<Runnable>> scheduled = new TreeMap<>();
    private final List<Request> submitted = new ArrayList<>();
    private long now;
    private long nextNumber = 1;

    CoreCluster(int replicas, long seed) {
        this(replicas, seed, config -> config);
    }

    CoreCluster(int replicas, long seed, UnaryOperator<PbftConfig> configuration) {
        this.configuration = configuration;
        random = new Random(seed);
        for (int i = 0; i < replicas; i++) {
            nodes.add(new CoreNode(this, i));
        }
        nodes.forEach(node -> node.start(Event.RecoveredLog.empty()));
    }

    PbftConfig config(int id) {
        return configuration.apply(PbftConfig.forTests(id, nodes.size()));
    }

    /** Makes a replica malicious: it runs the honest code, but this is what it says. */
    CoreCluster byzantine(int id, Tamper behaviour) {
        faulty.add(id);
        behaviours.merge(id, behaviour, Byzantine::then);
        return this;
    }

    CoreNode node(int id) {
        return nodes.get(id);
    }

    long view(int id) {
        return node(id).view();
    }

    Stream<CoreNode> correctNodes() {
        return nodes.stream().filter(node -> !node.down && !faulty.contains(node.id));
    }

    // Clients

    static Request request(int client, long session, long number, String operation) {
        ByteString op = ByteString.copyFromUtf8(operation);
        ByteString payload = ByteString.copyFromUtf8(client + "/" + session + "/" + number + "/" + operation);
        return Request.of(
                new SessionId(client, session), number, RetrySemantics.EXACTLY_ONCE, op, payload, ByteString.EMPTY);
    }

    /** The next request of one client, given to every replica that is up. */
    Request submit(String operation) {
        Request request = request(0, 1, nextNumber++, operation);
        submitted.add(request);
        submit(request);
        return request;
    }

    /** The client sends all its requests again, as long as it has to: every so many ticks from now on. */
    void retransmitEvery(int ticks, int upTo) {
        for (int later = ticks; later <= upTo; later += ticks) {
            after(later, () -> submitted.forEach(this::submit));
        }
    }

    void submit(Request request) {
        for (CoreNode node : nodes) {
            if (!node.down) {
                submitTo(node.id, request);
            }
        }
    }

    void submitTo(int replica, Request request) {
        node(replica).step(new Event.RequestReceived(request, -1));
        node(replica).step(new Event.QueueDrained(timeMillis));
    }

    /** Submits a number of requests, one after the other, and delivers what each brings about. */
    void submitAll(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            submit(prefix + i);
            deliverAll();
        }
    }

    // Messages

    static Authenticated<Message> sign(int sender, Message message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    void broadcast(int from, Message message) {
        for (CoreNode node : nodes) {
            if (node.id != from) {
                post(from, node.id, message);
            }
        }
    }

    /** A replica sends a message of its own. */
    void post(int from, int to, Message message) {
        if (!faulty.contains(from)) {
            checks.onSend(from, message);
        }
        Tamper behaviour = behaviours.getOrDefault(from, Byzantine.honest());
        behaviour.apply(from, to, message).forEach(said -> inject(from, to, said));
    }

    /** Puts a message on the network as if {@code from} had said just that. */
    void inject(int from, int to, Message message) {
        tamper.apply(from, to, message).forEach(arriving -> network.add(new Envelope(from, to, sign(from, arriving))));
    }

    /** A replica passes a signed message on: its own, about which it may lie, or another's, which it can only lose. */
    void forward(int from, int to, Authenticated<?> message) {
        if (message.sender() == from) {
            post(from, to, message.message());
        } else if (!tamper.apply(from, to, message.message()).isEmpty()) {
            network.add(new Envelope(from, to, message));
        }
    }

    void relay(int from, int to, Request request) {
        relays.add(new Relayed(from, to, request));
    }

    /** Delivers messages in random order until none is under way. */
    void deliverAll() {
        int budget = MAX_DELIVERIES;
        while (!network.isEmpty() || !relays.isEmpty()) {
            assertThat(budget--).as("the group talks without end").isPositive();
            deliverOne();
        }
    }

    private void deliverOne() {
        int at = random.nextInt(network.size() + relays.size());
        if (at >= network.size()) {
            Relayed relayed = relays.remove(at - network.size());
            deliver(relayed.from, relayed.to, new Event.RequestReceived(relayed.request, relayed.from));
            return;
        }
        Envelope envelope = network.get(at);
        if (random.nextDouble() >= duplicateProbability) {
            network.set(at, network.get(network.size() - 1));
            network.remove(network.size() - 1);
        }
        Authenticated<?> sent = envelope.message;
        Message read = verification.apply(envelope.to, sent.message());
        deliver(envelope.from, envelope.to, new Event.MessageReceived(sign(sent.sender(), read)));
    }

    private void deliver(int from, int to, Event event) {
        if (!node(to).down && connected.test(from, to) && random.nextDouble() >= dropProbability) {
            node(to).step(event);
            node(to).step(new Event.QueueDrained(timeMillis));
        }
    }

    void isolate(Integer... replicas) {
        Set<Integer> alone = new HashSet<>(Arrays.asList(replicas));
        connected = (from, to) -> !alone.contains(from) && !alone.contains(to);
    }

    void heal() {
        connected = (from, to) -> true;
        tamper = Byzantine.honest();
    }

    // Time

    /** Has something done when so many ticks have passed. */
    void after(int ticks, Runnable what) {
        scheduled.computeIfAbsent(now + ticks, tick -> new ArrayList<>()).add(what);
    }

    /** Lets time pass: each tick, everything under way is delivered or lost. */
    void run(int ticks) {
        for (int i = 0; i < ticks; i++) {
            deliverAll();
            tick();
        }
        deliverAll();
    }

    private void tick() {
        timeMillis += config(0).tickMillis();
        now++;
        for (CoreNode node : nodes) {
            if (!node.down) {
                node.step(new Event.TimerFired(PbftTimer.TICK));
                node.step(new Event.QueueDrained(timeMillis));
            }
        }
        while (!scheduled.isEmpty() && scheduled.firstKey() <= now) {
            scheduled.pollFirstEntry().getValue().forEach(Runnable::run);
        }
    }

    /** Runs until every correct replica that is up executed the operation, and says how many ticks that took. */
    int runUntilExecuted(String operation, int maxTicks) {
        for (int tick = 0; tick <= maxTicks; tick++) {
            if (executedEverywhere(operation)) {
                return tick;
            }
            run(1);
        }
        throw new AssertionError(
                operation + " was not executed everywhere within " + maxTicks + " ticks: " + statuses());
    }

    boolean executedEverywhere(String operation) {
        deliverAll();
        return correctNodes().allMatch(node -> node.journal.has(operation));
    }

    // Crashes

    void crash(int id) {
        node(id).down = true;
    }

    /** Starts a replica again with everything it ever persisted. */
    void restart(int id) {
        CoreNode node = node(id);
        List<LogRecord> log = List.copyOf(node.log);
        node.start(node.recovered(log, Event.LogIntegrity.COMPLETE));
        connects(id);
    }

    /** Starts a replica again that remembers only what survives amnesia. */
    void restartWithAmnesia(int id) {
        CoreNode node = node(id);
        Map<Class<?>, LogRecord> newestOfClass = new LinkedHashMap<>();
        node.log.stream().filter(LogRecord::survivesAmnesia).forEach(each -> newestOfClass.put(each.getClass(), each));
        List<LogRecord> newest = List.copyOf(newestOfClass.values());
        node.log.clear();
        node.log.addAll(newest);
        node.keeper = new SnapshotKeeper();
        node.start(node.recovered(newest, Event.LogIntegrity.PARTIAL));
        connects(id);
    }

    /** The others have a new connection to a replica. */
    void connects(int id) {
        nodes.stream()
                .filter(node -> node.id != id && !node.down)
                .forEach(node -> node.step(new Event.PeerConnected(id)));
    }

    /** Starts a replica again whose disk was wiped. */
    void restartWiped(int id, long nonce) {
        CoreNode node = node(id);
        node.log.clear();
        node.wiped = true;
        node.nonce = nonce;
        node.keeper = new SnapshotKeeper();
        node.start(node.recovered(List.of(), Event.LogIntegrity.LOST));
        connects(id);
    }

    // Expectations

    /** All correct replicas that are up executed the same operations, each once. */
    void assertEqualJournals() {
        List<ByteString> longest = List.of();
        for (CoreNode node : correctNodes().toList()) {
            assertThat(node.halted).as("replica %s halted", node.id).isNull();
            List<ByteString> mine = node.journal.operations;
            assertThat(new HashSet<>(mine)).as("each once").hasSameSizeAs(mine);
            int common = Math.min(mine.size(), longest.size());
            assertThat(mine.subList(0, common)).isEqualTo(longest.subList(0, common));
            longest = mine.size() > longest.size() ? mine : longest;
        }
    }

    /** Every correct replica has entered just this view: a later one may hide what went wrong in an earlier one. */
    void assertView(long view) {
        assertThat(correctNodes().map(node -> node.view() + " " + node.mode()))
                .as("%s", statuses())
                .containsOnly(view + " normal");
    }

    /** Some correct replica has this against that replica, and none has anything against a correct one. */
    void assertEvidenceAgainst(int replica, String text) {
        assertThat(correctNodes().flatMap(node -> node.evidence.stream()))
                .anyMatch(evidence -> evidence.startsWith(replica + ": ") && evidence.contains(text));
        assertThat(correctNodes().flatMap(node -> node.evidence.stream()))
                .as("no evidence against a correct replica")
                .allMatch(evidence -> faulty.contains(Integer.parseInt(evidence.substring(0, evidence.indexOf(':')))));
    }

    /** The same events in a fresh protocol give the same actions. */
    void assertDeterministic() {
        for (CoreNode node : nodes) {
            PbftProtocol again = new PbftProtocol(config(node.id));
            for (CoreNode.Turn turn : node.history) {
                assertThat(comparable(again.step(turn.event())))
                        .as("replica %s on %s", node.id, turn.event())
                        .isEqualTo(comparable(turn.actions()));
            }
            assertThat(again.status()).isEqualTo(node.protocol.status());
        }
    }

    /** Without fetched trees, which the digests beside them stand for. */
    private static List<Action> comparable(List<Action> actions) {
        return actions.stream()
                .map(action -> action instanceof Action.InstallState state
                        ? new Action.InstallState(
                                state.sequence(), state.stateDigest(), state.snapshot(), Optional.empty())
                        : action)
                .toList();
    }

    List<String> statuses() {
        return nodes.stream()
                .map(node -> node.id + (node.down ? " down" : " " + node.protocol.status()) + " "
                        + node.announcements.subList(
                                Math.max(0, node.announcements.size() - 4), node.announcements.size()))
                .toList();
    }

    static LongStream seeds(int count) {
        return LongStream.rangeClosed(1, Long.getLong("tagma.seeds", count));
    }
}
