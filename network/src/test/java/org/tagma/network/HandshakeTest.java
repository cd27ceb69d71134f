package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.network.LoopbackCluster.LIMITS;
import static org.tagma.network.LoopbackCluster.eventually;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tagma.network.Transcript.Role;

/** Strangers, impostors and broken peers, as plain sockets against a real replica 1 of three. */
final class HandshakeTest {
    private static final PeerId R0 = new PeerId.Replica(0);
    private static final PeerId R1 = new PeerId.Replica(1);
    private static final PeerId R2 = new PeerId.Replica(2);
    private static final PeerId CLIENT = new PeerId.ClientSession(7, 42);

    private final LoopbackCluster cluster = new LoopbackCluster(3);
    private final RecordingHandler handler = new RecordingHandler();

    @AfterEach
    void close() {
        cluster.close();
    }

    private NettyTransport replica1(TransportLimits limits) {
        return cluster.add(R1, limits, handler);
    }

    /** Does something to a fresh replica 1; it must close the connection for exactly this reason, and learn of no peer. */
    private void assertRefused(RejectReason reason, Attack attack) {
        NettyTransport replica = replica1(LIMITS);
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            attack.against(peer);
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        assertThat(replica.stats().rejected(reason)).isEqualTo(1);
        assertThat(handler.events()).isEmpty();
        assertThat(replica.stats().connections()).isZero();
    }

    private interface Attack {
        void against(RawPeer peer);
    }

