package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.wire.BatchPart;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.RequestPayload;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.RejectionReason;

/**
 * Decodes the messages that are found inside others, and what messages and log records have in common. What nests has a
 * fixed depth: a batch holds requests, and a signed message what its own decoder reads.
 */
public final class PartDecoder {

    private static final StrictParser<RequestPayload> REQUEST = new StrictParser<>(RequestPayload.parser());

    private PartDecoder() {}

    /** @param ifRefused the reason to give if the verifier says no */
    static Request request(Envelope envelope, DecodeContext context, RejectionReason ifRefused)
            throws InvalidMessageException {
        int client = envelope.sender().id();
        RequestPayload payload = REQUEST.parse(envelope.payload());
        sameClient(client, payload.getClient());
        SessionId session = Checks.session(client, payload.getSession());
        long number = Checks.positive("number", payload.getNumber());
        RetrySemantics semantics = Codes.decode(payload.getSemantics());
        long acknowledged = acknowledged(semantics, number, payload.getUnacknowledged());
        ByteString operation = operation(payload.getOperation(), context.limits());
        RequestProof proof = context.verifier()
                .verifyClient(client, envelope.type(), envelope.payload(), envelope.authenticator())
                .orElseThrow(() ->
                        new InvalidMessageException(ifRefused, "a request that client " + client + " did not make"));
        return Request.of(
                        session,
                        number,
                        semantics,
                        acknowledged,
                        operation,
                        envelope.payload(),
                        envelope.authenticator())
                .provedBy(proof);
    }

    private static long acknowledged(RetrySemantics semantics, long number, long unacknowledged)
            throws InvalidMessageException {
        if (unacknowledged < 0 || unacknowledged >= number || (unacknowledged > 0 && !semantics.isFifo())) {
            throw Checks.badValue("request " + number + " with " + unacknowledged + " not acknowledged before it");
        }
        return semantics.isFifo() ? number - 1 - unacknowledged : 0;
    }

    static ByteString operation(ByteString operation, CodecLimits limits) throws InvalidMessageException {
        return Checks.sizeAtMost("bytes of an operation", operation, limits.maxOperationBytes());
    }

    static void sameClient(int sender, int client) throws InvalidMessageException {
        if (sender != client) {
            throw new InvalidMessageException(RejectionReason.WRONG_SENDER, "another client's session");
        }
    }

    /** A batch of verified requests. */
    public static Batch batch(BatchPart part, DecodeContext context) throws InvalidMessageException {
        long timeMillis = Checks.counter("time", part.getTimeMillis());
        int count = Checks.atMost(
                "requests in a batch", part.getRequestsCount(), context.limits().maxBatchRequests());
        if (part.getNullBatch()) {
            if (timeMillis != 0 || count != 0) {
                throw Checks.badValue("a null batch with contents");
            }
            return Batch.NULL;
        }
        List<Request> requests = new ArrayList<>(count);
        for (org.tagma.network.wire.Envelope nested : part.getRequestsList()) {
            Envelope envelope = nested(nested, MessageType.REQUEST_VALUE);
            requests.add(request(envelope, context, RejectionReason.BAD_NESTED_AUTHENTICATOR));
        }
        return Batch.of(timeMillis, requests);
    }

    /**
     * A message of a replica that it signed. The outer signature comes before what is inside: a forged view change must
     * not cost the checks of its contents.
     */
    public static <M extends Message> Authenticated<M> signed(
            org.tagma.network.wire.Envelope part, MessageKind<M> kind, DecodeContext context)
            throws InvalidMessageException {
        Envelope envelope = nested(part, kind.type());
        int replica = envelope.sender().id();
        if (!context.verifier().verifyReplica(replica, kind.type(), envelope.payload(), envelope.authenticator())) {
            throw new InvalidMessageException(
                    RejectionReason.BAD_NESTED_AUTHENTICATOR, "a message that replica " + replica + " did not sign");
        }
        M message = kind.decoder().decode(envelope.payload(), context);
        return new Authenticated<>(replica, message, envelope.payload(), envelope.authenticator());
    }

    private static Envelope nested(org.tagma.network.wire.Envelope part, int type) throws InvalidMessageException {
        Envelope envelope = EnvelopeCodec.decode(part);
        if (envelope.type() != type) {
            throw Checks.badValue("message type " + envelope.type() + " where " + type + " belongs");
        }
        checkSenderKind(envelope);
        return envelope;
    }

    /** Clients send requests and queries, replicas all else. */
    static void checkSenderKind(Envelope envelope) throws InvalidMessageException {
        boolean ofClient = envelope.type() == MessageType.REQUEST_VALUE || envelope.type() == MessageType.QUERY_VALUE;
        if (ofClient != envelope.sender() instanceof NodeId.Client) {
            throw new InvalidMessageException(
                    RejectionReason.WRONG_SENDER, "message type " + envelope.type() + " from " + envelope.sender());
        }
    }
}
