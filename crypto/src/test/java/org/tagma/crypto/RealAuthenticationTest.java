package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.NodeId;
import org.tagma.crypto.hash.Sha256;

final class RealAuthenticationTest {
    private static final NodeId REPLICA_0 = new NodeId.Replica(0);
    private static final NodeId REPLICA_1 = new NodeId.Replica(1);
    private static final NodeId REPLICA_2 = new NodeId.Replica(2);
    private static final NodeId CLIENT_0 = new NodeId.Client(0);
    private static final NodeId CLIENT_5 = new NodeId.Client(5);
    private static final NodeId UNKNOWN_REPLICA = new NodeId.Replica(4);
    private static final NodeId UNKNOWN_CLIENT = new NodeId.Client(1);
    private static final int TYPE = 3;
    private static final ByteString PAYLOAD =
            ByteString.copyFromUtf8("a request of some length, in more than one block");

    static List<CryptoProvider> providers() {
        return CryptoProviders.available();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void whatANodeAuthenticatesTheOthersAccept(CryptoProvider provider) {
        List<NodeId> nodes = List.of(REPLICA_0, REPLICA_1, CLIENT_0, CLIENT_5);
        for (NodeId sender : nodes) {
            Authentication from = node(sender, provider);
            assertThat(from.self()).isEqualTo(sender);
            assertThat(from.replicas()).isEqualTo(4);
            for (NodeId receiver : nodes) {
                Authentication to = node(receiver, provider);
                assertThat(to.verifySignature(sender, TYPE, PAYLOAD, from.sign(TYPE, PAYLOAD)))
                        .isTrue();
                assertThat(to.verifyMac(sender, TYPE, PAYLOAD, from.mac(receiver, TYPE, PAYLOAD)))
                        .isTrue();
                assertThat(to.verifyMacVector(sender, TYPE, PAYLOAD, from.macVector(TYPE, PAYLOAD)))
                        .isEqualTo(receiver instanceof NodeId.Replica);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void theEmptyPayloadAndTheExtremeTypesAreLikeAnyOther(CryptoProvider provider) {
        Authentication from = node(REPLICA_0, provider);
        Authentication to = node(REPLICA_1, provider);
        for (int type : new int[] {0, 127, 128, 255}) {
            ByteString signature = from.sign(type, ByteString.EMPTY);
            ByteString mac = from.mac(REPLICA_1, type, ByteString.EMPTY);
            assertThat(to.verifySignature(REPLICA_0, type, ByteString.EMPTY, signature))
                    .isTrue();
            assertThat(to.verifyMac(REPLICA_0, type, ByteString.EMPTY, mac)).isTrue();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> from.sign(256, PAYLOAD));
        assertThatIllegalArgumentException().isThrownBy(() -> from.mac(REPLICA_1, -1, PAYLOAD));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void whatIsMadeForAnotherContextCountsNowhereElse(CryptoProvider provider) {
        ClusterKeys otherCluster = TestKeys.cluster(ByteString.copyFromUtf8("0123456789abcdeg"), 7);
        ClusterKeys longerCluster = TestKeys.cluster(ByteString.copyFromUtf8("0123456789abcdef0"), 7);
        ClusterKeys otherEpoch = TestKeys.cluster(TestKeys.CLUSTER_ID, 8);
        Authentication to = node(REPLICA_1, provider);
        for (ClusterKeys other : List.of(otherCluster, longerCluster, otherEpoch)) {
            assertNothingAccepted(to, REPLICA_0, TYPE, TestKeys.authentication(REPLICA_0, other, provider));
        }
        assertNothingAccepted(to, REPLICA_0, TYPE + 1, node(REPLICA_0, provider));
        assertNothingAccepted(to, REPLICA_2, TYPE, node(REPLICA_0, provider));
        // A replica and a client of one number are two nodes.
        assertNothingAccepted(to, CLIENT_0, TYPE, node(REPLICA_0, provider));
        assertNothingAccepted(to, REPLICA_0, TYPE, node(CLIENT_0, provider));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void unknownSendersAreRefused(CryptoProvider provider) {
        Authentication from = node(REPLICA_0, provider);
        Authentication to = node(REPLICA_1, provider);
        assertNothingAccepted(to, UNKNOWN_REPLICA, TYPE, from);
        assertNothingAccepted(to, UNKNOWN_CLIENT, TYPE, from);
        assertNothingAccepted(to, new NodeId.Client(Integer.MAX_VALUE), TYPE, from);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> from.mac(UNKNOWN_CLIENT, TYPE, PAYLOAD))
                .withMessageContaining("no client 1");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aMacCannotBeReflectedToItsMaker(CryptoProvider provider) {
        Authentication replica0 = node(REPLICA_0, provider);
        ByteString mac = replica0.mac(REPLICA_1, TYPE, PAYLOAD);
        assertThat(node(REPLICA_1, provider).verifyMac(REPLICA_0, TYPE, PAYLOAD, mac))
                .isTrue();
        assertThat(replica0.verifyMac(REPLICA_1, TYPE, PAYLOAD, mac)).isFalse();
        assertThat(replica0.verifyMac(REPLICA_0, TYPE, PAYLOAD, mac)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aMacForOneReceiverIsNoneForAnother(CryptoProvider provider) {
        ByteString mac = node(REPLICA_0, provider).mac(REPLICA_1, TYPE, PAYLOAD);
        assertThat(node(REPLICA_2, provider).verifyMac(REPLICA_0, TYPE, PAYLOAD, mac))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aMacIsNoEntryOfAVectorNorTheReverse(CryptoProvider provider) {
        Authentication from = node(REPLICA_0, provider);
        Authentication to = node(REPLICA_1, provider);
        ByteString mac = from.mac(REPLICA_1, TYPE, PAYLOAD);
        ByteString vector = from.macVector(TYPE, PAYLOAD);
        assertThat(to.verifyMac(REPLICA_0, TYPE, PAYLOAD, vector.substring(16, 32)))
                .isFalse();
        assertThat(to.verifyMacVector(
                        REPLICA_0, TYPE, PAYLOAD, mac.concat(mac).concat(mac).concat(mac)))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everyFlippedBitOfAMacOrItsPayloadIsNoticed(CryptoProvider provider) {
        Authentication to = node(REPLICA_1, provider);
        ByteString mac = node(REPLICA_0, provider).mac(REPLICA_1, TYPE, PAYLOAD);
        for (int bit = 0; bit < 8 * mac.size(); bit++) {
            assertThat(to.verifyMac(REPLICA_0, TYPE, PAYLOAD, flip(mac, bit)))
                    .as("MAC bit " + bit)
                    .isFalse();
        }
        for (int bit = 0; bit < 8 * PAYLOAD.size(); bit++) {
            assertThat(to.verifyMac(REPLICA_0, TYPE, flip(PAYLOAD, bit), mac))
                    .as("bit " + bit)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aTamperedVectorFailsExactlyWhereItIsTampered(CryptoProvider provider) {
        ByteString vector = node(CLIENT_0, provider).macVector(TYPE, PAYLOAD);
        List<Authentication> replicas = IntStream.range(0, TestKeys.REPLICAS)
                .mapToObj(id -> node(new NodeId.Replica(id), provider))
                .toList();
        for (int bit = 0; bit < 8 * vector.size(); bit++) {
            ByteString tampered = flip(vector, bit);
            for (Authentication replica : replicas) {
                assertThat(replica.verifyMacVector(CLIENT_0, TYPE, PAYLOAD, tampered))
                        .as("bit " + bit + " at " + replica.self())
                        .isEqualTo(bit / 128 != replica.self().id());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void authenticatorsOfWrongLengthAreRefused(CryptoProvider provider) {
        Authentication from = node(REPLICA_0, provider);
        Authentication to = node(REPLICA_1, provider);
        ByteString mac = from.mac(REPLICA_1, TYPE, PAYLOAD);
        ByteString vector = from.macVector(TYPE, PAYLOAD);
        ByteString signature = from.sign(TYPE, PAYLOAD);
        ByteString zero = ByteString.copyFrom(new byte[1]);
        for (ByteString wrong : List.of(ByteString.EMPTY, mac.substring(0, 15), mac.concat(zero))) {
            assertThat(to.verifyMac(REPLICA_0, TYPE, PAYLOAD, wrong)).isFalse();
        }
        for (ByteString wrong : List.of(
                ByteString.EMPTY,
                vector.substring(0, 63),
                vector.substring(0, 48),
                vector.concat(zero),
                vector.concat(mac))) {
            assertThat(to.verifyMacVector(REPLICA_0, TYPE, PAYLOAD, wrong)).isFalse();
        }
        for (ByteString wrong : List.of(ByteString.EMPTY, signature.substring(0, 63), signature.concat(zero))) {
            assertThat(to.verifySignature(REPLICA_0, TYPE, PAYLOAD, wrong)).isFalse();
        }
    }

    @Test
    void providersInteroperate() {
        for (CryptoProvider one : providers()) {
            for (CryptoProvider other : providers()) {
                Authentication from = node(REPLICA_0, one);
                Authentication to = node(REPLICA_1, other);
                assertThat(to.verifySignature(REPLICA_0, TYPE, PAYLOAD, from.sign(TYPE, PAYLOAD)))
                        .isTrue();
                assertThat(to.verifyMac(REPLICA_0, TYPE, PAYLOAD, from.mac(REPLICA_1, TYPE, PAYLOAD)))
                        .isTrue();
            }
        }
    }

    @Test
    void whatIsSignedIsTheDocumentedPrefixAndThePayloadsDigest() {
        ByteString prefix = ByteString.copyFromUtf8("tagma")
                .concat(bytes(1, 16))
                .concat(TestKeys.CLUSTER_ID)
                .concat(bytes(0, 0, 0, 7))
                .concat(bytes(TYPE))
                .concat(bytes(2, 0, 0, 0, 5));
        CryptoProvider provider = new BouncyCastleProvider();
        byte[] expected = TestKeys.of(CLIENT_5)
                .signingKey(provider)
                .sign(prefix.concat(Sha256.digest(PAYLOAD)).toByteArray());
        assertThat(node(CLIENT_5, provider).sign(TYPE, PAYLOAD)).isEqualTo(ByteString.copyFrom(expected));
    }

    @Test
    void aPayloadOfMegabytesCanBeSignedWithEveryProvider() {
        ByteString large = ByteString.copyFrom(new byte[3 << 20]);
        for (CryptoProvider provider : CryptoProviders.available()) {
            ByteString signature = node(REPLICA_0, provider).sign(TYPE, large);
            assertThat(node(REPLICA_1, provider).verifySignature(REPLICA_0, TYPE, large, signature))
                    .isTrue();
        }
    }

    @Test
    void everyDirectionClusterAndUseHasAKeyOfItsOwn() {
        byte[] secret = new byte[32];
        ClusterKeys cluster = TestKeys.cluster();
        ClusterKeys nextEpoch = TestKeys.cluster(TestKeys.CLUSTER_ID, 8);
        List<ByteString> macs = Stream.of(
                        PairwiseKeys.derive(secret, cluster, REPLICA_0, REPLICA_1),
                        PairwiseKeys.derive(secret, cluster, REPLICA_1, REPLICA_0),
                        PairwiseKeys.derive(secret, cluster, CLIENT_0, REPLICA_1),
                        PairwiseKeys.derive(secret, nextEpoch, REPLICA_0, REPLICA_1))
                .flatMap(keys -> Stream.of(keys.single(), keys.vector()))
                .map(key -> ByteString.copyFrom(key.mac(new byte[0])))
                .toList();
        assertThat(macs).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void aWrongPrivateKeyIsNamed() {
        assertThatThrownBy(() -> new RealAuthentication(
                        REPLICA_1, TestKeys.of(REPLICA_0), TestKeys.cluster(), new BouncyCastleProvider()))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("not that of replica 1 but of replica 0");
        NodeKeys stranger = NodeKeys.fromSeed(ByteString.copyFrom("s".repeat(32), StandardCharsets.US_ASCII));
        assertThatThrownBy(() ->
                        new RealAuthentication(REPLICA_1, stranger, TestKeys.cluster(), new BouncyCastleProvider()))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("but of nobody in the cluster");
        assertThatThrownBy(() -> new RealAuthentication(
                        UNKNOWN_REPLICA, stranger, TestKeys.cluster(), new BouncyCastleProvider()))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("has no replica 4");
    }

    /**
     * That the receiver takes nothing that the maker makes of {@link #TYPE}, if presented as the sender's and type's.
     */
    private static void assertNothingAccepted(
            Authentication receiver, NodeId sender, int presentedType, Authentication maker) {
        ByteString signature = maker.sign(TYPE, PAYLOAD);
        ByteString mac = maker.mac(receiver.self(), TYPE, PAYLOAD);
        ByteString vector = maker.macVector(TYPE, PAYLOAD);
        assertThat(receiver.verifySignature(sender, presentedType, PAYLOAD, signature))
                .isFalse();
        assertThat(receiver.verifyMac(sender, presentedType, PAYLOAD, mac)).isFalse();
        assertThat(receiver.verifyMacVector(sender, presentedType, PAYLOAD, vector))
                .isFalse();
    }

    private static Authentication node(NodeId self, CryptoProvider provider) {
        return TestKeys.authentication(self, TestKeys.cluster(), provider);
    }

    private static ByteString flip(ByteString bytes, int bit) {
        return ByteString.copyFrom(Ed25519Test.flip(bytes.toByteArray(), bit));
    }

    private static ByteString bytes(int... values) {
        ByteString.Output output = ByteString.newOutput();
        for (int value : values) {
            output.write(value);
        }
        return output.toByteString();
    }
}
