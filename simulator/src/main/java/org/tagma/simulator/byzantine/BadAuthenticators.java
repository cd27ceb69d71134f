package org.tagma.simulator.byzantine;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.NodeId;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Frames whose proofs are wrong: damaged for some of the receivers, so that they disagree on what was said; its own
 * proof under another replica's name; the proof of one frame on another.
 */
final class BadAuthenticators implements Misbehaviour {

    private final Situation situation;
    private ByteString earlierProof = ByteString.EMPTY;

    BadAuthenticators(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<ByteString> frames(int to, ByteString frame) {
        Envelope truth = MessageCodec.parseEnvelope(frame).asOptional().orElseThrow();
        List<ByteString> frames = new ArrayList<>();
        // A replica that never says anything right is no more than a silent one.
        if (situation.chance(0.8)) {
            frames.add(frame);
        } else if (truth.authenticator().size() > 0) {
            frames.add(frameOf(truth, truth.sender(), damaged(truth.authenticator())));
        }
        if (truth.sender().equals(new NodeId.Replica(situation.self())) && situation.chance(0.3)) {
            NodeId other = new NodeId.Replica(situation.anyOther());
            frames.add(frameOf(truth, other, situation.chance(0.8) ? truth.authenticator() : earlierProof));
        }
        earlierProof = truth.authenticator();
        return frames;
    }

    private static ByteString frameOf(Envelope truth, NodeId sender, ByteString proof) {
        return MessageCodec.envelope(sender, truth.type(), truth.payload(), proof);
    }

    private ByteString damaged(ByteString proof) {
        byte[] bytes = proof.toByteArray();
        bytes[situation.random().nextInt(bytes.length)] ^= 1;
        return ByteString.copyFrom(bytes);
    }
}
