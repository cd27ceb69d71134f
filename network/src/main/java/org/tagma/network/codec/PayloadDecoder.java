package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.Message;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.QueryPayload;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.RejectionReason;

/** Decodes payloads: those of clients here, the others as their kinds say. Immutable and thread-safe. */
final class PayloadDecoder {

    private static final StrictParser<QueryPayload> QUERY = new StrictParser<>(QueryPayload.parser());
    private static final StrictParser<ReplyPayload> REPLY = new StrictParser<>(ReplyPayload.parser());

    private final MessageTable table;
    private final CodecLimits limits;

    PayloadDecoder(MessageTable table, CodecLimits limits) {
        this.table = table;
        this.limits = limits;
    }

    Message decode(Envelope envelope, NestedVerifier verifier) throws InvalidMessageException {
        PartDecoder.checkSenderKind(envelope);
        DecodeContext context = new DecodeContext(limits, verifier);
        return switch (envelope.type()) {
            case MessageType.REQUEST_VALUE -> PartDecoder.request(envelope, context, RejectionReason.BAD_AUTHENTICATOR);
            case MessageType.QUERY_VALUE -> query(envelope);
            case MessageType.REPLY_VALUE -> reply(envelope.sender(), envelope.payload());
            default -> betweenReplicas(envelope, context);
        };
    }

    private Message betweenReplicas(Envelope envelope, DecodeContext context) throws InvalidMessageException {
        MessageKind<?> kind = table.messageOf(envelope.type());
        if (kind == null) {
            throw new InvalidMessageException(RejectionReason.UNKNOWN_TYPE, "message type " + envelope.type());
        }
        return kind.decoder().decode(envelope.payload(), context);
    }

    private Message query(Envelope envelope) throws InvalidMessageException {
        QueryPayload payload = QUERY.parse(envelope.payload());
        PartDecoder.sameClient(envelope.sender().id(), payload.getClient());
        return new ClientMessage.Query(
                Checks.session(payload.getClient(), payload.getSession()),
                Checks.counter("number", payload.getNumber()),
                PartDecoder.operation(payload.getOperation(), limits));
    }

    /** The length of a result has no limit of its own: what a replica may send is bounded by the frame. */
    private static Message reply(NodeId replica, ByteString bytes) throws InvalidMessageException {
        ReplyPayload payload = REPLY.parse(bytes);
        return new ClientMessage.Reply(
                replica.id(),
                Checks.counter("view", payload.getView()),
                Checks.atMost("primary", payload.getPrimary(), CodecLimits.MAX_NODES) - 1,
                Checks.session(payload.getClient(), payload.getSession()),
                Codes.decode(payload.getKind()),
                Checks.counter("number", payload.getNumber()),
                Codes.decode(payload.getStatus()),
                payload.getResult(),
                Checks.counter("since", payload.getSince()),
                Checks.counter("until", payload.getUntil()));
    }
}
