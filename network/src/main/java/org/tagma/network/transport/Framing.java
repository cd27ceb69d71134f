package org.tagma.network.transport;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;

/** The one home of the frame format: a 4-byte big-endian length, then that many bytes. */
public final class Framing {
    public static final int PREFIX_BYTES = 4;

    private Framing() {}

    public static long wireBytes(ByteString frame) {
        return PREFIX_BYTES + (long) frame.size();
    }

    /** One buffer with all frames, so that they cost one copy and share a write. */
    public static ByteBuf encode(ByteBufAllocator allocator, List<ByteString> frames) {
        long total = 0;
        for (ByteString frame : frames) {
            total += wireBytes(frame);
        }
        int size = Math.toIntExact(total);
        ByteBuf buffer = allocator.heapBuffer(size, size);
        ByteBuffer target = buffer.internalNioBuffer(0, size);
        for (ByteString frame : frames) {
            target.putInt(frame.size());
            frame.copyTo(target);
        }
        return buffer.writerIndex(size);
    }
}
