package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;

/** Where the connection alone says who speaks. */
class NoMacsTest {

    private static final ByteString PAYLOAD = ByteString.copyFromUtf8("payload");

    @Test
    void macsAreEmptyAndSignaturesAreReal() throws KeyFileException {
        NodeKeys keys = NodeKeys.fromSeed(ByteString.copyFrom(new byte[32]));
        ClusterKeys cluster =
                new ClusterKeys(ByteString.copyFrom(new byte[16]), 0, List.of(keys.publicKeys()), Map.of());
        NodeId self = new NodeId.Replica(0);
        Authentication none = new NoMacs(new RealAuthentication(self, keys, cluster, CryptoProviders.best()));

        assertThat(none.mac(self, 1, PAYLOAD)).isEmpty();
        assertThat(none.macVector(1, PAYLOAD)).isEmpty();
        assertThat(none.verifyMac(self, 1, PAYLOAD, ByteString.EMPTY)).isTrue();
        assertThat(none.verifyMac(self, 1, PAYLOAD, PAYLOAD)).isFalse();
        assertThat(none.verifyMacVector(self, 1, PAYLOAD, ByteString.EMPTY)).isTrue();
        assertThat(none.verifyMacVector(self, 1, PAYLOAD, PAYLOAD)).isFalse();
        assertThat(none.verifySignature(self, 1, PAYLOAD, none.sign(1, PAYLOAD)))
                .isTrue();
        assertThat(none.verifySignature(self, 1, PAYLOAD, ByteString.EMPTY)).isFalse();
    }
}
