package org.tagma.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;

/** The simulated proofs have the rules of the real ones. */
class SimulatedAuthenticationTest {

    private static final int TYPE = 3;
    private static final ByteString PAYLOAD = ByteString.copyFromUtf8("a payload of some length");

    private static SimulatedAuthentication of(NodeId node) {
        return new SimulatedAuthentication(node, 4, 42);
    }

    private final SimulatedAuthentication zero = of(new NodeId.Replica(0));
    private final SimulatedAuthentication one = of(new NodeId.Replica(1));
    private final SimulatedAuthentication client = of(new NodeId.Client(1));

    private static ByteString flipped(ByteString bytes, int at) {
        byte[] copy = bytes.toByteArray();
        copy[at] ^= 1;
        return ByteString.copyFrom(copy);
    }

    @Test
    void signatureConvincesEverybodyOfItsSignerAndTypeAndPayloadOnly() {
        ByteString signature = zero.sign(TYPE, PAYLOAD);

        assertThat(signature.size()).isEqualTo(64);
        assertThat(one.verifySignature(zero.self(), TYPE, PAYLOAD, signature)).isTrue();
        assertThat(client.verifySignature(zero.self(), TYPE, PAYLOAD, signature))
                .isTrue();
        assertThat(one.verifySignature(one.self(), TYPE, PAYLOAD, signature)).isFalse();
        assertThat(one.verifySignature(zero.self(), TYPE + 1, PAYLOAD, signature))
                .isFalse();
        for (int at = 0; at < PAYLOAD.size(); at++) {
            assertThat(one.verifySignature(zero.self(), TYPE, flipped(PAYLOAD, at), signature))
                    .isFalse();
        }
        for (int at = 0; at < signature.size(); at++) {
            assertThat(one.verifySignature(zero.self(), TYPE, PAYLOAD, flipped(signature, at)))
                    .isFalse();
        }
    }

    @Test
    void aClientsProofsAreOfOneTypeToo() {
        assertThat(one.verifySignature(client.self(), TYPE + 1, PAYLOAD, client.sign(TYPE, PAYLOAD)))
                .isFalse();
        assertThat(one.verifyMacVector(client.self(), TYPE + 1, PAYLOAD, client.macVector(TYPE, PAYLOAD)))
                .isFalse();
    }

    @Test
    void replicaAndClientOfOneNumberAreDifferentNodes() {
        assertThat(one.verifySignature(client.self(), TYPE, PAYLOAD, one.sign(TYPE, PAYLOAD)))
                .isFalse();
    }

    @Test
    void macConvincesItsReceiverOnly() {
        ByteString mac = zero.mac(one.self(), TYPE, PAYLOAD);

        assertThat(one.verifyMac(zero.self(), TYPE, PAYLOAD, mac)).isTrue();
        assertThat(client.verifyMac(zero.self(), TYPE, PAYLOAD, mac)).isFalse();
        assertThat(one.verifyMac(zero.self(), TYPE, PAYLOAD, flipped(mac, 15))).isFalse();
        assertThat(one.verifyMac(zero.self(), TYPE, PAYLOAD, mac.substring(1))).isFalse();
    }

    @Test
    void vectorMayBeGoodForSomeAndBadForOthers() {
        ByteString vector = client.macVector(TYPE, PAYLOAD);

        assertThat(zero.verifyMacVector(client.self(), TYPE, PAYLOAD, vector)).isTrue();
        assertThat(zero.verifyMacVector(client.self(), TYPE, PAYLOAD, flipped(vector, 16)))
                .isTrue();
        assertThat(one.verifyMacVector(client.self(), TYPE, PAYLOAD, flipped(vector, 16)))
                .isFalse();
        assertThat(client.verifyMacVector(client.self(), TYPE, PAYLOAD, vector)).isFalse();
    }

    @Test
    void anotherSecretIsAnotherCluster() {
        SimulatedAuthentication stranger = new SimulatedAuthentication(new NodeId.Replica(0), 4, 43);

        assertThat(one.verifySignature(zero.self(), TYPE, PAYLOAD, stranger.sign(TYPE, PAYLOAD)))
                .isFalse();
    }
}
