package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tagma.client.BftClient;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Completion;
import org.tagma.client.call.NotLetInException;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.client.call.SessionExpiredException;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.network.codec.SignatureRequest;
import org.tagma.protocol.ClientPolicy;

/** Ordered requests, from the local queue to the agreed reply. Not thread-safe. */
public final class RequestFlow {

    /** How many numbers of one at-least-once request are listened for; a reply to an older one is late. */
    private static final int MAX_ATTEMPTS = 8;

    private final ClientSetup setup;
    private final ClientOptions options;
    private final ClientWire wire;
    private final ClientPolicy policy;
    private final SessionBook sessions;
    private final Completions completions;
    private final ClientCounters counters;
    private final Dispatch dispatch;
    private final AgreedPipeline pipeline;

    private final WaitingCalls queue = new WaitingCalls();
    private final InFlight inFlight = new InFlight();
    private long nextOrdinal;
    /** Whom the requests under way were last sent to as the leader. */
    private int followed;

    private long wakeAt = PendingRequest.NEVER;

    public RequestFlow(
            ClientSetup setup,
            ClientOptions options,
            ClientWire wire,
            ClientPolicy policy,
            SessionBook sessions,
            Completions completions,
            ClientCounters counters,
            RandomGenerator jitter) {
        this.setup = setup;
        this.options = options;
        this.wire = wire;
        this.policy = policy;
        this.sessions = sessions;
        this.completions = completions;
        this.counters = counters;
        this.dispatch = new Dispatch(policy, wire, setup.quorums().replicas(), options, sessions, counters, jitter);
        this.followed = policy.leader();
        this.pipeline = new AgreedPipeline(options.maxInFlight());
    }

    /** Has no more under way than the group has agreed on; see {@link AgreedPipeline}. */
    public void followAgreedPipeline() {
        pipeline.follow();
    }

    /** A new call; fails at once if the queue is full. */
    public void submit(ByteString operation, RetrySemantics semantics, Completion completion, long now) {
        boolean mustWait = !queue.isEmpty() || !hasRoom(semantics);
        int notUsedYet = options.maxInFlight() - pipeline.room(sessions.current().number);
        if (mustWait && queue.size() >= options.maxQueued() + notUsedYet) {
            completions.later(() -> completion.failed(new OverloadedException(
                    Outcome.NOT_EXECUTED, options.maxQueued() + " calls are waiting to be sent already")));
            return;
        }
        order(operation, semantics, completion, now + options.deadlineMillis(), now);
    }

    /** A call that was accepted before, as a query. */
    public void order(
            ByteString operation, RetrySemantics semantics, Completion completion, long deadlineAt, long now) {
        queue.addLast(new PendingRequest(nextOrdinal++, operation, semantics, completion, deadlineAt));
        sendQueued(now);
    }

    /** When {@link #tick} has something to do, at the earliest. */
    public long wakeAt() {
        return wakeAt;
    }

    public void tick(long now) {
        for (PendingRequest request : inFlight.all()) {
            if (!request.completed && now >= request.deadlineAt) {
                timedOut(request);
            } else if (now >= request.retryAt && inFlight.contains(request)) {
                sendAgain(request, now);
            }
        }
        expireQueued(now);
        wakeAt = queue.dueAt();
        for (PendingRequest request : inFlight.all()) {
            wakeAt = Math.min(wakeAt, request.dueAt());
        }
        sendQueued(now);
    }

    public boolean awaits(Reply reply) {
        return find(reply) != null;
    }

    /** An authentic reply that is {@link #awaits awaited}. */
    public void onReply(Reply reply, long now) {
        Attempt attempt = find(reply);
        if (!reply.status().isAgreed()) {
            counters.count(ClientCounter.REPLIES);
            onRefusal(attempt, reply, now);
            return;
        }
        int matching = attempt.tally().add(reply.replica(), reply.status(), reply.result());
        counters.count(matching == 0 ? ClientCounter.DROPPED_DUPLICATE : ClientCounter.REPLIES);
        if (matching >= policy.replyQuorum()) {
            accept(attempt, reply.status(), reply.result(), now);
            sendQueued(now);
        }
    }

    /** A replica that cannot be reached cannot have ordered what only it was sent: somebody else must hear of it. */
    public void onConnectionLost(Session session, int replica, long now) {
        for (PendingRequest request : inFlight.sent()) {
            boolean onlyThere = request.receivers.get(replica) && request.receivers.cardinality() == 1;
            if (onlyThere && request.isRepeatable() && request.newestAttempt().session() == session) {
                request.retryAt = now;
                wakeAt = now;
            }
        }
    }

    /** If somebody else leads, what is under way goes there at once, in the order of the calls. */
    public void followLeader() {
        if (policy.leader() != followed) {
            followed = policy.leader();
            inFlight.sent().forEach(dispatch::follow);
        }
    }

    private void onRefusal(Attempt attempt, Reply reply, long now) {
        if (reply.status() == ReplyStatus.SIGNATURE_NEEDED) {
            SignatureRequest.decode(reply.result())
                    .filter(asked -> attempt.mayBeAskedToSign(reply.replica(), asked.request()))
                    .ifPresent(asked ->
                            dispatch.signatureNeeded(attempt.session(), reply.replica(), asked.forMillis(), now));
            return;
        }
        PendingRequest request = attempt.request();
        request.refusedLatelyBy.set(reply.replica());
        if (reply.status() != ReplyStatus.NO_LEADER) {
            request.refusedBy.set(reply.replica());
            if (reply.status() == ReplyStatus.OVERLOADED && policy.believesOverload(request.refusedLatelyBy)) {
                inFlight.refused(request);
            }
        } else if (attempt == request.newestAttempt()) {
            dispatch.strandedAt(reply.replica(), request, now);
            wakeAt = Math.min(wakeAt, request.dueAt());
        }
    }