    @Test
    void aCorrectClientGetsIn() {
        NettyTransport replica = replica1(LIMITS);
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            peer.handshake(CLIENT, R1);
            peer.writeFrame(ByteString.copyFromUtf8("hello"));
            eventually(() -> handler.saw("read complete"));
        }
        eventually(() -> handler.saw("down " + CLIENT));
        assertThat(handler.events())
                .containsExactly("up " + CLIENT, "frame " + CLIENT, "read complete", "down " + CLIENT);
    }

    @Test
    void theReplicaProvesItselfOverBothHellosAndItsOwnRole() {
        NettyTransport replica = replica1(LIMITS);
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            ByteString ownHello = RawPeer.hello(CLIENT).encode();
            peer.writeFrame(ownHello);
            ByteString itsHello = peer.readFrame();
            SecretAuthenticator client = new SecretAuthenticator(CLIENT.toNodeId(), LoopbackCluster.SECRET);
            peer.writeFrame(client.prove(R1.toNodeId(), Transcript.of(Role.INITIATOR, ownHello, itsHello)));
            ByteString proof = peer.readFrame();
            assertThat(client.verify(R1.toNodeId(), Transcript.of(Role.RESPONDER, ownHello, itsHello), proof))
                    .isTrue();
            assertThat(client.verify(R1.toNodeId(), Transcript.of(Role.INITIATOR, ownHello, itsHello), proof))
                    .isFalse();
        }
    }

    @Test
    void garbageIsRefused() {
        assertRefused(
                RejectReason.OVERSIZED_FRAME,
                peer -> peer.writeBytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void anEmptyFrameIsRefused() {
        assertRefused(RejectReason.EMPTY_FRAME, peer -> peer.writeBytes(new byte[4]));
    }

    @Test
    void aFrameLargerThanAHandshakeNeedsIsRefused() {
        assertRefused(RejectReason.OVERSIZED_FRAME, peer -> peer.writeBytes((byte) 0, (byte) 0, (byte) 4, (byte) 1));
    }

    @Test
    void aFrameThatIsNoHelloIsRefused() {
        assertRefused(RejectReason.BAD_HELLO, peer -> peer.writeFrame(ByteString.copyFromUtf8("good morning")));
    }

    @Test
    void anotherVersionIsRefused() {
        assertRefused(
                RejectReason.WRONG_VERSION,
                peer -> peer.writeFrame(
                        RawPeer.hello(2, LoopbackCluster.CLUSTER, CLIENT).encode()));
    }

    @Test
    void anotherClusterIsRefused() {
        ByteString other = ByteString.copyFromUtf8("other-cluster-id");
        assertRefused(
                RejectReason.WRONG_CLUSTER,
                peer -> peer.writeFrame(
                        RawPeer.hello(Hello.VERSION, other, CLIENT).encode()));
    }

    @Test
    void aReplicaThatShouldBeDialedIsRefused() {
        assertRefused(
                RejectReason.UNEXPECTED_PEER,
                peer -> peer.writeFrame(RawPeer.hello(R2).encode()));
    }

    @Test
    void oneThatClaimsToBeOurselvesIsRefused() {
        assertRefused(
                RejectReason.UNEXPECTED_PEER,
                peer -> peer.writeFrame(RawPeer.hello(R1).encode()));
    }

    @Test
    void anImpostorWithAnotherSecretIsRefused() {
        assertRefused(RejectReason.WRONG_PROOF, peer -> peer.beginHandshake(R0, R1, "a guess"));
    }

    @Test
    void aProofForAnotherReplicaIsRefused() {
        assertRefused(RejectReason.WRONG_PROOF, peer -> peer.beginHandshake(R0, R2));
    }

    @Test
    void aClientCannotPassAsAReplica() {
        assertRefused(RejectReason.WRONG_PROOF, peer -> {
            ByteString hello = RawPeer.hello(R0).encode();
            peer.writeFrame(hello);
            ByteString transcript = Transcript.of(Role.INITIATOR, hello, peer.readFrame());
            SecretAuthenticator client = new SecretAuthenticator(CLIENT.toNodeId(), LoopbackCluster.SECRET);
            peer.writeFrame(client.prove(R1.toNodeId(), transcript));
        });
    }

    @Test
    void aReplayedSessionIsRefused() {
        NettyTransport replica = replica1(LIMITS);
        byte[] recorded;
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(R0, R1);
            good.writeFrame(ByteString.copyFromUtf8("once"));
            eventually(() -> handler.frameCount() == 1);
            recorded = good.allSent();
        }
        eventually(() -> handler.saw("down replica 0"));
        try (RawPeer replayer = RawPeer.connect(replica.boundPort())) {
            replayer.writeBytes(recorded);
            assertThat(replayer.isClosedByPeer()).isTrue();
        }
        assertThat(replica.stats().rejected(RejectReason.WRONG_PROOF)).isEqualTo(1);
        assertThat(handler.frameCount()).isEqualTo(1);
        assertThat(handler.count("up replica 0")).isEqualTo(1);
    }

    @Test
    void oneWhoNeverSpeaksIsClosedAtTheDeadline() {
        NettyTransport replica = replica1(shortDeadline());
        try (RawPeer silent = RawPeer.connect(replica.boundPort())) {
            assertThat(silent.isClosedByPeer()).isTrue();
        }
        assertThat(replica.stats().rejected(RejectReason.HANDSHAKE_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void oneWhoStopsHalfWayIsClosedAtTheDeadline() {
        NettyTransport replica = replica1(shortDeadline());
        try (RawPeer slow = RawPeer.connect(replica.boundPort())) {
            slow.writeFrame(RawPeer.hello(CLIENT).encode());
            slow.readFrame();
            slow.writeBytes((byte) 0, (byte) 0);
            assertThat(slow.isClosedByPeer()).isTrue();
        }
        assertThat(replica.stats().rejected(RejectReason.HANDSHAKE_TIMEOUT)).isEqualTo(1);
    }

    private static TransportLimits shortDeadline() {
        return LIMITS.toBuilder().handshakeTimeoutMillis(100).build();
    }

    @Test
    void theDialingSideChecksTheReplicaToo() throws Exception {
        try (ServerSocket impostor = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            TransportOptions options = new TransportOptions(
                    CLIENT,
                    LoopbackCluster.CLUSTER,
                    1,
                    id -> LoopbackCluster.loopback(impostor.getLocalPort()),
                    new SecretAuthenticator(CLIENT.toNodeId(), LoopbackCluster.SECRET),
                    Optional.empty(),
                    LIMITS);
            NettyTransport client = cluster.add(options, handler);
            try (RawPeer fake = RawPeer.accepted(impostor.accept())) {
                fake.readFrame();
                fake.writeFrame(RawPeer.hello(R1).encode());
                assertThat(fake.isClosedByPeer()).isTrue();
            }
            assertThat(client.stats().rejected(RejectReason.UNEXPECTED_PEER)).isEqualTo(1);
            try (RawPeer fake = RawPeer.accepted(impostor.accept())) {
                ByteString clientHello = fake.readFrame();
                fake.writeFrame(RawPeer.hello(R0).encode());
                ByteString clientProof = fake.readFrame();
                assertThat(clientHello).isNotEqualTo(clientProof);
                // Reflecting the client's own proof is the best that one without the secret can do.
                fake.writeFrame(clientProof);
                assertThat(fake.isClosedByPeer()).isTrue();
            }
            assertThat(client.stats().rejected(RejectReason.WRONG_PROOF)).isEqualTo(1);
        }
        assertThat(handler.events()).isEmpty();
    }

    @Test
    void aFloodOfStrangersDoesNotKeepAGoodPeerOut() {
        NettyTransport replica =
                replica1(LIMITS.toBuilder().maxUnauthenticatedConnections(16).build());
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            strangers.add(RawPeer.connect(replica.boundPort()));
        }
        eventually(() -> replica.stats().rejected(RejectReason.TOO_MANY_UNAUTHENTICATED) == 200 - 16);
        // The oldest went first.
        assertThat(strangers.get(0).isClosedByPeer()).isTrue();
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(CLIENT, R1);
            eventually(() -> handler.saw("up " + CLIENT));
        }
        strangers.forEach(RawPeer::close);
        // An authenticated connection does not count, and so is never the oldest that has to go.
        assertThat(replica.stats().rejected(RejectReason.HANDSHAKE_TIMEOUT)).isZero();
    }

    @Test
    void badLengthsAfterTheHandshakeEndTheConnection() {
        NettyTransport replica =
                replica1(LIMITS.toBuilder().maxClientFrameBytes(2_000).build());
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            peer.handshake(CLIENT, R1);
            peer.writeFrame(ByteString.copyFrom(new byte[2_000]));
            peer.writeBytes((byte) 0, (byte) 0, (byte) 0x07, (byte) 0xd1);
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            peer.handshake(CLIENT, R1);
            peer.writeBytes(new byte[4]);
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        eventually(() -> handler.count("down " + CLIENT) == 2);
        assertThat(handler.frameCount()).isEqualTo(1);
        assertThat(replica.stats().rejected(RejectReason.OVERSIZED_FRAME)).isEqualTo(1);
        assertThat(replica.stats().rejected(RejectReason.EMPTY_FRAME)).isEqualTo(1);
    }

    @Test
    void anythingButTheRightBytesIsRefused() {
        NettyTransport replica = replica1(LIMITS);
        byte[] hello = RawPeer.hello(CLIENT).encode().toByteArray();
        int attempts = 0;
        // Everything before the nonce; a flipped nonce is just another nonce, and fails at the proof.
        for (int i = 0; i < hello.length - Hello.NONCE_BYTES; i++) {
            byte[] flipped = Arrays.copyOf(hello, hello.length);
            flipped[i] ^= (byte) 0x80;
            try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
                peer.writeFrame(ByteString.copyFrom(flipped));
                peer.writeFrame(ByteString.copyFromUtf8("no proof"));
                assertThat(peer.isClosedByPeer()).as("byte %d", i).isTrue();
            }
            attempts++;
        }
        assertThat(handler.events()).isEmpty();
        long rejected = Arrays.stream(RejectReason.values())
                .mapToLong(replica.stats()::rejected)
                .sum();
        assertThat(rejected).isEqualTo(attempts);
    }
}
