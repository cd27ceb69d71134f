package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.network.LoopbackCluster.LIMITS;
import static org.tagma.network.LoopbackCluster.eventually;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tagma.network.handshake.NetworkLoop;
import org.tagma.network.transport.BindFailedException;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;

final class NettyTransportTest extends TransportContractTest {
    private final LoopbackCluster cluster = new LoopbackCluster(3);

    @Override
    Transport add(PeerId self, TransportLimits limits, FrameHandler handler) {
        return cluster.add(self, limits, handler);
    }

    @Override
    void until(Callable<Boolean> condition) {
        eventually(condition);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void largeFramesOfManySizesArriveUnchanged() {
        // All of them may be sent before the connection is up.
        TransportLimits limits = LIMITS.toBuilder()
                .replicaBacklogBytes(LIMITS.replicaBudgetBytes())
                .build();
        RecordingHandler r0 = new RecordingHandler();
        RecordingHandler r1 = new RecordingHandler();
        cluster.add(R1, limits, r1);
        Transport sender = cluster.add(R0, limits, r0);
        Random random = new Random(1);
        ByteString[] frames = new ByteString[60];
        for (int i = 0; i < frames.length; i++) {
            byte[] bytes = new byte[1 + random.nextInt(i % 10 == 0 ? 3_000_000 : 40_000)];
            random.nextBytes(bytes);
            frames[i] = ByteString.copyFrom(bytes);
            if (i == 30) {
                eventually(() -> r0.saw("up replica 1"));
            }
            sender.send(R1, frames[i]);
            sender.flush();
        }
        eventually(() -> r1.frameCount() == frames.length);
        assertThat(r1.frames()).containsExactly(frames);
    }

    @Test
    void aSlowReaderDoesNotSlowTheOthers() {
        TransportLimits limits =
                LIMITS.toBuilder().replicaBudgetBytes(1_000_000).build();
        RecordingHandler r0 = new RecordingHandler();
        RecordingHandler slow = new RecordingHandler();
        RecordingHandler fast = new RecordingHandler();
        cluster.add(R1, limits, slow);
        cluster.add(R2, limits, fast);
        Transport sender = cluster.add(R0, limits, r0);
        eventually(() -> r0.saw("up replica 1") && r0.saw("up replica 2"));
        slow.accept(false);
        ByteString frame = ByteString.copyFrom(new byte[50_000]);
        int sent = 0;
        while (sender.stats().dropped(DropReason.OVER_BUDGET) < 100) {
            int round = ++sent;
            sender.send(R1, frame);
            sender.send(R2, frame);
            sender.flush();
            eventually(() -> fast.frameCount() == round);
        }
        assertThat(slow.frameCount()).isLessThan(sent - 100);
        assertThat(sender.stats().queuedBytes()).isLessThanOrEqualTo(1_000_000);
    }

    @Test
    void aNewerConnectionOfASessionReplacesTheOlder() {
        RecordingHandler r0 = new RecordingHandler();
        NettyTransport replica = cluster.add(R0, LIMITS, r0);
        RawPeer older = RawPeer.connect(replica.boundPort());
        older.handshake(CLIENT, R0);
        eventually(() -> r0.saw("up " + CLIENT));
        try (RawPeer newer = RawPeer.connect(replica.boundPort())) {
            newer.handshake(CLIENT, R0);
            eventually(() -> r0.count("up " + CLIENT) == 2);
            assertThat(older.isClosedByPeer()).isTrue();
            assertThat(r0.events()).containsExactly("up " + CLIENT, "down " + CLIENT, "up " + CLIENT);
            assertThat(replica.stats().connections()).isEqualTo(1);
            replica.send(CLIENT, ByteString.copyFromUtf8("to the newer"));
            replica.flush();
            assertThat(newer.readFrame().toStringUtf8()).isEqualTo("to the newer");
        }
    }

    @Test
    void whoWasConnectedToAReplicaThatEndsIsToldThatItsAddressRefuses() {
        RecordingHandler r0 = new RecordingHandler();
        RecordingHandler r2 = new RecordingHandler();
        cluster.add(R0, LIMITS, r0);
        NettyTransport ends = cluster.add(R1, LIMITS, new RecordingHandler());
        cluster.add(R2, LIMITS, r2);
        eventually(() -> r0.saw("up " + R1) && r2.saw("up " + R1));
        ends.close();
        // One that dials it, and one that it dials.
        List<String> told = List.of("unreachable " + R1);
        eventually(() -> r0.unreachable().equals(told) && r2.unreachable().equals(told));
    }

    @Test
    void aReplicaThatOnlyLosesAConnectionIsNotUnreachable() throws IOException {
        try (ServerSocket listens = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            RecordingHandler r1 = new RecordingHandler();
            TransportOptions options = new TransportOptions(
                    R1,
                    2,
                    id -> LoopbackCluster.loopback(listens.getLocalPort()),
                    TestNodes.of(R1.toNodeId()),
                    () -> ByteString.EMPTY,
                    Optional.empty(),
                    LIMITS);
            NettyTransport transport = cluster.add(options, r1);
            try (RawPeer other = RawPeer.connect(transport.boundPort())) {
                other.handshake(R0, R1);
                eventually(() -> r1.saw("up " + R0));
            }
            eventually(() -> r1.saw("down " + R0));
            // Asked, and there was somebody.
            listens.accept().close();
            listens.accept().close();
            assertThat(r1.unreachable()).isEmpty();
        }
    }

    @Test
    void clientSessionsAreLimitedInAllAndPerClient() {
        TransportLimits limits = LIMITS.toBuilder()
                .maxClientConnections(3)
                .maxConnectionsPerClient(2)
                .build();
        RecordingHandler r0 = new RecordingHandler();
        NettyTransport replica = cluster.add(R0, limits, r0);
        int port = replica.boundPort();
        try (RawPeer a = RawPeer.connect(port);
                RawPeer b = RawPeer.connect(port);
                RawPeer c = RawPeer.connect(port);
                RawPeer d = RawPeer.connect(port);
                RawPeer e = RawPeer.connect(port)) {
            a.handshake(new PeerId.ClientSession(1, 1), R0);
            b.handshake(new PeerId.ClientSession(1, 2), R0);
            c.beginHandshake(new PeerId.ClientSession(1, 3), R0);
            assertThat(c.isClosedByPeer()).isTrue();
            d.handshake(new PeerId.ClientSession(2, 1), R0);
            e.beginHandshake(new PeerId.ClientSession(3, 1), R0);
            assertThat(e.isClosedByPeer()).isTrue();
            assertThat(replica.stats().rejected(ConnectionRejection.TOO_MANY_SESSIONS))
                    .isEqualTo(1);
            assertThat(replica.stats().rejected(ConnectionRejection.TOO_MANY_CLIENTS))
                    .isEqualTo(1);
            assertThat(replica.stats().connections()).isEqualTo(3);
        }
        eventually(() -> replica.stats().connections() == 0);
    }

    @Test
    void manyClientTransportsShareAThread() {
        RecordingHandler r0 = new RecordingHandler();
        cluster.add(R0, LIMITS, r0);
        try (NetworkLoop loop = new NetworkLoop("tagma-network-shared")) {
            Transport[] clients = new Transport[20];
            for (int i = 0; i < clients.length; i++) {
                PeerId self = new PeerId.ClientSession(i, 0);
                clients[i] = NettyTransport.forClient(cluster.options(self, LIMITS), loop);
                clients[i].start(new RecordingHandler());
                clients[i].send(R0, ByteString.copyFromUtf8("hello"));
            }
            eventually(() -> r0.frameCount() == clients.length);
            for (Transport client : clients) {
                client.close();
            }
        }
        assertNoThreadNamed("tagma-network-shared");
    }

    @Test
    void anAddressInUseIsOneClearLine() {
        NettyTransport first = cluster.add(R0, LIMITS, new RecordingHandler());
        NettyTransport second =
                NettyTransport.forReplica(cluster.options(R1, LIMITS), LoopbackCluster.loopback(first.boundPort()));
        assertThatThrownBy(() -> second.start(new RecordingHandler()))
                .isInstanceOf(BindFailedException.class)
                .hasMessageContaining(":" + first.boundPort() + ": the address is already in use; stop the program")
                .hasMessageNotContaining("\n");
        assertNoThreadNamed("tagma-network-1");
    }

    @Test
    void closingLeavesNoThread() {
        RecordingHandler r0 = new RecordingHandler();
        Transport first = cluster.add(R0, LIMITS, r0);
        Transport second = cluster.add(R1, LIMITS, new RecordingHandler());
        Transport client = cluster.add(CLIENT, LIMITS, new RecordingHandler());
        eventually(() -> r0.saw("up replica 1") && r0.saw("up " + CLIENT));
        first.close();
        second.close();
        client.close();
        assertNoThreadNamed("tagma-");
    }

    private static void assertNoThreadNamed(String prefix) {
        eventually(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith(prefix)));
    }
}
