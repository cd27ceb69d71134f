package org.tagma.network;

import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Cuts the incoming bytes into frames; closes the connection at a length that is not allowed. Used on the network thread. */
final class FrameDecoder extends ByteToMessageDecoder {
    private final TransportStats stats;
    private int maxFrameBytes = Framing.MAX_HANDSHAKE_FRAME_BYTES;
    private boolean broken;

    FrameDecoder(TransportStats stats) {
        this.stats = stats;
    }

    /** Takes effect with the next frame, even if its bytes have already come in. */
    void allowFramesOf(int bytes) {
        maxFrameBytes = bytes;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < Framing.PREFIX_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length <= 0 || length > maxFrameBytes) {
            // There is no way to find the start of the next frame, so the connection is of no more use.
            broken = true;
            stats.countRejected(length == 0 ? RejectReason.EMPTY_FRAME : RejectReason.OVERSIZED_FRAME);
            in.skipBytes(in.readableBytes());
            ctx.close();
            return;
        }
        if (in.readableBytes() < Framing.PREFIX_BYTES + length) {
            return;
        }
        byte[] frame = new byte[length];
        in.skipBytes(Framing.PREFIX_BYTES).readBytes(frame);
        out.add(UnsafeByteOperations.unsafeWrap(frame));
    }
}
