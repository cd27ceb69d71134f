package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tagma.client.call.ClientOptions;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.ReplyStatusCode;
import org.tagma.network.wire.RequestKindCode;
import org.tagma.network.wire.RequestPayload;
import org.tagma.network.wire.SemanticsCode;

/**
 * Holds a correct client to what its calls' semantics say of numbers and retries: one number is one operation; what is
 * to happen at most once is sent once, unless it was refused; what may happen again has a new number each time, and
 * everything else the one it had; and no attempt comes later than the longest pause allows. Not thread-safe.
 */
public final class SentRequests {

    private record Number(long session, boolean fifo, long number) {}

    private record Operation(long session, ByteString operation) {}

    private static final class Sent {
        final Operation operation;
        final BitSet receivers = new BitSet();
        /** Whether it was sent for the first time since the client last came to rest. */
        boolean isNew = true;

        long lastMillis;

        Sent(Operation operation) {
            this.operation = operation;
        }
    }

    private final int client;
    private final boolean repeatsToAll;
    private final Violations violations;
    private final Map<Number, Sent> sent = new HashMap<>();
    private final Map<Operation, Number> numbers = new HashMap<>();
    private final List<Sent> fresh = new ArrayList<>();
    /** Those that somebody did not take for lack of a leader. */
    private final Set<Number> refused = new HashSet<>();
    /** Sessions in which a replica asked for signatures: what is under way there is sent again, signed. */
    private final Set<Long> toBeSigned = new HashSet<>();

    /**
     * Of a client that has sent nothing yet.
     *
     * @param repeatsToAll whether a request goes on to other replicas only when it is repeated; where it follows the
     *     leader, it may come to one twice
     */
    public SentRequests(int client, boolean repeatsToAll, Violations violations) {
        this.client = client;
        this.repeatsToAll = repeatsToAll;
        this.violations = violations;
    }

    /** A frame leaves for a replica. */
    public void sends(long session, int replica, ByteString frame, long nowMillis) {
        try {
            Envelope envelope = Envelope.parseFrom(frame);
            if (envelope.getTypeValue() == MessageType.REQUEST_VALUE) {
                sends(session, replica, RequestPayload.parseFrom(envelope.getPayload()), nowMillis);
            }
        } catch (InvalidProtocolBufferException unreadable) {
            report("sends what is no message");
        }
    }

    /** A frame has arrived; if it is damaged it says nothing. */
    public void hears(ByteString frame) {
        try {
            Envelope envelope = Envelope.parseFrom(frame);
            if (envelope.getTypeValue() == MessageType.REPLY_VALUE) {
                ReplyPayload reply = ReplyPayload.parseFrom(envelope.getPayload());
                if (reply.getStatus() == ReplyStatusCode.REPLY_STATUS_SIGNATURE_NEEDED) {
                    toBeSigned.add(reply.getSession());
                }
                if (reply.getStatus() == ReplyStatusCode.REPLY_STATUS_NO_LEADER) {
                    boolean fifo = reply.getKind() == RequestKindCode.REQUEST_KIND_FIFO;
                    refused.add(new Number(reply.getSession(), fifo, reply.getNumber()));
                }
            }
        } catch (InvalidProtocolBufferException unreadable) {
            // Nor does the client read it.
        }
    }

    private void sends(long session, int replica, RequestPayload request, long nowMillis) {
        boolean fifo = request.getSemantics() == SemanticsCode.SEMANTICS_EXACTLY_ONCE;
        Number number = new Number(session, fifo, request.getNumber());
        Operation operation = new Operation(session, request.getOperation());
        Sent before = sent.computeIfAbsent(number, none -> new Sent(operation));
        if (!before.operation.equals(operation) || request.getSession() != session) {
            report("uses number " + request.getNumber() + " of session " + session + " twice");
        }
        Number other = numbers.putIfAbsent(operation, number);
        Sent first = other == null ? before : sent.get(other);
        checkPause(first, number, request.getSemantics(), nowMillis);
        boolean mayHappenAgain = request.getSemantics() == SemanticsCode.SEMANTICS_AT_LEAST_ONCE;
        if (other != null && !other.equals(number) && !mayHappenAgain) {
            report("sends one operation under two numbers: " + other + " and " + number);
        }
        boolean again = before.receivers.get(replica);
        before.receivers.set(replica);
        if (again && request.getSemantics() == SemanticsCode.SEMANTICS_AT_MOST_ONCE && !refused.contains(number)) {
            report("sends a request again that is to be executed at most once: " + number);
        } else if (again && mayHappenAgain && repeatsToAll && !toBeSigned.contains(session)) {
            report("sends a request again under its old number, though it may be executed more than once: " + number);
        }
    }

    private void checkPause(Sent first, Number number, SemanticsCode semantics, long nowMillis) {
        if (first.isNew && first.receivers.isEmpty()) {
            fresh.add(first);
        } else if (semantics != SemanticsCode.SEMANTICS_AT_MOST_ONCE
                && nowMillis - first.lastMillis > ClientOptions.MAX_RETRY_MILLIS) {
            report("sends a request again after " + (nowMillis - first.lastMillis) + " ms only: " + number);
        }
        first.lastMillis = nowMillis;
    }

    /** The client has done what it does at this moment. */
    public void rests() {
        for (Sent each : fresh) {
            each.isNew = false;
        }
        fresh.clear();
    }

    private void report(String what) {
        violations.report(Property.TRUE_OUTCOMES, "client " + client + " " + what);
    }
}
