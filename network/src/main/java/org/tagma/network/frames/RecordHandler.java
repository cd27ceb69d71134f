package org.tagma.network.frames;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;
import org.tagma.crypto.NoiseCipher;
import org.tagma.crypto.NoiseIk;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.TransportStats;

/**
 * Seals all that leaves an authenticated connection and opens all that comes: records of a length (2 bytes) and that
 * many sealed bytes. What was recorded elsewhere, injected, changed, left out, repeated or put in another order ends
 * the connection before a byte of it is read. A record holds whatever was written at once, so that many small frames
 * cost one; and it is short, since of each connection one may be unfinished.
 */
public final class RecordHandler extends ChannelDuplexHandler {
    /**
     * The longest record, without its length. A longer one would save a twentieth of the time and hold more of a peer's
     * bytes.
     */
    static final int MAX_SEALED_BYTES = 4_096;

    private static final int PREFIX_BYTES = 2;
    private static final int MAX_PLAIN_BYTES = MAX_SEALED_BYTES - NoiseCipher.TAG_BYTES;

    private final NoiseIk.Ciphers ciphers;
    private final TransportStats stats;
    private int length;
    private int prefixBytes;
    private byte @Nullable [] record;
    private int recordBytes;
    private boolean broken;

    public RecordHandler(NoiseIk.Ciphers ciphers, TransportStats stats) {
        this.ciphers = ciphers;
        this.stats = stats;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf plain = (ByteBuf) message;
        ByteBuf sealed;
        try {
            sealed = seal(ctx, plain);
        } finally {
            plain.release();
        }
        ctx.write(sealed, promise);
    }

    private ByteBuf seal(ChannelHandlerContext ctx, ByteBuf plain) {
        int records = (plain.readableBytes() + MAX_PLAIN_BYTES - 1) / MAX_PLAIN_BYTES;
        int size = plain.readableBytes() + records * (PREFIX_BYTES + NoiseCipher.TAG_BYTES);
        // The cipher works on an array; the socket takes its copy when it writes.
        ByteBuf out = ctx.alloc().heapBuffer(size, size);
        while (plain.isReadable()) {
            int next = Math.min(plain.readableBytes(), MAX_PLAIN_BYTES);
            out.writeShort(next + NoiseCipher.TAG_BYTES);
            int at = out.writerIndex();
            plain.readBytes(out, next);
            ciphers.outbound().seal(out.array(), out.arrayOffset() + at, next);
            out.writerIndex(at + next + NoiseCipher.TAG_BYTES);
        }
        return out;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && !broken) {
                if (record != null) {
                    continueRecord(ctx, in);
                } else {
                    beginRecord(ctx, in);
                }
            }
        } finally {
            in.release();
        }
    }

    private void beginRecord(ChannelHandlerContext ctx, ByteBuf in) {
        length = length << Byte.SIZE | in.readUnsignedByte();
        prefixBytes++;
        if (prefixBytes < PREFIX_BYTES) {
            return;
        }
        if (length < NoiseCipher.TAG_BYTES || length > MAX_SEALED_BYTES) {
            breakOff(ctx);
            return;
        }
        record = new byte[length];
        recordBytes = 0;
        prefixBytes = 0;
        length = 0;
    }

    private void continueRecord(ChannelHandlerContext ctx, ByteBuf in) {
        byte[] whole = record;
        int next = Math.min(in.readableBytes(), whole.length - recordBytes);
        in.readBytes(whole, recordBytes, next);
        recordBytes += next;
        if (recordBytes < whole.length) {
            return;
        }
        record = null;
        int plainLength = ciphers.inbound().open(whole, 0, whole.length);
        if (plainLength < 0) {
            breakOff(ctx);
        } else {
            ctx.fireChannelRead(Unpooled.wrappedBuffer(whole, 0, plainLength));
        }
    }

    private void breakOff(ChannelHandlerContext ctx) {
        broken = true;
        stats.countRejected(ConnectionRejection.BAD_RECORD);
        ctx.close();
    }
}
