package org.tagma.client;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.tagma.client.PendingRequest.Attempt;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;

/** Ordered requests, from the local queue to the agreed reply. Not thread-safe. */
final class RequestFlow {

    /** How many numbers of one at-least-once request are listened for; a reply to an older one is late. */
    private static final int MAX_ATTEMPTS = 8;

    private final ClientSetup setup;
    private final ClientOptions options;
    private final ClientWire wire;
    private final ViewEstimate views;
    private final SessionBook sessions;
    private final Completions completions;
    private final ClientCounters counters;
    private final RandomGenerator jitter;

    private final Deque<PendingRequest> queue = new ArrayDeque<>();
    private final Set<PendingRequest> inFlight = new LinkedHashSet<>();
    private long nextOrdinal;
    private long earliestQueuedDeadline = PendingRequest.NEVER;
    private long wakeAt = PendingRequest.NEVER;

    RequestFlow(
            ClientSetup setup,
            ClientOptions options,
            ClientWire wire,
            ViewEstimate views,
            SessionBook sessions,
            Completions completions,
            ClientCounters counters,
            RandomGenerator jitter) {
        this.setup = setup;
        this.options = options;
        this.wire = wire;
        this.views = views;
        this.sessions = sessions;
        this.completions = completions;
        this.counters = counters;
        this.jitter = jitter;
    }

    /** A new call; fails at once if the queue is full. */
    void submit(ByteString operation, RetrySemantics semantics, Completion completion, long now) {
        boolean mustWait = !queue.isEmpty() || !hasRoom(semantics);
        if (mustWait && queue.size() >= options.maxQueued()) {
            completions.later(() -> completion.failed(new OverloadedException(
                    Outcome.NOT_EXECUTED, options.maxQueued() + " calls are waiting to be sent already")));
            return;
        }
        order(operation, semantics, completion, now + options.deadlineMillis(), now);
    }

    /** A call that was accepted before, as a query. */
    void order(ByteString operation, RetrySemantics semantics, Completion completion, long deadlineAt, long now) {
        queue.addLast(new PendingRequest(nextOrdinal++, operation, semantics, completion, deadlineAt));
        queuedUntil(deadlineAt);
        sendQueued(now);
    }

    /** When {@link #tick} has something to do, at the earliest. */
    long wakeAt() {
        return wakeAt;
    }

    void tick(long now) {
        for (PendingRequest request : List.copyOf(inFlight)) {
            if (!request.completed && now >= request.deadlineAt) {
                timedOut(request);
            } else if (now >= request.retryAt && inFlight.contains(request)) {
                sendAgain(request, now);
            }
        }
        expireQueued(now);
        wakeAt = earliestQueuedDeadline;
        for (PendingRequest request : inFlight) {
            wakeAt = Math.min(wakeAt, dueAt(request));
        }
        sendQueued(now);
    }

    boolean awaits(Reply reply) {
        return find(reply) != null;
    }

    /** An authentic reply that is {@link #awaits awaited}. */
    void onReply(Reply reply, long now) {
        Attempt attempt = find(reply);
        if (!reply.status().isAgreed()) {
            attempt.request().refusedBy.set(reply.replica());
            counters.count(ClientCounter.REPLIES);
            return;
        }
        int matching = attempt.tally().add(reply.replica(), reply.status(), reply.result());
        counters.count(matching == 0 ? ClientCounter.DROPPED_DUPLICATE : ClientCounter.REPLIES);
        if (matching >= setup.replyQuorum()) {
            accept(attempt, reply.status(), reply.result(), now);
            sendQueued(now);
        }
    }

    /** A primary that cannot be reached cannot order: everyone else must hear of what only it was sent. */
    void onPrimaryLost(Session session, long now) {
        for (PendingRequest request : inFlight) {
            if (!request.sentToAll && request.newestAttempt().session() == session) {
                request.retryAt = now;
                wakeAt = now;
            }
        }
    }

