package org.tagma.client;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;

/** A replica that orders nothing and answers every authentic request and query with its operation, or with a lie. */
final class EchoReplica implements FrameHandler, NestedVerifier {

    private static final MessageCodec CODEC = new MessageCodec(new CodecLimits(1, 1 << 20, 4, 1, 1, 1));

    private final Authentication authentication;
    private final Transport transport;
    private final boolean lies;

    EchoReplica(Authentication authentication, Transport transport, boolean lies) {
        this.authentication = authentication;
        this.transport = transport;
        this.lies = lies;
    }

    @Override
    public Disposition onFrame(PeerId from, ByteString frame) {
        Envelope envelope = MessageCodec.parseEnvelope(frame).asOptional().orElseThrow();
        Message message = CODEC.decode(envelope, this).asOptional().orElseThrow();
        if (message instanceof Request request) {
            reply(from, request.session(), RequestKind.FIFO, request.number(), request.operation());
        } else if (message instanceof Query query
                && authentication.verifyMacVector(
                        envelope.sender(), envelope.type(), envelope.payload(), envelope.authenticator())) {
            reply(from, query.session(), RequestKind.QUERY, query.number(), query.operation());
        }
        return Disposition.KEEP;
    }

    private void reply(PeerId to, SessionId session, RequestKind kind, long number, ByteString operation) {
        int self = authentication.self().id();
        ByteString result = lies ? ByteString.copyFromUtf8("lie") : operation;
        ByteString payload =
                MessageCodec.encodePayload(new Reply(self, 0, 0, session, kind, number, ReplyStatus.OK, result));
        ByteString mac = authentication.mac(to.toNodeId(), MessageType.REPLY_VALUE, payload);
        transport.send(to, MessageCodec.envelope(authentication.self(), MessageType.REPLY_VALUE, payload, mac));
    }

    @Override
    public void onReadComplete() {
        transport.flush();
    }

    @Override
    public void onPeerUp(PeerId peer) {}

    @Override
    public void onPeerDown(PeerId peer) {}

    @Override
    public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
        return false;
    }

    @Override
    public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
        return authentication.verifySignature(new NodeId.Client(client), type, payload, authenticator)
                ? Optional.of(RequestProof.SIGNED)
                : Optional.empty();
    }
}
