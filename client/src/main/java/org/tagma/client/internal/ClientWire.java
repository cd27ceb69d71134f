package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;

/** What a client says, authenticated and encoded, and what it hears. Thread-safe. */
public final class ClientWire {

    /** A well-formed reply whose authenticator has not been checked. */
    public record Incoming(Reply reply, Envelope envelope) {

        /** Whether the replica at the other end of the connection says it in its own name. */
        public boolean isFrom(int replica) {
            return reply.replica() == replica && envelope.sender().equals(new NodeId.Replica(replica));
        }
    }

    /** A reply holds nothing of others. */
    private static final NestedVerifier REFUSE_ALL = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return false;
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return Optional.empty();
        }
    };

    private final NodeId.Client self;
    private final boolean macs;
    private final boolean mustSign;
    private final boolean maySign;
    private final Authentication authentication;
    private final MessageCodec codec;

    public ClientWire(ClientSetup setup, Authentication authentication) {
        this.self = new NodeId.Client(setup.clientId());
        if (!authentication.self().equals(self)) {
            throw new IllegalArgumentException(self + " cannot speak as " + authentication.self());
        }
        this.macs = setup.authentication().putsVectorOnRequests();
        this.mustSign = setup.authentication().mustSignRequests();
        this.maySign = setup.authentication().maySignRequests(setup.protocol().faultModel());
        this.authentication = authentication;
        // Results are bounded by the frame they come in.
        int frameBound = Integer.MAX_VALUE;
        this.codec =
                new MessageCodec(new CodecLimits(1, frameBound, setup.quorums().replicas(), 1, frameBound, frameBound));
    }

    /** The payload of a new request. */
    public ByteString requestPayload(
            long session, long number, RetrySemantics semantics, long acknowledged, ByteString operation) {
        return MessageCodec.encodeRequestPayload(
                new SessionId(self.id(), session), number, semantics, acknowledged, operation);
    }

    /**
     * Whether a request is signed.
     *
     * @param wanted whether replicas that may lie would not take it, or not pass it on, without
     */
    public boolean signs(boolean wanted) {
        return mustSign || (maySign && wanted);
    }

    /** The frame of a request. */
    public ByteString request(ByteString payload, boolean signed) {
        RequestAuthenticator authenticator = RequestAuthenticator.of(authentication, payload, macs, signed);
        return MessageCodec.envelope(self, MessageType.REQUEST_VALUE, payload, authenticator.bytes());
    }

    /** The frame of a query. */
    public ByteString query(long session, long number, ByteString operation) {
        ByteString payload =
                MessageCodec.encodePayload(new Query(new SessionId(self.id(), session), number, operation));
        ByteString authenticator = authentication.macVector(MessageType.QUERY_VALUE, payload);
        return MessageCodec.envelope(self, MessageType.QUERY_VALUE, payload, authenticator);
    }

    /** Takes a frame apart; empty if it is not a well-formed reply. */
    public Optional<Incoming> decode(ByteString frame) {
        return MessageCodec.parseEnvelope(frame)
                .asOptional()
                .filter(envelope -> envelope.type() == MessageType.REPLY_VALUE)
                .flatMap(envelope -> codec.decode(envelope, REFUSE_ALL)
                        .asOptional()
                        .map(message -> new Incoming((Reply) message, envelope)));
    }

    /** Whether its sender made it for this client. */
    public boolean isAuthentic(Incoming incoming) {
        Envelope envelope = incoming.envelope();
        return authentication.verifyMac(
                envelope.sender(), MessageType.REPLY_VALUE, envelope.payload(), envelope.authenticator());
    }
}