    void close() {
        for (PendingRequest request : inFlight) {
            if (!request.completed) {
                fail(request, new ClientClosedException(Outcome.UNKNOWN, "closed while the request was under way"));
            }
        }
        for (PendingRequest request : queue) {
            if (!request.completed) {
                fail(request, new ClientClosedException(Outcome.NOT_EXECUTED, "closed before the request was sent"));
            }
        }
        inFlight.clear();
        queue.clear();
    }

    private Attempt find(Reply reply) {
        Session session = sessions.find(reply.session().session());
        return session == null ? null : session.find(reply.kind(), reply.number());
    }

    // ---- sending ----

    private boolean hasRoom(RetrySemantics semantics) {
        return sessions.current().hasRoom(RequestKind.of(semantics), options.maxInFlight());
    }

    private void sendQueued(long now) {
        while (!queue.isEmpty() && hasRoom(queue.peekFirst().semantics)) {
            // Removed only then: if something inside breaks, closing the client still finds every call.
            sendFirst(queue.peekFirst(), now);
            queue.removeFirst();
        }
        if (queue.isEmpty()) {
            earliestQueuedDeadline = PendingRequest.NEVER;
        }
    }

    private void sendFirst(PendingRequest request, long now) {
        Session session = sessions.current();
        Attempt attempt = newAttempt(request, session);
        inFlight.add(request);
        counters.count(ClientCounter.SENT);
        request.backOffMillis = options.retryMillis();
        boolean once = request.semantics == RetrySemantics.AT_MOST_ONCE;
        request.retryAt = once ? PendingRequest.NEVER : now + request.backOffMillis;
        wakeAt = Math.min(wakeAt, dueAt(request));
        int primary = views.primary();
        // What is never repeated goes to everyone at once, or one faulty primary could make it vanish.
        request.sentToAll = once || !session.connected.get(primary);
        if (request.sentToAll) {
            sessions.sendToAll(session, attempt.frame());
        } else {
            sessions.send(session, primary, attempt.frame());
        }
    }

    private void sendAgain(PendingRequest request, long now) {
        counters.count(ClientCounter.RETRANSMITTED);
        Attempt attempt = request.semantics == RetrySemantics.AT_LEAST_ONCE
                ? newAttempt(request, sessions.current())
                : request.newestAttempt();
        request.sentToAll = true;
        sessions.sendToAll(attempt.session(), attempt.frame());
        request.backOffMillis = Math.min(ClientOptions.MAX_RETRY_MILLIS, 2 * request.backOffMillis);
        long half = request.backOffMillis / 2;
        request.retryAt = now + request.backOffMillis - half + jitter.nextLong(half + 1);
        wakeAt = Math.min(wakeAt, request.retryAt);
    }

    private Attempt newAttempt(PendingRequest request, Session session) {
        if (request.attempts.size() == MAX_ATTEMPTS) {
            detach(request.attempts.get(0));
        }
        RequestKind kind = RequestKind.of(request.semantics);
        long number = session.takeNumber(kind);
        ByteString frame = wire.request(session.number, number, request.semantics, request.operation);
        ReplyTally tally = new ReplyTally(setup.quorums().replicas());
        Attempt attempt = new Attempt(request, session, kind, number, frame, tally);
        request.attempts.add(attempt);
        session.add(attempt);
        return attempt;
    }

    // ---- agreed replies ----

    private void accept(Attempt attempt, ReplyStatus status, ByteString result, long now) {
        PendingRequest request = attempt.request();
        if (status == ReplyStatus.SESSION_EXPIRED) {
            sessionExpired(attempt.session(), result);
            return;
        }
        if (status == ReplyStatus.STALE_NUMBER && request.semantics == RetrySemantics.AT_LEAST_ONCE) {
            boolean newest = attempt == request.newestAttempt();
            detach(attempt);
            if (newest) {
                sendAgain(request, now);
            }
            return;
        }
        finish(request);
        if (!request.completed) {
            request.completed = true;
            completions.later(() -> Results.complete(request.completion, status, result));
        }
    }

