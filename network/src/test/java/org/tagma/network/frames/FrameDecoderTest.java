package org.tagma.network.frames;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.Framing;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportStats;

final class FrameDecoderTest {
    private static final List<ByteString> FRAMES = List.of(
            ByteString.copyFromUtf8("a"),
            ByteString.copyFrom(new byte[300]),
            ByteString.copyFromUtf8("the last of three"));

    private static final int MAX_BYTES = 1_024;

    private final TransportStats stats = new TransportStats();
    private final FrameDecoder decoder = new FrameDecoder(stats, MAX_BYTES);
    private final EmbeddedChannel channel = new EmbeddedChannel(decoder);

    private static byte[] encoded(List<ByteString> frames) {
        ByteBuf buffer = Framing.encode(UnpooledByteBufAllocator.DEFAULT, frames);
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes).release();
        return bytes;
    }

    private static List<ByteString> received(EmbeddedChannel channel) {
        List<ByteString> frames = new ArrayList<>();
        for (ByteString next = channel.readInbound(); next != null; next = channel.readInbound()) {
            frames.add(next);
        }
        return frames;
    }

    @Test
    void framesSplitAtAnyByteComeOutWhole() {
        byte[] bytes = encoded(FRAMES);
        for (int split = 0; split <= bytes.length; split++) {
            EmbeddedChannel fresh = new EmbeddedChannel(new FrameDecoder(stats, MAX_BYTES));
            fresh.writeInbound(Unpooled.copiedBuffer(bytes, 0, split));
            fresh.writeInbound(Unpooled.copiedBuffer(bytes, split, bytes.length - split));
            assertThat(received(fresh)).as("split at %d", split).isEqualTo(FRAMES);
        }
    }

    @Test
    void framesThatComeByteByByteComeOutWhole() {
        for (byte next : encoded(FRAMES)) {
            channel.writeInbound(Unpooled.copiedBuffer(new byte[] {next}));
        }
        assertThat(received(channel)).isEqualTo(FRAMES);
    }

    @Test
    void anEmptyFrameEndsTheConnection() {
        channel.writeInbound(Unpooled.buffer().writeInt(0).writeInt(1).writeByte(1));
        assertThat(received(channel)).isEmpty();
        assertThat(channel.isOpen()).isFalse();
        assertThat(stats.rejected(ConnectionRejection.EMPTY_FRAME)).isEqualTo(1);
    }

    @Test
    void anOversizedFrameEndsTheConnectionAtItsLengthAlready() {
        for (int length : new int[] {MAX_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            EmbeddedChannel fresh = new EmbeddedChannel(new FrameDecoder(stats, MAX_BYTES));
            fresh.writeInbound(Unpooled.buffer().writeInt(length));
            assertThat(fresh.isOpen()).isFalse();
        }
        assertThat(stats.rejected(ConnectionRejection.OVERSIZED_FRAME)).isEqualTo(4);
    }

    @Test
    void framesBeforeABadOneAreDeliveredAndNothingAfterIt() {
        ByteBuf bad = Unpooled.buffer().writeInt(-1).writeInt(1).writeByte(7);
        channel.writeInbound(Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(encoded(FRAMES)), bad));
        assertThat(received(channel)).isEqualTo(FRAMES);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void theLimitCanBeRaised() {
        ByteString large = ByteString.copyFrom(new byte[5_000]);
        decoder.authenticated(new NodeId.Client(0), 5_000, new FrameRoom(TransportLimits.defaults()), 60_000);
        channel.writeInbound(Unpooled.copiedBuffer(encoded(List.of(large))));
        assertThat(received(channel)).containsExactly(large);
    }

    @Test
    void whatComesWhileItIsPausedIsForTheHandlerThatTakesItsPlace() {
        channel.writeInbound(Unpooled.wrappedBuffer(encoded(FRAMES.subList(0, 1))));
        decoder.pause();
        byte[] rest = encoded(FRAMES);
        channel.writeInbound(Unpooled.wrappedBuffer(rest));
        assertThat(received(channel)).containsExactly(FRAMES.get(0));
        channel.pipeline().addLast(new FrameDecoder(stats, MAX_BYTES));
        channel.pipeline().remove(decoder);
        assertThat(received(channel)).isEqualTo(FRAMES);
    }
}
