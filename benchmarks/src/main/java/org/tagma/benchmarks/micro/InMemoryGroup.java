package org.tagma.benchmarks.micro;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.TransferLimits;

/**
 * Four PBFT protocols that hand each other messages in memory: no bytes, no proofs, no disk, no service. Not
 * thread-safe.
 */
final class InMemoryGroup {

    private static final int REPLICAS = 4;
    private static final long TIME_MILLIS = 1_000;

    private record Delivery(int to, Event event) {}

    private final List<Protocol> replicas = new ArrayList<>();
    private final Queue<Delivery> deliveries = new ArrayDeque<>();
    private long executed;

    InMemoryGroup(int maxBatchRequests) {
        for (int id = 0; id < REPLICAS; id++) {
            replicas.add(new PbftProtocol(new PbftConfig(
                    id,
                    Quorums.byzantine(REPLICAS),
                    128,
                    512,
                    4,
                    maxBatchRequests,
                    1 << 20,
                    50,
                    20,
                    20,
                    5,
                    60_000,
                    20_000,
                    2_048,
                    256,
                    MemoryBounds.DEFAULT,
                    TransferLimits.DEFAULT)));
            deliveries.add(new Delivery(id, new Event.Recovered(Event.RecoveredLog.empty())));
        }
        run();
    }

    /** Has these ordered and executed by all; returns how many requests all replicas together have executed so far. */
    long order(List<Request> requests) {
        Protocol primary = replicas.get(0);
        for (Request request : requests) {
            perform(0, primary.step(new Event.RequestReceived(request, -1)));
        }
        perform(0, primary.step(new Event.QueueDrained(TIME_MILLIS)));
        run();
        return executed;
    }

    private void run() {
        Delivery next = deliveries.poll();
        while (next != null) {
            Protocol replica = replicas.get(next.to());
            perform(next.to(), replica.step(next.event()));
            perform(next.to(), replica.step(new Event.QueueDrained(TIME_MILLIS)));
            next = deliveries.poll();
        }
    }

    private void perform(int replica, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast) {
                Event received = received(replica, broadcast.message());
                for (int to = 0; to < REPLICAS; to++) {
                    deliveries.add(new Delivery(to, received));
                }
            } else if (action instanceof Action.Send send) {
                deliveries.add(new Delivery(send.to(), received(replica, send.message())));
            } else if (action instanceof Action.Commit commit) {
                List<Request> requests = commit.batch().requests();
                List<RequestOutcome> outcomes = requests.stream()
                        .map(request -> new RequestOutcome(request, true))
                        .toList();
                executed += requests.size();
                deliveries.add(new Delivery(replica, new Event.Executed(commit.sequence(), outcomes)));
            } else if (action instanceof Action.TakeCheckpoint take) {
                deliveries.add(new Delivery(replica, new Event.CheckpointTaken(take.sequence(), Digest.NULL)));
            }
        }
    }

    private static Event received(int sender, Message message) {
        return new Event.MessageReceived(new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY));
    }
}
