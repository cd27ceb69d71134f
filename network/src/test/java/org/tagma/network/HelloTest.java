package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.network.handshake.Hello;
import org.tagma.network.transport.PeerId;

final class HelloTest {
    private static final Hello CLIENT = RawPeer.hello(new PeerId.ClientSession(3, Long.MIN_VALUE));

    @Test
    void aHelloIsReadAsItWasWritten() throws Exception {
        Hello replica = RawPeer.hello(new PeerId.Replica(2));
        assertThat(Hello.decode(replica.encode())).isEqualTo(replica);
        assertThat(Hello.decode(CLIENT.encode())).isEqualTo(CLIENT);
    }

    @Test
    void everyTruncationAndExtensionIsMalformed() {
        ByteString bytes = CLIENT.encode();
        for (int length = 0; length < bytes.size(); length++) {
            ByteString truncated = bytes.substring(0, length);
            assertThatThrownBy(() -> Hello.decode(truncated)).isInstanceOf(Hello.MalformedHelloException.class);
        }
        assertThatThrownBy(() -> Hello.decode(bytes.concat(ByteString.copyFromUtf8("x"))))
                .isInstanceOf(Hello.MalformedHelloException.class);
    }

    @Test
    void negativeIdsUnknownKindsAndReplicaSessionsAreMalformed() {
        int kindAt = 4 + 2 + 1 + 1 + LoopbackCluster.CLUSTER.size() + 4;
        byte[] replica = RawPeer.hello(new PeerId.Replica(2)).encode().toByteArray();
        assertMalformedWith(replica, kindAt, 2);
        assertMalformedWith(replica, kindAt + 1, 0x80);
        assertMalformedWith(replica, kindAt + 5, 1);
        assertMalformedWith(replica, 6, 2);
        assertMalformedWith(replica, 0, 'X');
    }

    private static void assertMalformedWith(byte[] good, int position, int value) {
        byte[] bad = good.clone();
        bad[position] = (byte) value;
        assertThatThrownBy(() -> Hello.decode(ByteString.copyFrom(bad)))
                .isInstanceOf(Hello.MalformedHelloException.class);
    }
}
