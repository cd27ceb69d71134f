package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Message;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.NestedVerifier;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.kernel.FixedVerdict;

/**
 * Lets the misbehaviours of a replica work on its frames. What it tells its clients stays authenticated by that
 * replica; frames for replicas they may spoil as they like.
 */
final class FrameTampering {

    /** A reply shows nothing of others. */
    private static final NestedVerifier NOTHING_NESTED = new FixedVerdict(false);

    private final MessageCodec codec;
    private final Authentication authentication;
    private final List<Misbehaviour> misbehaviours;

    FrameTampering(MessageCodec codec, Authentication authentication, List<Misbehaviour> misbehaviours) {
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

    /** The frames that leave for a replica instead. */
    List<ByteString> tamper(int to, ByteString frame) {
        List<ByteString> frames = List.of(frame);
        for (Misbehaviour each : misbehaviours) {
            frames = frames.size() == 1 ? each.frames(to, frames.get(0)) : tamper(each, to, frames);
        }
        return frames;
    }

    private static List<ByteString> tamper(Misbehaviour misbehaviour, int to, List<ByteString> frames) {
        List<ByteString> changed = new ArrayList<>();
        for (ByteString frame : frames) {
            changed.addAll(misbehaviour.frames(to, frame));
        }
        return changed;
    }

    private ByteString seal(Reply reply) {
        ByteString payload = MessageCodec.encodePayload(reply);
        NodeId client = new NodeId.Client(reply.session().client());
        ByteString mac = authentication.mac(client, MessageType.REPLY_VALUE, payload);
        return MessageCodec.envelope(authentication.self(), MessageType.REPLY_VALUE, payload, mac);
    }
}
