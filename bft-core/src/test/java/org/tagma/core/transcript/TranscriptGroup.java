package org.tagma.core.transcript;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.TimerId;

/**
 * A group of protocols of whatever kind, over a network that keeps the order of messages and loses only what it is told
 * to lose; everything that a replica does is written down in a line.
 */
final class TranscriptGroup {

    private record InFlight(int from, int to, Message message) {}

    private static final int MAX_DELIVERIES = 10_000;

    private final IntFunction<Protocol> factory;
    private final TreeMap<Integer, Protocol> replicas = new TreeMap<>();
    private final TreeMap<Integer, List<LogRecord>> logs = new TreeMap<>();
    private final TreeMap<Integer, TimerId> timers = new TreeMap<>();
    private final List<Integer> ids;
    private final List<InFlight> network = new ArrayList<>();
    private final TranscriptLines lines = new TranscriptLines();
    private List<Integer> separated = List.of();
    private long timeMillis = 1_000_000;

    TranscriptGroup(int size, IntFunction<Protocol> factory) {
        this.factory = factory;
        this.ids = IntStream.range(0, size).boxed().toList();
        for (int id : ids) {
            logs.put(id, new ArrayList<>());
            replicas.put(id, factory.apply(id));
            step(id, new Event.Recovered(Event.RecoveredLog.empty()));
        }
    }

    List<Integer> ids() {
        return ids;
    }

    List<String> takeLines() {
        return lines.take();
    }

    /** What is not worth a line: kinds of messages, "records" for what is persisted, "rejections". */
    void hide(List<String> kinds) {
        lines.hide(kinds);
    }

    void step(int id, Event first) {
        ArrayDeque<Event> events = new ArrayDeque<>(List.of(first, new Event.QueueDrained(timeMillis)));
        while (!events.isEmpty() && replicas.containsKey(id)) {
            for (Action action : replicas.get(id).step(events.poll())) {
                perform(id, action, events);
            }
        }
    }

    private void perform(int id, Action action, ArrayDeque<Event> events) {
        if (action instanceof Action.Broadcast broadcast) {
            ids.stream().filter(to -> to != id).forEach(to -> send(id, to, broadcast.message()));
            events.add(received(id, broadcast.message()));
        } else if (action instanceof Action.Send send && send.to() == id) {
            events.add(received(id, send.message()));
        } else if (action instanceof Action.Send send) {
            send(id, send.to(), send.message());
        } else if (action instanceof Action.Forward forward) {
            send(id, forward.to(), forward.message().message());
        } else if (action instanceof Action.Relay relay) {
            send(id, relay.to(), relay.request());
        } else if (action instanceof Action.Persist persist) {
            logs.get(id).add(persist.record());
            lines.persisted(id, persist.record());
        } else if (action instanceof Action.SetTimer timer) {
            timers.put(id, timer.timer());
        } else if (action instanceof Action.Commit commit) {
            lines.executed(id, commit.sequence(), commit.batch());
            events.add(new Event.Executed(
                    commit.sequence(),
                    commit.batch().requests().stream()
                            .map(request -> new Event.RequestOutcome(request, true))
                            .toList()));
        } else if (action instanceof Action.TakeCheckpoint checkpoint) {
            events.add(new Event.CheckpointTaken(
                    checkpoint.sequence(), Digest.of(ByteString.copyFromUtf8("" + checkpoint.sequence()))));
        } else {
            lines.other(id, action);
        }
    }

    private static Event received(int from, Message message) {
        return new Event.MessageReceived(new Authenticated<>(from, message, ByteString.EMPTY, ByteString.EMPTY));
    }

    private void send(int from, int to, Message message) {
        boolean lost = separated.contains(from) != separated.contains(to) || !replicas.containsKey(to);
        lines.sent(from, to, message, lost);
        if (!lost) {
            network.add(new InFlight(from, to, message));
        }
    }

    /** Delivers in the order of sending: of one kind what is under way now, of all kinds until nothing is under way. */
    void deliver(String kind, List<Integer> from, List<Integer> to) {
        int budget = kind.isEmpty() ? MAX_DELIVERIES : network.size();
        Optional<InFlight> next = next(kind, from, to);
        while (next.isPresent() && budget-- > 0) {
            network.remove(next.get());
            InFlight message = next.get();
            if (message.message() instanceof org.tagma.core.protocol.Request request) {
                step(message.to(), new Event.RequestReceived(request, message.from()));
            } else {
                step(message.to(), received(message.from(), message.message()));
            }
            next = next(kind, from, to);
        }
    }

    void lose(String kind, List<Integer> from, List<Integer> to) {
        for (Optional<InFlight> next = next(kind, from, to); next.isPresent(); next = next(kind, from, to)) {
            network.remove(next.get());
        }
    }

    private Optional<InFlight> next(String kind, List<Integer> from, List<Integer> to) {
        return network.stream()
                .filter(each -> kind.isEmpty()
                        || each.message().getClass().getSimpleName().equals(kind))
                .filter(each -> from.contains(each.from()) && to.contains(each.to()))
                .findFirst();
    }

    void cut(List<Integer> side) {
        separated = side;
        network.removeIf(each -> side.contains(each.from()) != side.contains(each.to()));
    }

    /** Time passes for some, all the same amount; what they say meanwhile is delivered to nobody yet. */
    void tick(int ticks, List<Integer> at) {
        for (int i = 0; i < ticks; i++) {
            timeMillis += 50;
            for (int id : at) {
                if (replicas.containsKey(id)) {
                    step(id, new Event.TimerFired(timers.get(id)));
                }
            }
        }
    }

    void crash(int id) {
        replicas.remove(id);
        network.removeIf(each -> each.to() == id);
    }

    /** Starts a replica with all that it made durable. */
    void restart(int id) {
        replicas.put(id, factory.apply(id));
        step(id, new Event.Recovered(new Event.RecoveredLog(logs.get(id), Event.LogIntegrity.COMPLETE)));
    }

    void tellStatus() {
        replicas.forEach((id, protocol) -> {
            ProtocolStatus status = protocol.status();
            lines.add(id + " is in view or term " + status.view() + ", " + status.mode() + ", committed up to "
                    + status.lastCommitted());
        });
    }
}
