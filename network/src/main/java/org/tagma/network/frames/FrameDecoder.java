package org.tagma.network.frames;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tagma.core.NodeId;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.Framing;
import org.tagma.network.transport.TransportStats;

/**
 * Cuts the incoming bytes into frames; closes the connection at a length that is not allowed. A frame of which only a
 * part has come in is collected on the heap, in room that its sender has to have ({@link FrameRoom}), and the socket's
 * buffer is given back at once: so no peer can pin direct memory. Used on the channel's thread.
 */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {
    private final TransportStats stats;
    private final byte[] prefix = new byte[Framing.PREFIX_BYTES];
    private final Runnable retry = this::retryLater;
    private int maxFrameBytes;
    private @Nullable ChannelHandlerContext context;
    private @Nullable NodeId owner;
    private @Nullable FrameRoom room;
    private long frameMillis;

    private int prefixBytes;
    private byte @Nullable [] frame;
    private int frameBytes;
    private FrameRoom.@Nullable Lease lease;
    private @Nullable Future<?> deadline;
    /** What came in while there was no room for the frame that it belongs to. */
    private byte @Nullable [] held;

    private boolean broken;
    private boolean paused;
    /** What came in while paused. */
    private ByteBuf kept = Unpooled.EMPTY_BUFFER;

    public FrameDecoder(TransportStats stats, int maxFrameBytes) {
        this.stats = stats;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Cuts no more frames until {@link #resume}; what comes meanwhile is kept. Nobody should read much meanwhile. */
    public void pause() {
        paused = true;
    }

    public void resume() {
        paused = false;
        ByteBuf in = kept;
        kept = Unpooled.EMPTY_BUFFER;
        channelRead(context, in);
    }

    /** Allows a peer that has proved who it is frames of its own size. Takes effect with the next frame. */
    public void authenticated(NodeId peer, int maxBytes, FrameRoom frameRoom, long unfinishedMillis) {
        owner = peer;
        maxFrameBytes = maxBytes;
        room = frameRoom;
        frameMillis = unfinishedMillis;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (held == null) {
                read(ctx, in);
            } else {
                hold(ctx, in);
            }
            if (paused && in.isReadable() && !broken) {
                keepOrPassOn(ctx, in);
            }
        } finally {
            in.release();
        }
    }

    private void keepOrPassOn(ChannelHandlerContext ctx, ByteBuf in) {
        if (ctx.isRemoved()) {
            ctx.fireChannelRead(in.readRetainedSlice(in.readableBytes()));
        } else {
            kept = Unpooled.copiedBuffer(kept, in);
            in.skipBytes(in.readableBytes());
        }
    }

    /** What was kept is for the handlers that take this one's place. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = kept;
        kept = Unpooled.EMPTY_BUFFER;
        if (rest.isReadable() && !broken) {
            ctx.fireChannelRead(rest);
        }
    }

    private void read(ChannelHandlerContext ctx, ByteBuf in) {
        while (in.isReadable() && !broken && held == null && !paused) {
            if (frame != null) {
                continueFrame(ctx, in);
            } else if (readPrefix(in)) {
                beginFrame(ctx, in);
            }
        }
    }

    private boolean readPrefix(ByteBuf in) {
        int missing = Math.min(in.readableBytes(), Framing.PREFIX_BYTES - prefixBytes);
        in.readBytes(prefix, prefixBytes, missing);
        prefixBytes += missing;
        return prefixBytes == Framing.PREFIX_BYTES;
    }

    private void beginFrame(ChannelHandlerContext ctx, ByteBuf in) {
        int length = Unpooled.wrappedBuffer(prefix).getInt(0);
        if (length <= 0 || length > maxFrameBytes) {
            // There is no way to find the start of the next frame, so the connection is of no more use.
            breakOff(ctx, length == 0 ? ConnectionRejection.EMPTY_FRAME : ConnectionRejection.OVERSIZED_FRAME);
            return;
        }
        if (in.readableBytes() >= length) {
            prefixBytes = 0;
            byte[] whole = new byte[length];
            in.readBytes(whole);
            ctx.fireChannelRead(UnsafeByteOperations.unsafeWrap(whole));
            return;
        }
        if (room != null) {
            lease = room.take(owner, length);
            if (lease == null) {
                hold(ctx, in);
                return;
            }
            startDeadline(ctx);
        }
        prefixBytes = 0;
        frame = new byte[length];
        frameBytes = 0;
        continueFrame(ctx, in);
    }

    private void continueFrame(ChannelHandlerContext ctx, ByteBuf in) {
        int next = Math.min(in.readableBytes(), frame.length - frameBytes);
        in.readBytes(frame, frameBytes, next);
        frameBytes += next;
        if (frameBytes == frame.length) {
            ByteString whole = UnsafeByteOperations.unsafeWrap(frame);
            endFrame();
            ctx.fireChannelRead(whole);
        }
    }

    private void endFrame() {
        frame = null;
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
        if (lease != null) {
            FrameRoom.Lease ended = lease;
            lease = null;
            room.giveBack(ended);
        }
    }

    /** Keeps what came in until there is room for its frame, and reads no more. */
    private void hold(ChannelHandlerContext ctx, ByteBuf in) {
        int already = held == null ? 0 : held.length;
        if (!room.hold(owner, in.readableBytes())) {
            breakOff(ctx, ConnectionRejection.TOO_MANY_UNFINISHED_FRAMES);
            return;
        }
        byte[] more = new byte[already + in.readableBytes()];
        if (held != null) {
            System.arraycopy(held, 0, more, 0, already);
        }
        in.readBytes(more, already, in.readableBytes());
        held = more;
        ReadHolds.hold(ctx.channel(), ReadHolds.NO_ROOM_FOR_FRAME);
        room.await(owner, retry);
    }

    private void retryLater() {
        context.executor().execute(this::retry);
    }

    private void retry() {
        if (held == null || broken) {
            return;
        }
        byte[] bytes = held;
        held = null;
        room.release(owner, bytes.length);
        // Its length was read before there was no room.
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        beginFrame(context, in);
        read(context, in);
        if (held == null) {
            ReadHolds.release(context.channel(), ReadHolds.NO_ROOM_FOR_FRAME);
        }
        context.fireChannelReadComplete();
    }

    /** A frame that never ends would keep its room for ever. Time in which we do not read does not count. */
    private void startDeadline(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            if (ReadHolds.isHeld(ctx.channel())) {
                                startDeadline(ctx);
                            } else {
                                breakOff(ctx, ConnectionRejection.UNFINISHED_FRAME);
                            }
                        },
                        frameMillis,
                        TimeUnit.MILLISECONDS);
    }

    private void breakOff(ChannelHandlerContext ctx, ConnectionRejection reason) {
        broken = true;
        stats.countRejected(reason);
        letGo();
        ctx.close();
    }

    private void letGo() {
        endFrame();
        if (held != null) {
            room.release(owner, held.length);
            held = null;
            room.forget(owner, retry);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        broken = true;
        letGo();
        ctx.fireChannelInactive();
    }
}
