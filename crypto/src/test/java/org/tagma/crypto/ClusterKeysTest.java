package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;

final class ClusterKeysTest {
    private static final PublicKeys KEYS_A = TestKeys.of(new NodeId.Replica(0)).publicKeys();
    private static final PublicKeys KEYS_B = TestKeys.of(new NodeId.Replica(1)).publicKeys();

    @Test
    void nodesAreFoundByIdAndByKey() {
        ClusterKeys cluster = TestKeys.cluster();
        assertThat(cluster.of(new NodeId.Replica(1))).contains(KEYS_B);
        assertThat(cluster.of(new NodeId.Replica(4))).isEmpty();
        assertThat(cluster.of(new NodeId.Client(1))).isEmpty();
        assertThat(cluster.nodesByEd25519())
                .hasSize(6)
                .containsEntry(KEYS_A.ed25519(), new NodeId.Replica(0))
                .containsEntry(TestKeys.of(new NodeId.Client(5)).publicKeys().ed25519(), new NodeId.Client(5));
    }

    @Test
    void twoNodesWithOneKeyAreRefused() {
        assertRefused(TestKeys.CLUSTER_ID, 0, List.of(KEYS_A, KEYS_A), Map.of(), "the same key");
        assertRefused(TestKeys.CLUSTER_ID, 0, List.of(KEYS_A), Map.of(1, KEYS_A), "the same key");
        PublicKeys half = new PublicKeys(KEYS_B.ed25519(), KEYS_A.x25519());
        assertRefused(TestKeys.CLUSTER_ID, 0, List.of(KEYS_A, half), Map.of(), "the same key");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused(ByteString.copyFrom(new byte[15]), 0, List.of(KEYS_A), Map.of(), "16 to 64 bytes, not 15");
        assertRefused(ByteString.copyFrom(new byte[65]), 0, List.of(KEYS_A), Map.of(), "16 to 64 bytes, not 65");
        assertRefused(TestKeys.CLUSTER_ID, -1, List.of(KEYS_A), Map.of(), "an epoch is");
        assertRefused(TestKeys.CLUSTER_ID, 1L << 32, List.of(KEYS_A), Map.of(), "an epoch is");
        assertRefused(TestKeys.CLUSTER_ID, 0, List.of(), Map.of(), "at least one replica");
    }

    @Test
    void publicKeysRoundTripThroughHex() {
        PublicKeys keys = NodeKeys.generate(new SecureRandom()).publicKeys();
        assertThat(PublicKeys.fromHex(keys.ed25519Hex(), keys.x25519Hex())).isEqualTo(keys);
        assertThat(PublicKeys.fromHex(keys.ed25519Hex().toUpperCase(Locale.ROOT), keys.x25519Hex()))
                .isEqualTo(keys);
    }

    @Test
    void badPublicKeysAreRefusedWithTheReason() {
        String good = KEYS_A.ed25519Hex();
        assertBadKeys("", KEYS_A.x25519Hex(), "64 hexadecimal digits, not 0");
        assertBadKeys("g" + good.substring(1), KEYS_A.x25519Hex(), "no hexadecimal digit");
        assertBadKeys("00".repeat(32), KEYS_A.x25519Hex(), "small order");
        assertBadKeys("ff".repeat(32), KEYS_A.x25519Hex(), "not canonically encoded");
        assertBadKeys(good, "00".repeat(32), "X25519 public key is of small order");
        assertBadKeys(good, "00", "an X25519 public key is written as 64");
    }

    @Test
    void privateKeysDoNotShowInText() {
        NodeKeys keys = NodeKeys.fromSeed(ByteString.copyFrom(new byte[32]));
        assertThat(keys.toString()).contains(keys.publicKeys().ed25519Hex()).doesNotContain("00".repeat(32));
    }

    private static void assertRefused(
            ByteString id, long epoch, List<PublicKeys> replicas, Map<Integer, PublicKeys> clients, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterKeys(id, epoch, replicas, clients))
                .withMessageContaining(reason);
    }

    private static void assertBadKeys(String ed25519, String x25519, String reason) {
        assertThatThrownBy(() -> PublicKeys.fromHex(ed25519, x25519))
                .isInstanceOf(InvalidPublicKeyException.class)
                .hasMessageContaining(reason);
    }
}
