package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.function.Supplier;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Request;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.ReplyStatusCode;
import org.tagma.network.wire.RequestKindCode;
import org.tagma.simulator.properties.SessionModel.Fate;

/**
 * Holds what correct replicas answer to what became of a request: executed now or before, or too late for its reply,
 * its number or its session. Where all requests of a batch are executed, which is nearly always, it does not look: the
 * results themselves are held against the history by others. Not thread-safe.
 */
final class AnswerChecker {

    /** What one replica is about to answer. */
    private static final class Due {
        OrderedBatch batch;
        int index;
        Request resent;
        /** Empty if it cannot be told: the replica is not where the order ends. */
        Optional<Fate> fate = Optional.empty();

        int answers;
    }

    private final Violations violations;
    private final SessionModel sessions;
    private final Due[] due;

    AnswerChecker(Violations violations, SessionModel sessions, int replicas) {
        this.violations = violations;
        this.sessions = sessions;
        this.due = new Due[replicas];
        for (int replica = 0; replica < replicas; replica++) {
            due[replica] = new Due();
        }
    }

    /** A replica is about to execute this batch, or one of which nothing is known. */
    void executes(int replica, OrderedBatch batch) {
        due[replica].batch = batch == null || batch.isPlain() ? null : batch;
        due[replica].index = 0;
    }

    /** It has executed it. */
    void executed(int replica) {
        due[replica].batch = null;
    }

    /** A replica is about to answer a request again, if there is something final to say. */
    void resends(int replica, Request request, boolean hasExecutedAll) {
        due[replica].resent = request;
        due[replica].fate = hasExecutedAll ? Optional.of(sessions.judge(request)) : Optional.empty();
        due[replica].answers = 0;
    }

    /** It has done so, or not. */
    void resent(int replica) {
        Due now = due[replica];
        boolean mustAnswer = now.fate
                .filter(fate -> fate == Fate.ANSWERED
                        || fate == Fate.EVICTED
                        || fate == Fate.ANSWERED_OR_EVICTED
                        || fate == Fate.EXPIRED)
                .isPresent();
        if (mustAnswer && now.answers == 0) {
            report(replica, "does not answer " + now.resent + ", which is " + now.fate.get());
        }
        now.resent = null;
    }

    /** A reply to a request leaves. */
    void answers(int replica, ByteString frame) {
        Due now = due[replica];
        if (now.resent != null) {
            now.answers++;
            checkResent(replica, now, read(frame));
        } else if (now.batch != null) {
            checkOrdered(replica, now, read(frame));
        }
    }

    private void checkResent(int replica, Due now, ReplyPayload reply) {
        Request request = now.resent;
        // "Stale" must not overtake the reply to the one execution of that number.
        boolean told = reply.getStatus() != ReplyStatusCode.REPLY_STATUS_STALE_NUMBER
                && now.fate
                        .map(fate -> fate != Fate.EXECUTED
                                && fate != Fate.EARLY
                                && fate != Fate.STALE
                                && says(reply, fate, () -> sessions.expired(request)))
                        .orElse(true);
        if (!told || !isTo(request, reply)) {
            report(replica, "answers " + request + " again with " + said(reply) + ", and it is " + now.fate);
        }
    }

    private void checkOrdered(int replica, Due now, ReplyPayload reply) {
        OrderedBatch batch = now.batch;
        while (now.index < batch.fates().length && batch.fates()[now.index] == Fate.EARLY) {
            now.index++;
        }
        if (now.index == batch.fates().length) {
            report(replica, "answers more than it executed");
            return;
        }
        int index = now.index++;
        Request request = batch.requests().get(index);
        Fate fate = batch.fates()[index];
        if (!isTo(request, reply) || !says(reply, fate, () -> batch.expired().get(index))) {
            report(replica, "answers " + request + " with " + said(reply) + ", and it is " + fate);
        }
    }

    private static boolean says(ReplyPayload reply, Fate fate, Supplier<ByteString> expired) {
        return switch (fate) {
            case EXECUTED, ANSWERED ->
                reply.getStatus() == ReplyStatusCode.REPLY_STATUS_OK
                        || reply.getStatus() == ReplyStatusCode.REPLY_STATUS_REJECTED
                        || reply.getStatus() == ReplyStatusCode.REPLY_STATUS_FAILED;
            case ANSWERED_OR_EVICTED -> says(reply, Fate.ANSWERED, expired) || says(reply, Fate.EVICTED, expired);
            case EVICTED -> reply.getStatus() == ReplyStatusCode.REPLY_STATUS_REPLY_EVICTED;
            case STALE -> reply.getStatus() == ReplyStatusCode.REPLY_STATUS_STALE_NUMBER;
            case EXPIRED ->
                reply.getStatus() == ReplyStatusCode.REPLY_STATUS_SESSION_EXPIRED
                        && reply.getResult().equals(expired.get());
            case EARLY -> false;
        };
    }

    private static boolean isTo(Request request, ReplyPayload reply) {
        boolean fifo = RequestKind.of(request.semantics()) == RequestKind.FIFO;
        return reply.getClient() == request.session().client()
                && reply.getSession() == request.session().session()
                && reply.getNumber() == request.number()
                && fifo == (reply.getKind() == RequestKindCode.REQUEST_KIND_FIFO);
    }

    private static ReplyPayload read(ByteString frame) {
        try {
            return ReplyPayload.parseFrom(Envelope.parseFrom(frame).getPayload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a reply that cannot be read", e);
        }
    }

    private static String said(ReplyPayload reply) {
        return reply.getStatus() + " to number " + reply.getNumber() + " of session " + reply.getSession();
    }

    private void report(int replica, String what) {
        violations.report(Property.SESSIONS, "replica " + replica + " " + what);
    }
}
