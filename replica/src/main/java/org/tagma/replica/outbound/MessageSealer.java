package org.tagma.replica.outbound;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Action.Refusal;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.SignatureRequest;
import org.tagma.network.wire.MessageType;
import org.tagma.replica.settings.AuthenticationPolicy;

/**
 * Encodes and authenticates what this replica says. What others said is passed on byte for byte, never encoded again.
 *
 * <p>Thread-safe.
 */
public final class MessageSealer {

    private final Authentication authentication;
    private final AuthenticationPolicy policy;
    private final NodeId.Replica self;

    /**
     * A sealer for one replica.
     *
     * @throws IllegalArgumentException if the authentication is not a replica's
     */
    public MessageSealer(Authentication authentication, AuthenticationPolicy policy) {
        if (!(authentication.self() instanceof NodeId.Replica replica)) {
            throw new IllegalArgumentException("a replica cannot speak as " + authentication.self());
        }
        this.authentication = authentication;
        this.policy = policy;
        this.self = replica;
    }

    public int self() {
        return self.id();
    }

    /** Whether replicas do not lie: then one of them suffices to answer a client. */
    public boolean singleReply() {
        return policy.trustsReplicas();
    }

    public int replicas() {
        return authentication.replicas();
    }

    /** A message of this replica, with the proof that lets every replica check it. */
    public Authenticated<?> seal(Message message) {
        int type = MessageCodec.type(message);
        ByteString payload = MessageCodec.encodePayload(message);
        return new Authenticated<>(self.id(), message, payload, policy.proveToAll(authentication, type, payload));
    }

    /** A frame with somebody's authenticated message, as it is. */
    public ByteString frameOf(Authenticated<?> sealed) {
        return MessageCodec.envelope(sealed);
    }

    /** A frame with a client's request, as it is. */
    public ByteString frameOf(Request request) {
        return MessageCodec.envelope(request);
    }

    /** A frame with a message of this replica that only the receiver need be able to check. */
    public ByteString frameFor(int receiver, Message message) {
        int type = MessageCodec.type(message);
        ByteString payload = MessageCodec.encodePayload(message);
        return MessageCodec.envelope(self, type, payload, policy.proveTo(receiver, authentication, type, payload));
    }

    /** A frame with a reply, for its client. */
    public ByteString frameOf(Reply reply) {
        ByteString payload = MessageCodec.encodePayload(reply);
        NodeId client = new NodeId.Client(reply.session().client());
        return MessageCodec.envelope(
                self, MessageType.REPLY_VALUE, payload, authentication.mac(client, MessageType.REPLY_VALUE, payload));
    }

    /** A frame that tells a client that its request was refused for now. */
    public ByteString refusal(Request request, Refusal reason, long view, int primary) {
        ReplyStatus status = switch (reason) {
            case OVERLOADED -> ReplyStatus.OVERLOADED;
            case OUT_OF_WINDOW -> ReplyStatus.OUT_OF_WINDOW;
            case NO_LEADER -> ReplyStatus.NO_LEADER;
        };
        return notTaken(request, status, ByteString.EMPTY, view, primary);
    }

    /** A frame that tells a client that its request is not taken without a signature. */
    public ByteString askSignature(Request request, long forMillis, long view, int primary) {
        ByteString result = SignatureRequest.encode(request.digest(), forMillis);
        return notTaken(request, ReplyStatus.SIGNATURE_NEEDED, result, view, primary);
    }

    private ByteString notTaken(Request request, ReplyStatus status, ByteString result, long view, int primary) {
        RequestKind kind = RequestKind.of(request.semantics());
        return frameOf(new Reply(self.id(), view, primary, request.session(), kind, request.number(), status, result));
    }
}