    public void close() {
        for (PendingRequest request : inFlight.all()) {
            if (!request.completed) {
                fail(request, new ClientClosedException(Outcome.UNKNOWN, "closed while the request was under way"));
            }
        }
        queue.removeAll()
                .forEach(request -> fail(
                        request,
                        new ClientClosedException(Outcome.NOT_EXECUTED, "closed before the request was sent")));
        inFlight.clear();
    }

    private Attempt find(Reply reply) {
        Session session = sessions.find(reply.session().session());
        return session == null ? null : session.find(reply.kind(), reply.number());
    }

    // ---- sending ----

    private boolean hasRoom(RetrySemantics semantics) {
        return sessions.current().hasRoom(RequestKind.of(semantics), pipeline.room(sessions.current().number));
    }

    private void sendQueued(long now) {
        for (PendingRequest request : inFlight.withRoom()) {
            if (request.wasSent) {
                numberAgain(request);
            }
            dispatch.first(request, now);
            wakeAt = Math.min(wakeAt, request.dueAt());
        }
        while (!queue.isEmpty() && hasRoom(queue.first().semantics)) {
            // Removed only then: if something inside breaks, closing the client still finds every call.
            sendFirst(queue.first(), now);
            queue.removeFirst();
        }
        wakeAt = Math.min(wakeAt, queue.dueAt());
        if (!queue.isEmpty() && pipeline.mustAsk(sessions.current().number)) {
            askPipeline(now);
        }
    }

    private void askPipeline(long now) {
        ByteString question = pipeline.ask(sessions.current().number);
        Completion answered = pipeline.answer(() -> wakeAt = now);
        sendFirst(
                new PendingRequest(
                        nextOrdinal++, question, RetrySemantics.EXACTLY_ONCE, answered, now + options.deadlineMillis()),
                now);
    }

    private void sendFirst(PendingRequest request, long now) {
        sessions.renewIfIdle(now, options.renewMillis());
        newAttempt(request, sessions.current());
        if (inFlight.add(request)) {
            dispatch.first(request, now);
        }
        wakeAt = Math.min(wakeAt, request.dueAt());
    }

    private void sendAgain(PendingRequest request, long now) {
        numberAgain(request);
        inFlight.sending(request);
        dispatch.again(request, inFlight.isOldest(request), now);
        wakeAt = Math.min(wakeAt, request.retryAt);
    }

    /** What may be executed more than once is sent again under a fresh number. */
    private void numberAgain(PendingRequest request) {
        if (request.semantics == RetrySemantics.AT_LEAST_ONCE) {
            newAttempt(request, sessions.current());
        }
    }

    private void newAttempt(PendingRequest request, Session session) {
        if (request.attempts.size() == MAX_ATTEMPTS) {
            detach(request.attempts.get(0));
        }
        RequestKind kind = RequestKind.of(request.semantics);
        long number = session.takeNumber(kind);
        ByteString payload = wire.requestPayload(
                session.number, number, request.semantics, session.acknowledged(kind), request.operation);
        ReplyTally tally = new ReplyTally(setup.quorums().replicas());
        Attempt attempt = new Attempt(request, session, kind, number, payload, tally);
        request.attempts.add(attempt);
        session.add(attempt);
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
        if (status == ReplyStatus.REPLY_EVICTED) {
            pipeline.replyWasDropped();
        }
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
        List<PendingRequest> stranded = inFlight.all().stream()
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
        } else {
            fail(request, new SessionExpiredException("the replicas dropped the session of the request"));
        }
    }

    // ---- endings ----

    private void timedOut(PendingRequest request) {
        boolean refused = policy.believesOverload(request.refusedBy);
        String waited = nothingWithin(options.deadlineMillis());
        giveUp(
                request,
                refused
                        ? new OverloadedException(Outcome.UNKNOWN, waited + "; replicas said that they are overloaded")
                        : new RequestTimeoutException(Outcome.UNKNOWN, waited));
    }

    /** Ends every call: the replicas let nobody in. */
    public void notLetIn(String reason) {
        inFlight.all().stream()
                .filter(request -> !request.completed)
                .forEach(request -> giveUp(request, new NotLetInException(Outcome.UNKNOWN, reason)));
        queue.removeAll().forEach(request -> fail(request, new NotLetInException(Outcome.NOT_EXECUTED, reason)));
    }

    private void giveUp(PendingRequest request, BftClientException failure) {
        fail(request, failure);
        if (request.semantics == RetrySemantics.EXACTLY_ONCE) {
            Session session = request.newestAttempt().session();
            sessions.abandon(session);
            closeIfIdle(session);
        } else {
            finish(request);
        }
    }

    private String nothingWithin(long millis) {
        int needed = policy.replyQuorum();
        return (needed == 1 ? "no reply" : "no " + needed + " matching replies") + " within " + millis + " ms";
    }

    private void expireQueued(long now) {
        String waited = "waited in the local queue for " + options.deadlineMillis() + " ms";
        queue.removeExpired(now)
                .forEach(request -> fail(request, new RequestTimeoutException(Outcome.NOT_EXECUTED, waited)));
    }

    private void finish(PendingRequest request) {
        inFlight.answered(request);
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
            inFlight.all().stream()
                    .filter(request -> request.completed
                            && request.attempts.stream().anyMatch(attempt -> attempt.session() == session))
                    .forEach(inFlight::remove);
        }
    }

    private void fail(PendingRequest request, BftClientException failure) {
        request.completed = true;
        completions.later(() -> request.completion.failed(failure));
    }
}
