package org.tagma.network.frames;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportStats;

/** What peers begin to send and do not finish. Room: 100,000 bytes a replica, 40,000 a client, 60,000 all clients. */
final class FrameRoomTest {
    private static final NodeId CLIENT = new NodeId.Client(1);
    private static final NodeId OTHER_CLIENT = new NodeId.Client(2);
    private static final NodeId REPLICA = new NodeId.Replica(1);
    private static final int FRAME = 20_000;
    private static final int DEADLINE_MILLIS = 1_000;

    private final TransportStats stats = new TransportStats();
    private final FrameRoom room = new FrameRoom(TransportLimits.defaults().toBuilder()
            .replicaUnfinishedBytes(100_000)
            .clientUnfinishedBytes(40_000)
            .allClientsUnfinishedBytes(60_000)
            .build());

    @Test
    void halfFramesPinNoSocketBuffer() {
        EmbeddedChannel channel = connection(CLIENT);
        ByteBuf part = Unpooled.directBuffer().writeInt(FRAME).writeZero(10);
        channel.writeInbound(part);
        assertThat(part.refCnt()).isZero();
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[FRAME - 10]));
        assertThat(channel.<ByteString>readInbound().size()).isEqualTo(FRAME);
    }

    @Test
    void aClientWithManyHalfFramesIsNotReadOnWhileOthersAre() {
        List<EmbeddedChannel> open = halfFrames(CLIENT, 3);
        assertThat(open.get(0).config().isAutoRead()).isTrue();
        assertThat(open.get(1).config().isAutoRead()).isTrue();
        assertThat(open.get(2).config().isAutoRead()).as("no room for a third").isFalse();
        EmbeddedChannel other = halfFrames(OTHER_CLIENT, 1).get(0);
        assertThat(other.config().isAutoRead()).isTrue();
        finish(other);
        finish(open.get(0));
        open.get(2).runPendingTasks();
        assertThat(open.get(2).config().isAutoRead()).as("there is room again").isTrue();
        finish(open.get(2));
    }

    @Test
    void whatSurplusConnectionsOfOneClientHaveSentIsKeptWithinABoundAndTheRestIsClosed() {
        List<EmbeddedChannel> open = halfFrames(CLIENT, 100);
        long kept = open.stream().filter(EmbeddedChannel::isOpen).count();
        // Two hold their frames, and ten times 1,000 bytes are a quarter of 40,000.
        assertThat(kept).isEqualTo(12);
        assertThat(stats.rejected(ConnectionRejection.TOO_MANY_UNFINISHED_FRAMES))
                .isEqualTo(88);
        open.forEach(EmbeddedChannel::close);
        finish(halfFrames(CLIENT, 1).get(0));
    }

    @Test
    void allClientsTogetherLeaveReplicasTheirRoom() {
        halfFrames(CLIENT, 2);
        halfFrames(OTHER_CLIENT, 1);
        EmbeddedChannel third = halfFrames(new NodeId.Client(3), 1).get(0);
        assertThat(third.config().isAutoRead()).isFalse();
        finish(halfFrames(REPLICA, 1).get(0));
    }

    @Test
    void oneFrameAtATimeMayBeLargerThanItsReplicasRoom() {
        EmbeddedChannel first = connection(REPLICA);
        first.writeInbound(Unpooled.buffer().writeInt(500_000).writeByte(1));
        assertThat(first.config().isAutoRead()).isTrue();
        EmbeddedChannel second = connection(new NodeId.Replica(2));
        second.writeInbound(Unpooled.buffer().writeInt(500_000).writeByte(1));
        assertThat(second.config().isAutoRead()).isFalse();
        first.close();
        second.runPendingTasks();
        assertThat(second.config().isAutoRead()).isTrue();
    }

    @Test
    void aFrameThatDoesNotEndLosesItsConnection() {
        EmbeddedChannel channel = halfFrames(CLIENT, 1).get(0);
        channel.advanceTimeBy(DEADLINE_MILLIS + 1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(stats.rejected(ConnectionRejection.UNFINISHED_FRAME)).isEqualTo(1);
    }

    private EmbeddedChannel connection(NodeId peer) {
        FrameDecoder decoder = new FrameDecoder(stats, 1_024);
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        channel.freezeTime();
        decoder.authenticated(peer, 1 << 20, room, DEADLINE_MILLIS);
        return channel;
    }

    private List<EmbeddedChannel> halfFrames(NodeId peer, int count) {
        List<EmbeddedChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            EmbeddedChannel channel = connection(peer);
            channel.writeInbound(Unpooled.buffer().writeInt(FRAME).writeZero(1_000));
            channels.add(channel);
        }
        return channels;
    }

    private static void finish(EmbeddedChannel channel) {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[FRAME - 1_000]));
        assertThat(channel.<ByteString>readInbound().size()).isEqualTo(FRAME);
    }
}
