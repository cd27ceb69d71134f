package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tagma.network.LoopbackCluster.LIMITS;
import static org.tagma.network.LoopbackCluster.eventually;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;

/** Floods of those who have no keys of the cluster, beside somebody who has, at a real replica 1 of three. */
final class StrangersTest {
    private static final PeerId R0 = new PeerId.Replica(0);
    private static final PeerId R1 = new PeerId.Replica(1);
    private static final PeerId CLIENT = new PeerId.ClientSession(7, 42);
    private static final PeerId OTHER_CLIENT = new PeerId.ClientSession(8, 43);
    private static final int FEW = 16;

    private final LoopbackCluster cluster = new LoopbackCluster(3);
    private final RecordingHandler handler = new RecordingHandler();
    private final List<RawPeer> strangers = new ArrayList<>();

    @AfterEach
    void close() {
        strangers.forEach(RawPeer::close);
        cluster.close();
    }

    private NettyTransport replica1(TransportLimits limits) {
        return cluster.add(R1, limits, handler);
    }

    private static TransportLimits roomForFew() {
        return LIMITS.toBuilder().maxStrangers(FEW).build();
    }

    @Test
    void aClientFarAwayGetsInThroughTwoThousandSilentConnectionsASecond() throws Exception {
        NettyTransport replica = replica1(LIMITS);
        try (SilentFlood flood = new SilentFlood(replica.boundPort(), 2_000);
                DelayingProxy far = new DelayingProxy(replica.boundPort(), 50)) {
            // The room is full, so from now on somebody has to go for each that comes.
            eventually(() -> replica.stats().rejected(ConnectionRejection.TOO_MANY_STRANGERS) > 0);
            TransportOptions options = new TransportOptions(
                    CLIENT,
                    3,
                    id -> id == 1 ? LoopbackCluster.loopback(far.port()) : null,
                    TestNodes.of(CLIENT.toNodeId()),
                    () -> ByteString.EMPTY,
                    Optional.empty(),
                    LIMITS);
            cluster.add(options, new RecordingHandler());
            eventually(() -> handler.saw("up " + CLIENT));
            assertThat(flood.failure()).isEmpty();
        }
    }

    @Test
    void aFloodFromOneAddressPushesOutItselfAndNobodyElse() {
        assumeAddresses();
        NettyTransport replica = replica1(roomForFew());
        try (RawPeer good = RawPeer.connect(replica.boundPort(), "127.0.0.3")) {
            good.writeFrame(RawPeer.hello(CLIENT).encode());
            good.readFrame();
            for (int i = 0; i < 10 * FEW; i++) {
                strangers.add(RawPeer.connect(replica.boundPort(), "127.0.0.2"));
            }
            eventually(() -> replica.stats().rejected(ConnectionRejection.TOO_MANY_STRANGERS) == 9 * FEW + 1);
            good.writeFrame(ByteString.copyFromUtf8("still there"));
            assertThat(good.isClosedByPeer()).isTrue();
            assertThat(replica.stats().rejected(ConnectionRejection.WRONG_PROOF))
                    .isEqualTo(1);
        }
    }

    @Test
    void aFloodFromManyAddressesLeavesRoomForAnAddressFromWhichSomebodyWasLetIn() {
        assumeAddresses();
        NettyTransport replica = replica1(roomForFew());
        try (RawPeer before = RawPeer.connect(replica.boundPort(), "127.0.0.3")) {
            before.handshake(CLIENT, R1);
            eventually(() -> handler.saw("up " + CLIENT));
        }
        try (RawPeer good = RawPeer.connect(replica.boundPort(), "127.0.0.3")) {
            ByteString transcript = good.greet(CLIENT, R1);
            for (int i = 0; i < 10 * FEW; i++) {
                strangers.add(RawPeer.connect(replica.boundPort(), "127.0.1." + (1 + i)));
            }
            eventually(() -> replica.stats().rejected(ConnectionRejection.TOO_MANY_STRANGERS) == 9 * FEW + 1);
            good.handshakeOf(CLIENT, R1, transcript);
            eventually(() -> handler.count("up " + CLIENT) == 2);
        }
    }

