package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.SenderKind;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RejectionReason;

/** Envelopes, alone in a frame or nested in a message. */
final class EnvelopeCodec {

    /** Types must fit in the one byte that they have in the domain prefix of what is authenticated. */
    private static final int MAX_TYPE = 255;

    private static final StrictParser<org.tagma.network.wire.Envelope> PARSER =
            new StrictParser<>(org.tagma.network.wire.Envelope.parser());

    private EnvelopeCodec() {}

    static org.tagma.network.wire.Envelope encode(
            NodeId sender, int type, ByteString payload, ByteString authenticator) {
        return org.tagma.network.wire.Envelope.newBuilder()
                .setTypeValue(type)
                .setSenderKind(sender instanceof NodeId.Replica ? SenderKind.REPLICA : SenderKind.CLIENT)
                .setSender(sender.id())
                .setPayload(payload)
                .setAuthenticator(authenticator)
                .build();
    }

    static org.tagma.network.wire.Envelope encode(Request request) {
        NodeId client = new NodeId.Client(request.session().client());
        return encode(client, MessageType.REQUEST_VALUE, request.payload(), request.authenticator());
    }

    static org.tagma.network.wire.Envelope encode(Authenticated<? extends Message> message) {
        NodeId replica = new NodeId.Replica(message.sender());
        return encode(replica, MessageCodec.type(message.message()), message.payload(), message.authenticator());
    }

    static Envelope decode(ByteString frame) throws InvalidMessageException {
        return decode(PARSER.parse(frame));
    }

    static Envelope decode(org.tagma.network.wire.Envelope envelope) throws InvalidMessageException {
        int type = envelope.getTypeValue();
        if (type < 1 || type > MAX_TYPE) {
            throw new InvalidMessageException(
                    RejectionReason.UNKNOWN_TYPE, "message type " + Integer.toUnsignedString(type));
        }
        return new Envelope(sender(envelope), type, envelope.getPayload(), envelope.getAuthenticator());
    }

    private static NodeId sender(org.tagma.network.wire.Envelope envelope) throws InvalidMessageException {
        int id = Checks.id("sender", envelope.getSender());
        return switch (envelope.getSenderKind()) {
            case REPLICA -> new NodeId.Replica(id);
            case CLIENT -> new NodeId.Client(id);
            case SENDER_KIND_UNSPECIFIED, UNRECOGNIZED -> throw Checks.badValue("unknown kind of sender");
        };
    }
}
