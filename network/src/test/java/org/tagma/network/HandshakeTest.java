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
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.NoiseIk;
import org.tagma.network.handshake.HandshakeFrames;
import org.tagma.network.handshake.Hello;
import org.tagma.network.handshake.Refusal;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;

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

    /**
     * Does something to a fresh replica 1; it must close the connection for exactly this reason, and learn of no peer.
     */
    private void assertRefused(ConnectionRejection reason, Attack attack) {
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
    void garbageIsRefused() {
        assertRefused(
                ConnectionRejection.OVERSIZED_FRAME,
                peer -> peer.writeBytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void anEmptyFrameIsRefused() {
        assertRefused(ConnectionRejection.EMPTY_FRAME, peer -> peer.writeBytes(new byte[4]));
    }

    @Test
    void aFrameLargerThanAHandshakeNeedsIsRefused() {
        assertRefused(
                ConnectionRejection.OVERSIZED_FRAME, peer -> peer.writeBytes((byte) 0, (byte) 0, (byte) 0, (byte) 129));
    }

    @Test
    void aFrameThatIsNoHelloIsRefused() {
        assertRefused(ConnectionRejection.BAD_HELLO, peer -> peer.writeFrame(ByteString.copyFromUtf8("good morning")));
    }

    /** Refused as well, and told why. */
    private void assertTold(Refusal refusal, Hello hello) {
        assertRefused(refusal.reason(), peer -> {
            peer.writeFrame(hello.encode());
            assertThat(peer.readFrame())
                    .isEqualTo(HandshakeFrames.of(
                            HandshakeFrames.REFUSED, ByteString.copyFrom(new byte[] {refusal.code()})));
        });
    }

    @Test
    void anotherVersionIsRefused() {
        assertTold(Refusal.WRONG_VERSION, new Hello(1, false, LoopbackCluster.CLUSTER, 0, CLIENT, 1));
    }

    @Test
    void anotherClusterIsRefused() {
        ByteString other = ByteString.copyFromUtf8("other-cluster-id");
        assertTold(Refusal.WRONG_CLUSTER, new Hello(Hello.VERSION, false, other, 0, CLIENT, 1));
    }

    @Test
    void anotherEpochIsRefused() {
        assertTold(Refusal.WRONG_EPOCH, new Hello(Hello.VERSION, false, LoopbackCluster.CLUSTER, 1, CLIENT, 1));
    }

    @Test
    void oneWhoLooksForAnotherReplicaIsRefused() {
        assertTold(Refusal.UNEXPECTED_PEER, RawPeer.hello(CLIENT, R0));
    }

    @Test
    void aReplicaThatShouldBeDialedIsRefused() {
        assertTold(Refusal.UNEXPECTED_PEER, RawPeer.hello(R2));
    }

    @Test
    void oneThatClaimsToBeOurselvesIsRefused() {
        assertTold(Refusal.UNEXPECTED_PEER, RawPeer.hello(R1));
    }

    @Test
    void anImpostorWithAnotherSecretIsRefused() {
        ConnectionKeys guessed = TestNodes.of(R0.toNodeId(), "a guess", LoopbackCluster.CLUSTER, 0);
        assertRefused(ConnectionRejection.WRONG_PROOF, peer -> peer.proveMembership(R0, R1, guessed, R1));
    }

    @Test
    void aProofForAnotherReplicaIsRefused() {
        assertRefused(
                ConnectionRejection.WRONG_PROOF, peer -> peer.proveMembership(R0, R1, TestNodes.of(R0.toNodeId()), R2));
    }

    @Test
    void aClientCannotPassAsAReplica() {
        assertRefused(
                ConnectionRejection.WRONG_PROOF,
                peer -> peer.proveMembership(R0, R1, TestNodes.of(CLIENT.toNodeId()), R1));
    }

    @Test
    void aClientThatTheClusterDoesNotKnowIsRefused() {
        PeerId unknown = new PeerId.ClientSession(100_000, 1);
        assertRefused(
                ConnectionRejection.WRONG_PROOF,
                peer -> peer.proveMembership(unknown, R1, TestNodes.of(R0.toNodeId()), R1));
    }

    @Test
    void theHandshakeOfAnotherPeerBehindAGoodProofIsRefused() {
        assertRefused(ConnectionRejection.WRONG_PROOF, peer -> {
            ByteString transcript = peer.proveMembership(CLIENT, R1, TestNodes.of(CLIENT.toNodeId()), R1);
            NoiseIk other = TestNodes.of(R0.toNodeId())
                    .initiate(R1.toNodeId(), transcript)
                    .orElseThrow();
            peer.writeFrame(HandshakeFrames.of(HandshakeFrames.FIRST, other.write(ByteString.EMPTY)));
        });
    }

    @Test
    void aRecordedProofIsWorthNothingOnAnotherConnection() {
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
        assertThat(replica.stats().rejected(ConnectionRejection.WRONG_PROOF)).isEqualTo(1);
        assertThat(handler.frameCount()).isEqualTo(1);
        assertThat(handler.count("up replica 0")).isEqualTo(1);
    }

    @Test
    void oneWithTheKeysOfTheProofOnlyNeverGetsIn() {
        // As one who repeats a recorded first message would: he cannot confirm the keys.
        NettyTransport replica = replica1(shortDeadline());
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            peer.beginHandshake(CLIENT, R1);
            peer.readFrame();
            peer.writeFrame(HandshakeFrames.of(HandshakeFrames.CONFIRMATION, ByteString.EMPTY));
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        eventually(() -> replica.stats().rejected(ConnectionRejection.BAD_RECORD) == 1
                || replica.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT) == 1);
        assertThat(handler.events()).isEmpty();
    }

    @Test
    void whatIsInjectedIntoAConnectionEndsIt() {
        assertInjectionEnds((peer, recorded) ->
                peer.writeRaw(new byte[] {0, 17, 0, 0, 0, 1, 'x', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    }

    @Test
    void aRecordThatIsRepeatedEndsTheConnection() {
        assertInjectionEnds((peer, recorded) -> peer.writeRaw(recorded));
    }

    @Test
    void aRecordThatIsLeftOutEndsTheConnection() {
        assertInjectionEnds((peer, recorded) -> {
            peer.sealed(ByteString.copyFromUtf8("lost on the way"));
            peer.writeFrame(ByteString.copyFromUtf8("next"));
        });
    }

    @Test
    void aRecordOfAnotherConnectionOfTheSamePeersEndsTheConnection() {
        assertInjectionEnds((peer, recorded) -> {
            try (RawPeer other = RawPeer.connect(cluster.portOf(1))) {
                other.handshake(new PeerId.ClientSession(7, 43), R1);
                other.sealed(ByteString.copyFromUtf8("1"));
                peer.writeRaw(other.sealed(ByteString.copyFromUtf8("2")).toByteArray());
            }
        });
    }

    private interface Injection {
        void into(RawPeer peer, byte[] recorded);
    }

    private void assertInjectionEnds(Injection injection) {
        NettyTransport replica = replica1(LIMITS);
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            peer.handshake(CLIENT, R1);
            int before = peer.allSent().length;
            peer.writeFrame(ByteString.copyFromUtf8("good"));
            eventually(() -> handler.frameCount() == 1);
            byte[] all = peer.allSent();
            injection.into(peer, Arrays.copyOfRange(all, before, all.length));
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        eventually(() -> handler.saw("down " + CLIENT));
        assertThat(handler.texts()).containsExactly("good");
        assertThat(replica.stats().rejected(ConnectionRejection.BAD_RECORD)).isEqualTo(1);
    }

    @Test
    void framesThatComeRightBehindTheConfirmationAreNotLost() {
        NettyTransport replica = replica1(LIMITS);
        try (RawPeer peer = RawPeer.connect(replica.boundPort())) {
            peer.handshake(CLIENT, R1);
            for (int i = 0; i < 2_000; i++) {
                peer.writeFrame(ByteString.copyFromUtf8("frame " + i));
            }
            eventually(() -> handler.frameCount() == 2_000);
        }
        assertThat(handler.texts()).startsWith("frame 0", "frame 1").endsWith("frame 1999");
    }

    @Test
    void settingsThatDifferAreNamedWithBothValuesAtBothEnds() {
        RecordingHandler atClient = new RecordingHandler();
        NettyTransport replica = cluster.add(withSettings(R1, "a=1\nb=1\npipeline=256\n"), handler);
        NettyTransport client = cluster.add(withSettings(CLIENT, "a=1\npipeline=128\n"), atClient);
        eventually(() -> atClient.refusals()
                .contains("setting pipeline is 128 here and 256 at replica 1: it must be the same in both"
                        + " cluster files"));
        assertThat(replica.stats().rejected(ConnectionRejection.SETTINGS_DIFFER))
                .isPositive();
        assertThat(client.stats().rejected(ConnectionRejection.SETTINGS_DIFFER)).isPositive();
        assertThat(handler.events()).isEmpty();
        assertThat(atClient.events()).isEmpty();
    }

    @Test
    void settingsThatAreAlikeOrThatOneDoesNotStateLetIn() {
        cluster.add(withSettings(R1, "pipeline=256\n"), handler);
        cluster.add(withSettings(CLIENT, "pipeline=256\n"), new RecordingHandler());
        cluster.add(withSettings(new PeerId.ClientSession(8, 1), ""), new RecordingHandler());
        eventually(() -> handler.saw("up " + CLIENT) && handler.saw("up client 8 session 1"));
    }

    private TransportOptions withSettings(PeerId self, String settings) {
        return cluster.options(self, LIMITS, Optional.empty(), ByteString.copyFromUtf8(settings));
    }

    @Test
    void oneWhoNeverSpeaksIsClosedAtTheDeadline() {
        NettyTransport replica = replica1(shortDeadline());
        try (RawPeer silent = RawPeer.connect(replica.boundPort())) {
            assertThat(silent.isClosedByPeer()).isTrue();
        }
        assertThat(replica.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT))
                .isEqualTo(1);
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
        assertThat(replica.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT))
                .isEqualTo(1);
    }

    private static TransportLimits shortDeadline() {
        return LIMITS.toBuilder().handshakeTimeoutMillis(100).build();
    }

    @Test
    void theDialingSideChecksTheReplicaToo() throws Exception {
        try (ServerSocket impostor = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            TransportOptions options = new TransportOptions(
                    CLIENT,
                    1,
                    id -> LoopbackCluster.loopback(impostor.getLocalPort()),
                    TestNodes.of(CLIENT.toNodeId()),
                    () -> ByteString.EMPTY,
                    Optional.empty(),
                    LIMITS);
            NettyTransport client = cluster.add(options, handler);
            try (RawPeer fake = RawPeer.accepted(impostor.accept())) {
                fake.readFrame();
                fake.writeFrame(RawPeer.hello(R1).encode());
                assertThat(fake.isClosedByPeer()).isTrue();
            }
            assertThat(client.stats().rejected(ConnectionRejection.BAD_HELLO)).isEqualTo(1);
            try (RawPeer fake = RawPeer.accepted(impostor.accept())) {
                fake.readFrame();
                fake.writeFrame(HandshakeFrames.of(HandshakeFrames.CHALLENGE, ByteString.copyFrom(new byte[16])));
                fake.readFrame();
                // Reflecting the client's own message is the best that one without the keys can do.
                ByteString first = fake.readFrame();
                fake.writeFrame(HandshakeFrames.of(HandshakeFrames.SECOND, HandshakeFrames.body(first)));
                assertThat(fake.isClosedByPeer()).isTrue();
            }
            assertThat(client.stats().rejected(ConnectionRejection.WRONG_PROOF)).isEqualTo(1);
        }
        assertThat(handler.events()).isEmpty();
    }

    @Test
    void aFloodOfStrangersDoesNotKeepAGoodPeerOut() {
        NettyTransport replica = replica1(LIMITS.toBuilder().maxStrangers(16).build());
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            strangers.add(RawPeer.connect(replica.boundPort()));
        }
        eventually(() -> replica.stats().rejected(ConnectionRejection.TOO_MANY_STRANGERS) == 200 - 16);
        // The oldest went first.
        assertThat(strangers.get(0).isClosedByPeer()).isTrue();
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(CLIENT, R1);
            eventually(() -> handler.saw("up " + CLIENT));
        }
        strangers.forEach(RawPeer::close);
        // An authenticated connection does not count, and so is never the oldest that has to go.
        assertThat(replica.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT))
                .isZero();
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
        assertThat(replica.stats().rejected(ConnectionRejection.OVERSIZED_FRAME))
                .isEqualTo(1);
        assertThat(replica.stats().rejected(ConnectionRejection.EMPTY_FRAME)).isEqualTo(1);
    }

    @Test
    void anythingButTheRightBytesIsRefused() {
        NettyTransport replica = replica1(LIMITS);
        byte[] hello = RawPeer.hello(CLIENT).encode().toByteArray();
        int attempts = 0;
        for (int i = 0; i < hello.length; i++) {
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
        long rejected = Arrays.stream(ConnectionRejection.values())
                .mapToLong(replica.stats()::rejected)
                .sum();
        assertThat(rejected).isEqualTo(attempts);
    }
}