    @Test
    void aFloodFromManyAddressesGivesOneFromANewAddressHisTime() {
        assumeAddresses();
        NettyTransport replica = replica1(roomForFew());
        for (int i = 0; i < 10 * FEW; i++) {
            strangers.add(RawPeer.connect(replica.boundPort(), "127.0.1." + (1 + i)));
        }
        try (RawPeer good = RawPeer.connect(replica.boundPort(), "127.0.0.3")) {
            ByteString transcript = good.greet(CLIENT, R1);
            for (int i = 0; i < FEW - 1; i++) {
                strangers.add(RawPeer.connect(replica.boundPort(), "127.0.2." + (1 + i)));
            }
            eventually(() -> replica.stats().rejected(ConnectionRejection.TOO_MANY_STRANGERS) == 10 * FEW);
            good.handshakeOf(CLIENT, R1, transcript);
            eventually(() -> handler.saw("up " + CLIENT));
        }
    }

    @Test
    void recordedFirstMessagesCostNoHandshake() {
        NettyTransport replica = replica1(LIMITS);
        byte[] recorded;
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(R0, R1);
            eventually(() -> handler.saw("up " + R0));
            recorded = good.allSent();
        }
        for (int i = 0; i < 300; i++) {
            RawPeer replayer = RawPeer.connect(replica.boundPort());
            strangers.add(replayer);
            replayer.writeRaw(recorded);
        }
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(CLIENT, R1);
            eventually(() -> handler.saw("up " + CLIENT));
        }
        eventually(() -> replica.stats().rejected(ConnectionRejection.WRONG_PROOF) == 300);
        assertThat(handler.count("up " + R0)).isEqualTo(1);
    }

    @Test
    void oneWhoDripsBytesIsThrownOutInTimeAndKeepsNobodyOut() throws Exception {
        NettyTransport replica =
                replica1(LIMITS.toBuilder().handshakeTimeoutMillis(500).build());
        for (int i = 0; i < 100; i++) {
            strangers.add(RawPeer.connect(replica.boundPort()));
        }
        byte[] hello = RawPeer.hello(CLIENT).encode().toByteArray();
        Thread dripping = new Thread(() -> drip(hello));
        dripping.start();
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(CLIENT, R1);
            eventually(() -> handler.saw("up " + CLIENT));
        }
        // However many bytes they have sent: the time is counted from the beginning.
        eventually(() -> replica.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT) == 100);
        dripping.interrupt();
        dripping.join();
    }

    private void drip(byte... bytes) {
        byte[] framed = ByteString.copyFrom(new byte[] {0, 0, 0, (byte) bytes.length})
                .concat(ByteString.copyFrom(bytes))
                .toByteArray();
        for (int i = 0; i < framed.length - 1 && !Thread.currentThread().isInterrupted(); i++) {
            byte next = framed[i];
            strangers.forEach(stranger -> stranger.tryWrite(next));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Test
    void aClientThatStopsInTheMiddleOfManyHandshakesKeepsNobodyElseOut() {
        NettyTransport replica = replica1(LIMITS);
        for (int i = 0; i < 200; i++) {
            RawPeer halfWay = RawPeer.connect(replica.boundPort());
            strangers.add(halfWay);
            halfWay.proveMembership(CLIENT, R1, TestNodes.of(CLIENT.toNodeId()), R1);
        }
        try (RawPeer good = RawPeer.connect(replica.boundPort())) {
            good.handshake(OTHER_CLIENT, R1);
            eventually(() -> handler.saw("up " + OTHER_CLIENT));
        }
        assertThat(replica.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT))
                .isZero();
    }

    /** Not every system has all of 127.0.0.0/8 at the loopback. */
    private static void assumeAddresses() {
        boolean usable = true;
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName("127.0.1.1"))) {
            usable = any.isBound();
        } catch (IOException e) {
            usable = false;
        }
        assumeTrue(usable, "this machine has one loopback address");
    }

    /** Connections that say nothing, so many a second, closed when the other side has let go of them long ago. */
    private static final class SilentFlood implements AutoCloseable {
        private static final int KEPT = 3_000;

        private final int port;
        private final long gapNanos;
        private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
        private final AtomicLong opened = new AtomicLong();
        private final Thread thread = new Thread(this::run, "silent-flood");
        private volatile boolean over;
        private volatile Optional<IOException> failure = Optional.empty();

        SilentFlood(int port, int perSecond) {
            this.port = port;
            this.gapNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
            thread.start();
        }

        private void run() {
            long began = System.nanoTime();
            try {
                while (!over) {
                    sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
                    if (sockets.size() > KEPT) {
                        sockets.remove().close();
                    }
                    long due = began + gapNanos * opened.incrementAndGet();
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            } catch (IOException e) {
                failure = Optional.of(e);
            }
        }

        Optional<IOException> failure() {
            return failure;
        }

        @Override
        public void close() throws IOException, InterruptedException {
            over = true;
            thread.join();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
