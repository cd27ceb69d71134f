package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Function;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Completion;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.Receivers;

/**
 * Reads that skip ordering. The policy says who is asked and how many must say the same: under PBFT all at once and a
 * quorum of them as of one batch, under Raft one after the other until one answers. Where they cannot, the read is
 * ordered like any other request.
 *
 * <p>Not thread-safe.
 */
public final class QueryFlow {

    private record Waiting(ByteString operation, Completion completion, long deadlineAt) {}

    private final ClientSetup setup;
    private final ClientOptions options;
    private final ClientWire wire;
    private final ClientPolicy policy;
    private final SessionBook sessions;
    private final RequestFlow requests;
    private final Completions completions;
    private final ClientCounters counters;

    private final Map<Long, PendingQuery> active = new TreeMap<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long nextNumber = 1;
    private long wakeAt = PendingRequest.NEVER;

    public QueryFlow(
            ClientSetup setup,
            ClientOptions options,
            ClientWire wire,
            ClientPolicy policy,
            SessionBook sessions,
            RequestFlow requests,
            Completions completions,
            ClientCounters counters) {
        this.setup = setup;
        this.options = options;
        this.wire = wire;
        this.policy = policy;
        this.sessions = sessions;
        this.requests = requests;
        this.completions = completions;
        this.counters = counters;
    }

    public void submit(ByteString operation, Completion completion, long now) {
        if (!setup.readOnlyFastPath()) {
            requests.submit(operation, RetrySemantics.EXACTLY_ONCE, completion, now);
            return;
        }
        Waiting query = new Waiting(operation, completion, now + options.deadlineMillis());
        if (active.size() < options.maxInFlight()) {
            send(query, now);
        } else if (waiting.size() < options.maxQueued()) {
            waiting.add(query);
            wakeAt = Math.min(wakeAt, query.deadlineAt());
        } else {
            completions.later(() -> completion.failed(new OverloadedException(
                    Outcome.NOT_EXECUTED, options.maxQueued() + " queries are waiting to be sent already")));
        }
    }

    /** When {@link #tick} has something to do, at the earliest. */
    public long wakeAt() {
        return wakeAt;
    }

    public void tick(long now) {
        for (Map.Entry<Long, PendingQuery> entry : List.copyOf(active.entrySet())) {
            PendingQuery query = entry.getValue();
            if (now >= query.deadlineAt) {
                active.remove(entry.getKey());
                timedOut(query.completion, Outcome.UNKNOWN);
            } else if (now >= query.fallBackAt) {
                query.silent().stream().forEach(policy::silent);
                askOthers(entry.getKey(), query, now);
            }
        }
        // All wait equally long, so the oldest is due first.
        while (!waiting.isEmpty() && now >= waiting.peek().deadlineAt()) {
            timedOut(waiting.remove().completion(), Outcome.NOT_EXECUTED);
        }
        wakeAt = waiting.isEmpty() ? PendingRequest.NEVER : waiting.peek().deadlineAt();
        for (PendingQuery query : active.values()) {
            wakeAt = Math.min(wakeAt, Math.min(query.fallBackAt, query.deadlineAt));
        }
        sendWaiting(now);
    }

    public boolean awaits(Reply reply) {
        PendingQuery query = active.get(reply.number());
        return query != null && query.session.number == reply.session().session();
    }

    /** An authentic reply that is {@link #awaits awaited}. */
    public void onReply(Reply reply, long now) {
        PendingQuery query = active.get(reply.number());
        if (query.answeredBy.get(reply.replica())) {
            counters.count(ClientCounter.DROPPED_DUPLICATE);
            return;
        }
        counters.count(ClientCounter.REPLIES);
        query.answeredBy.set(reply.replica());
        int matching = isAnswer(reply.status()) ? query.tally.add(reply) : 0;
        int needed = policy.queryQuorum();
        BitSet silent = query.silent();
        if (matching >= needed) {
            active.remove(reply.number());
            completions.later(() -> Results.complete(query.completion, reply.status(), reply.result()));
            sendWaiting(now);
        } else if (query.tally.best() + silent.cardinality() < needed) {
            askOthers(reply.number(), query, now);
            sendWaiting(now);
        }
    }

    /** Those asked so far have not answered, or cannot. */
    private void askOthers(long number, PendingQuery query, long now) {
        if (sessions.find(query.session.number) == null) {
            // It expired, or was given up, for what requests met in it.
            query.session = sessions.current();
        }
        BitSet others = policy.queryReceivers(query.asked, query.session.connected);
        if (others.isEmpty()) {
            active.remove(number);
            order(query, now);
        } else {
            ask(number, query, others, now);
        }
    }

    private void ask(long number, PendingQuery query, BitSet receivers, long now) {
        query.asked.or(receivers);
        query.fallBackAt = now + options.retryMillis();
        wakeAt = Math.min(wakeAt, Math.min(query.fallBackAt, query.deadlineAt));
        sessions.send(query.session, receivers, wire.query(query.session.number, number, query.operation));
    }

    /** A replica that cannot be reached does not answer. */
    public void onConnectionLost(Session session, int replica, long now) {
        for (PendingQuery query : active.values()) {
            if (query.session == session && query.silent().equals(Receivers.only(replica))) {
                query.fallBackAt = now;
                wakeAt = now;
            }
        }
    }

    /** Ends every query, whether it was sent or not. */
    public void endAll(Function<Outcome, BftClientException> why) {
        active.values().forEach(query -> fail(query.completion, why.apply(Outcome.UNKNOWN)));
        waiting.forEach(query -> fail(query.completion(), why.apply(Outcome.NOT_EXECUTED)));
        active.clear();
        waiting.clear();
    }

    private void sendWaiting(long now) {
        while (!waiting.isEmpty() && active.size() < options.maxInFlight()) {
            send(waiting.remove(), now);
        }
    }

    private void send(Waiting query, long now) {
        Session session = sessions.current();
        long number = nextNumber++;
        PendingQuery pending = new PendingQuery(
                session,
                query.operation(),
                query.completion(),
                query.deadlineAt(),
                new QueryTally(setup.quorums().replicas()));
        active.put(number, pending);
        counters.count(ClientCounter.SENT);
        ask(number, pending, policy.queryReceivers(pending.asked, session.connected), now);
    }

    private void order(PendingQuery query, long now) {
        counters.count(ClientCounter.QUERIES_ORDERED);
        requests.order(query.operation, RetrySemantics.EXACTLY_ONCE, query.completion, query.deadlineAt, now);
    }

    private void timedOut(Completion completion, Outcome outcome) {
        String message = (policy.queryQuorum() == 1 ? "no answer" : "no quorum of matching replies") + " within "
                + options.deadlineMillis() + " ms";
        fail(completion, new RequestTimeoutException(outcome, message));
    }

    private void fail(Completion completion, BftClientException failure) {
        completions.later(() -> completion.failed(failure));
    }

    private static boolean isAnswer(ReplyStatus status) {
        return status == ReplyStatus.OK || status == ReplyStatus.REJECTED || status == ReplyStatus.FAILED;
    }
}
