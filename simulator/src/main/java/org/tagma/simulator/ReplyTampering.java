package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Message;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.NestedVerifier;
import org.tagma.network.wire.MessageType;
import org.tagma.simulator.byzantine.Misbehaviour;

/** Lets the misbehaviours of a replica work on what it tells its clients; it stays authenticated by that replica. */
final class ReplyTampering {

    /** A reply shows nothing of others. */
    private static final NestedVerifier NOTHING_NESTED = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return false;
        }

        @Override
        public boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return false;
        }
    };

    private final MessageCodec codec;
    private final Authentication authentication;
    private final List<Misbehaviour> misbehaviours;

    ReplyTampering(MessageCodec codec, Authentication authentication, List<Misbehaviour> misbehaviours) {
        this.codec = codec;
        this.authentication = authentication;
        this.misbehaviours = misbehaviours;
    }

    /** The frame that leaves instead, if any does. */
    Optional<ByteString> tamper(ByteString frame) {
        Envelope envelope = MessageCodec.parseEnvelope(frame).asOptional().orElseThrow();
        Message message = codec.decode(envelope, NOTHING_NESTED).asOptional().orElseThrow();
        Optional<Reply> reply = Optional.of((Reply) message);
        for (Misbehaviour each : misbehaviours) {
            reply = reply.flatMap(each::reply);
        }
        return reply.map(this::seal);
    }

    private ByteString seal(Reply reply) {
        ByteString payload = MessageCodec.encodePayload(reply);
        NodeId client = new NodeId.Client(reply.session().client());
        ByteString mac = authentication.mac(client, MessageType.REPLY_VALUE, payload);
        return MessageCodec.envelope(authentication.self(), MessageType.REPLY_VALUE, payload, mac);
    }
}
