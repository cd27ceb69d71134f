package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.NestedVerifier;

/** Authenticators that anybody could compute, but that depend on every byte of what they stand for. */
final class FakeSignatures {

    /** Accepts what {@link #sign} makes and nothing else. */
    static final NestedVerifier VERIFIER = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return sign(new NodeId.Replica(sender), type, payload).equals(authenticator);
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return Optional.of(RequestProof.SIGNED)
                    .filter(proof ->
                            sign(new NodeId.Client(client), type, payload).equals(authenticator));
        }
    };

    static final NestedVerifier ACCEPT_ALL = constant(true);

    static final NestedVerifier REFUSE_ALL = constant(false);

    private FakeSignatures() {}

    static ByteString sign(NodeId sender, int type, ByteString payload) {
        MessageDigest sha256 = Digest.sha256();
        sha256.update((byte) (sender instanceof NodeId.Replica ? 1 : 2));
        sha256.update(ByteBuffer.allocate(8).putInt(sender.id()).putInt(type).flip());
        sha256.update(payload.asReadOnlyByteBuffer());
        return ByteString.copyFrom(sha256.digest());
    }

    static Envelope seal(NodeId sender, Message message) {
        int type = MessageCodec.type(message);
        ByteString payload = MessageCodec.encodePayload(message);
        return new Envelope(sender, type, payload, sign(sender, type, payload));
    }

    static <M extends Message> Authenticated<M> signed(int replica, M message) {
        Envelope envelope = seal(new NodeId.Replica(replica), message);
        return new Authenticated<>(replica, message, envelope.payload(), envelope.authenticator());
    }

    static Request request(SessionId session, long number, RetrySemantics semantics, ByteString operation) {
        ByteString payload = MessageCodec.encodeRequestPayload(session, number, semantics, operation);
        ByteString signature = sign(new NodeId.Client(session.client()), MessageType.REQUEST_VALUE, payload);
        return Request.of(session, number, semantics, operation, payload, signature);
    }

    private static NestedVerifier constant(boolean verdict) {
        return new NestedVerifier() {
            @Override
            public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
                return verdict;
            }

            @Override
            public Optional<RequestProof> verifyClient(
                    int client, int type, ByteString payload, ByteString authenticator) {
                return verdict ? Optional.of(RequestProof.SIGNED) : Optional.empty();
            }
        };
    }
}
