package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.network.PeerId;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;
import org.tagma.replica.AuthenticationPolicy;
import org.tagma.simulator.SimulatedAuthentication;

/** Replica 0 of four reads what replicas 1 and 2 and a client say. */
class FrameRuleTest {

    private static final int REPLICAS = 4;
    private static final Digest DIGEST = Digest.of(ByteString.copyFromUtf8("x"));
    private static final PeerId ONE = new PeerId.Replica(1);
    private static final PeerId TWO = new PeerId.Replica(2);

    private final FrameRule rule =
            new FrameRule(of(new NodeId.Replica(0)), AuthenticationPolicy.MACS, Quorums.byzantine(REPLICAS));

    private static Authentication of(NodeId node) {
        return new SimulatedAuthentication(node, REPLICAS, 7);
    }

    private static ByteString frame(Message message, boolean signed) {
        Authentication one = of(new NodeId.Replica(1));
        int type = MessageCodec.type(message);
        ByteString payload = MessageCodec.encodePayload(message);
        ByteString proof = signed ? one.sign(type, payload) : one.macVector(type, payload);
        return MessageCodec.envelope(new NodeId.Replica(1), type, payload, proof);
    }

    private static ByteString request(boolean signed) {
        Authentication client = of(new NodeId.Client(5));
        ByteString payload = MessageCodec.encodeRequestPayload(
                new SessionId(5, 1), 1, RetrySemantics.EXACTLY_ONCE, ByteString.copyFromUtf8("operation"));
        ByteString signature = client.sign(signed ? MessageType.REQUEST_VALUE : MessageType.QUERY_VALUE, payload);
        ByteString proof = client.macVector(MessageType.REQUEST_VALUE, payload).concat(signature);
        return MessageCodec.envelope(new NodeId.Client(5), MessageType.REQUEST_VALUE, payload, proof);
    }

    @Test
    void aVoteIsBelievedFromWhoMadeItOnly() {
        ByteString vote = frame(new PbftMessage.Prepare(1, 2, DIGEST), false);

        assertThat(rule.objection(ONE, vote)).isEmpty();
        assertThat(rule.objection(TWO, vote)).isPresent();
    }

    @Test
    void aCheckpointIsBelievedFromAnybodyIfItIsSigned() {
        PbftMessage.Checkpoint vote = new PbftMessage.Checkpoint(8, DIGEST);

        assertThat(rule.objection(TWO, frame(vote, true))).isEmpty();
        assertThat(rule.objection(ONE, frame(vote, false))).isPresent();
    }

    @Test
    void aDamagedProofIsNotBelieved() {
        byte[] bytes = frame(new PbftMessage.Commit(1, 2, DIGEST), false).toByteArray();
        // The first entry of the vector, which is for the reader, begins so far before the end.
        bytes[bytes.length - REPLICAS * Authentication.MAC_BYTES] ^= 1;

        assertThat(rule.objection(ONE, ByteString.copyFrom(bytes))).isPresent();
    }

    @Test
    void aRequestIsBelievedForItsSignature() {
        assertThat(rule.objection(new PeerId.ClientSession(5, 1), request(true)))
                .isEmpty();
        assertThat(rule.objection(TWO, request(true))).isEmpty();
        assertThat(rule.objection(new PeerId.ClientSession(5, 1), request(false)))
                .isPresent();
        assertThat(rule.objection(TWO, request(false))).isPresent();
    }

    @Test
    void aClientSpeaksForItselfOnly() {
        assertThat(rule.objection(new PeerId.ClientSession(6, 1), request(true)))
                .isPresent();
    }
}