    /** See {@link BftClient} for why what is sent again here was not executed before. */
    private void sessionExpired(Session session, ByteString result) {
        if (result.size() != 2 * Long.BYTES) {
            counters.count(ClientCounter.DROPPED_MALFORMED);
            return;
        }
        ByteBuffer numbers = result.asReadOnlyByteBuffer();
        long newest = numbers.getLong();
        long highestEvicted = numbers.getLong();
        boolean neverOpened = session.number > highestEvicted;
        sessions.expired(session, newest);
        List<PendingRequest> stranded = inFlight.stream()
                .filter(request -> request.attempts.stream().anyMatch(attempt -> attempt.session() == session))
                .sorted(Comparator.comparingLong((PendingRequest request) -> request.ordinal)
                        .reversed())
                .toList();
        for (PendingRequest request : stranded) {
            request.attempts.removeIf(attempt -> attempt.session() == session);
            if (request.attempts.isEmpty()) {
                inFlight.remove(request);
                leaveExpired(request, neverOpened);
            }
        }
    }

    private void leaveExpired(PendingRequest request, boolean neverOpened) {
        if (request.completed) {
            return;
        }
        if (neverOpened || request.semantics == RetrySemantics.AT_LEAST_ONCE) {
            request.refusedBy.clear();
            queue.addFirst(request);
            queuedUntil(request.deadlineAt);
        } else {
            fail(request, new SessionExpiredException("the replicas dropped the session of the request"));
        }
    }

    // ---- endings ----

    private void timedOut(PendingRequest request) {
        boolean refused =
                request.refusedBy.cardinality() >= setup.quorums().weak() || request.refusedBy.get(views.primary());
        String waited = "no " + setup.replyQuorum() + " matching replies within " + options.deadlineMillis() + " ms";
        fail(
                request,
                refused
                        ? new OverloadedException(Outcome.UNKNOWN, waited + "; replicas said that they are overloaded")
                        : new RequestTimeoutException(Outcome.UNKNOWN, waited));
        if (request.semantics == RetrySemantics.EXACTLY_ONCE) {
            Session session = request.newestAttempt().session();
            sessions.abandon(session);
            closeIfIdle(session);
        } else {
            finish(request);
        }
    }

    private void expireQueued(long now) {
        if (now < earliestQueuedDeadline) {
            return;
        }
        earliestQueuedDeadline = PendingRequest.NEVER;
        for (Iterator<PendingRequest> waiting = queue.iterator(); waiting.hasNext(); ) {
            PendingRequest request = waiting.next();
            if (now >= request.deadlineAt) {
                waiting.remove();
                fail(
                        request,
                        new RequestTimeoutException(
                                Outcome.NOT_EXECUTED,
                                "waited in the local queue for " + options.deadlineMillis() + " ms"));
            } else {
                queuedUntil(request.deadlineAt);
            }
        }
    }

    private void finish(PendingRequest request) {
        inFlight.remove(request);
        List.copyOf(request.attempts).forEach(this::detach);
    }

    private void detach(Attempt attempt) {
        attempt.session().remove(attempt);
        attempt.request().attempts.remove(attempt);
        closeIfIdle(attempt.session());
    }

    private void closeIfIdle(Session session) {
        if (sessions.closeIfIdle(session)) {
            // What is left there are requests whose callers have given up, kept for the sake of those after them.
            inFlight.removeIf(request ->
                    request.completed && request.attempts.stream().anyMatch(attempt -> attempt.session() == session));
        }
    }

    private void fail(PendingRequest request, BftClientException failure) {
        request.completed = true;
        completions.later(() -> request.completion.failed(failure));
    }

    private void queuedUntil(long deadlineAt) {
        earliestQueuedDeadline = Math.min(earliestQueuedDeadline, deadlineAt);
        wakeAt = Math.min(wakeAt, deadlineAt);
    }

    private static long dueAt(PendingRequest request) {
        return request.completed ? request.retryAt : Math.min(request.retryAt, request.deadlineAt);
    }
}
