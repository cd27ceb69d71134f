package org.tagma.simulator.exploration;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TimerId;
import org.tagma.protocol.ReplicaContext;
import org.tagma.simulator.SimulatedProtocol;

/**
 * One run: in each round the nodes of a side hear each other, at once and in order, until nobody has anything to say
 * any more, and then a view change's time passes. Each side is asked for something of its own, so that two primaries
 * with one key propose different things. Not thread-safe.
 */
final class TwinsRun {

    private static final int TICK_MILLIS = 50;
    private static final int DELIVERIES_PER_TICK = 5_000;

    private record Delivery(int to, Event event) {}

    private final TwinsScenario scenario;
    private final List<Protocol> nodes = new ArrayList<>();
    /** For each node when its timers run out. */
    private final List<Map<TimerId, Long>> timers = new ArrayList<>();

    private final int ticksPerRound;
    private final ArrayDeque<Delivery> underWay = new ArrayDeque<>();
    private final TreeMap<Long, Digest> committed = new TreeMap<>();
    private int round;
    private long nowMillis = 1_000_000;
    private String violation;

    TwinsRun(TwinsScenario scenario, SimulatedProtocol group) {
        this.scenario = scenario;
        ReplicaContext.Timing timing = group.template().timing();
        this.ticksPerRound = (timing.requestTimeoutMillis() + timing.statusIntervalMillis()) / TICK_MILLIS;
        for (int node = 0; node < scenario.nodes(); node++) {
            nodes.add(group.create(scenario.identity(node), node, Optional.empty()));
            timers.add(new LinkedHashMap<>());
        }
    }

    /** What went wrong, if anything did. */
    Optional<String> run() {
        for (int node = 0; node < nodes.size(); node++) {
            step(node, new Event.Recovered(Event.RecoveredLog.empty()));
        }
        for (round = 0; round < scenario.sides().size() && violation == null; round++) {
            for (int node = 0; node < nodes.size(); node++) {
                step(node, new Event.RequestReceived(request(scenario.side(round, node)), -1));
            }
            for (int tick = 0; tick < ticksPerRound && violation == null; tick++) {
                tick();
            }
        }
        return Optional.ofNullable(violation);
    }

    private Request request(int side) {
        SessionId session = new SessionId(side, round + 1);
        ByteString operation = ByteString.copyFromUtf8("round " + round + ", side " + side);
        return Request.of(session, 1, RetrySemantics.EXACTLY_ONCE, operation, operation, ByteString.EMPTY);
    }

    private void tick() {
        for (int delivered = 0; delivered < DELIVERIES_PER_TICK && violation == null; delivered++) {
            if (underWay.isEmpty()) {
                for (int node = 0; node < nodes.size(); node++) {
                    step(node, new Event.QueueDrained(nowMillis));
                }
                if (underWay.isEmpty()) {
                    break;
                }
            }
            Delivery next = underWay.remove();
            step(next.to, next.event);
        }
        nowMillis += TICK_MILLIS;
        for (int node = 0; node < nodes.size(); node++) {
            for (TimerId timer : List.copyOf(timers.get(node).keySet())) {
                if (timers.get(node).getOrDefault(timer, Long.MAX_VALUE) <= nowMillis) {
                    timers.get(node).remove(timer);
                    step(node, new Event.TimerFired(timer));
                }
            }
        }
    }

    private void step(int node, Event event) {
        List<Action> actions;
        try {
            actions = nodes.get(node).step(event);
        } catch (IllegalStateException broken) {
            if (scenario.isCorrect(node)) {
                violation = "replica " + node + " stops: " + broken.getMessage();
            }
            return;
        }
        actions.forEach(action -> perform(node, action));
    }

    private void perform(int node, Action action) {
        int self = scenario.identity(node);
        if (action instanceof Action.Broadcast broadcast) {
            for (int to = 0; to < scenario.replicas(); to++) {
                send(node, to, said(self, broadcast.message()));
            }
        } else if (action instanceof Action.Send send) {
            send(node, send.to(), said(self, send.message()));
        } else if (action instanceof Action.Forward forward) {
            send(node, forward.to(), new Event.MessageReceived(forward.message()));
        } else if (action instanceof Action.Relay relay) {
            send(node, relay.to(), new Event.RequestReceived(relay.request(), self));
        } else if (action instanceof Action.SetTimer set) {
            timers.get(node).put(set.timer(), nowMillis + set.delayMillis());
        } else if (action instanceof Action.CancelTimer cancel) {
            timers.get(node).remove(cancel.timer());
        } else if (action instanceof Action.Commit commit) {
            commit(node, commit.sequence(), commit.batch());
        } else if (action instanceof Action.TakeCheckpoint checkpoint) {
            Digest state = Digest.of(ByteString.copyFromUtf8(
                    committed.headMap(checkpoint.sequence(), true).toString()));
            underWay.add(new Delivery(node, new Event.CheckpointTaken(checkpoint.sequence(), state)));
        }
    }

    /** No key is needed where every message is made here: a twin may say whatever its replica may. */
    private static Event said(int replica, Message message) {
        return new Event.MessageReceived(new Authenticated<>(replica, message, ByteString.EMPTY, ByteString.EMPTY));
    }

    /** To each node of that replica that is on the same side; the rest is lost, and repeated in a later round. */
    private void send(int from, int replica, Event event) {
        for (int to = 0; to < nodes.size(); to++) {
            boolean itself = replica == scenario.identity(from) && to != from;
            if (scenario.identity(to) == replica && !itself && scenario.side(round, to) == scenario.side(round, from)) {
                underWay.add(new Delivery(to, event));
            }
        }
    }

    private void commit(int node, long sequence, Batch batch) {
        if (scenario.isCorrect(node)) {
            Digest first = committed.putIfAbsent(sequence, batch.digest());
            if (first != null && !first.equals(batch.digest())) {
                violation = "AGREEMENT: replica " + node + " commits " + batch.digest() + " at sequence " + sequence
                        + ", where another committed " + first;
            }
        }
        List<Event.RequestOutcome> outcomes = batch.requests().stream()
                .map(request -> new Event.RequestOutcome(request, true))
                .toList();
        underWay.add(new Delivery(node, new Event.Executed(sequence, outcomes)));
    }
}
