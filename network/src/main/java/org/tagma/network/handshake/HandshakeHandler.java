package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.tagma.crypto.NoiseIk;
import org.tagma.network.frames.FrameDecoder;
import org.tagma.network.frames.ReadHolds;
import org.tagma.network.frames.RecordHandler;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.Framing;
import org.tagma.network.transport.Role;

/**
 * Mutual authentication, before anything else is read from a connection:
 *
 * <pre>
 * initiator -&gt; responder   hello
 * responder -&gt; initiator   challenge, or refusal
 * initiator -&gt; responder   proof over hello and challenge, which costs the responder one hash
 *                          (TLS, where the cluster wants it)
 * initiator -&gt; responder   first message of Noise IK, with the settings
 * responder -&gt; initiator   second message of Noise IK, with the settings
 * initiator -&gt; responder   confirmation, sealed with the new keys
 * </pre>
 *
 * The responder says nothing to one who does not greet it properly, and does nothing costly for one who has not proved
 * that he belongs to the cluster and is there now: the challenge is bound to the connection, so a recorded proof is
 * worth nothing. From the confirmation on all is sealed by {@link RecordHandler}.
 */
public abstract class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private final Role role;
    private final HandshakeContext context;
    private FrameDecoder decoder;
    private boolean done;
    private @Nullable Future<?> deadline;

    HandshakeHandler(Role role, HandshakeContext context) {
        this.role = role;
        this.context = context;
        this.decoder = new FrameDecoder(context.stats(), HandshakeFrames.MAX_STRANGER_FRAME_BYTES);
    }

    /** A whole frame has come. */
    abstract void onFrame(ChannelHandlerContext ctx, ByteString frame);

    /** Puts the handshake into the pipeline of a new connection. */
    public final void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(decoder, this);
    }

    final HandshakeContext context() {
        return context;
    }

    final boolean isDone() {
        return done;
    }

    /** The rest of the handshake must be over in time from now. */
    final void startDeadline(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = ctx.executor()
                .schedule(
                        () -> reject(ctx, ConnectionRejection.HANDSHAKE_TIMEOUT, "no proof of identity in time"),
                        context.limits().handshakeTimeoutMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!done) { // else rejected, with frames still in the read buffer
            onFrame(ctx, (ByteString) message);
        }
    }

    /** No more frames are cut from what comes, and no more is read than has been. */
    final void pause(ChannelHandlerContext ctx) {
        decoder.pause();
        ReadHolds.hold(ctx.channel(), ReadHolds.HANDSHAKE);
    }

    /** What comes from now on, and what has come but was not looked at, passes through a further layer first. */
    final void continueBehind(ChannelHandlerContext ctx, Optional<? extends ChannelHandler> layer, int maxFrameBytes) {
        ChannelPipeline pipeline = ctx.pipeline();
        FrameDecoder spent = decoder;
        spent.pause();
        layer.ifPresent(handler -> pipeline.addBefore(ctx.name(), null, handler));
        decoder = new FrameDecoder(context.stats(), maxFrameBytes);
        pipeline.addBefore(ctx.name(), null, decoder);
        // Hands what it holds to the next handler.
        pipeline.remove(spent);
    }

    /** From here on TLS, where the cluster wants it. */
    final void continueBehindTls(ChannelHandlerContext ctx) {
        continueBehind(ctx, context.newTls(role, ctx.channel()), HandshakeFrames.MAX_MEMBER_FRAME_BYTES);
    }

    /** From here on the keys of this connection; for a confirmation only, until its owner allows more. */
    final void continueSealed(ChannelHandlerContext ctx, NoiseIk noise) {
        continueBehind(
                ctx,
                Optional.of(new RecordHandler(noise.split(), context.stats())),
                HandshakeFrames.MAX_STRANGER_FRAME_BYTES);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish();
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls && !tls.isSuccess()) {
            onTlsFailure(ctx, tls.cause());
        }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (root instanceof SSLException) {
            onTlsFailure(ctx, root);
            return;
        }
        context.debug("connection with " + ctx.channel().remoteAddress() + " broke in the handshake: " + cause);
        ctx.close();
    }

    private void onTlsFailure(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return; // the other side went away, which is no failure of TLS
        }
        reject(ctx, ConnectionRejection.TLS_FAILED, "TLS failed: " + cause.getMessage());
    }

    final void reject(ChannelHandlerContext ctx, ConnectionRejection reason, String explanation) {
        if (end(ctx, reason, explanation)) {
            ctx.close();
        }
    }

    /** As {@link #reject}, with a last word. */
    final void reject(ChannelHandlerContext ctx, ConnectionRejection reason, String explanation, ByteString lastFrame) {
        if (end(ctx, reason, explanation)) {
            write(ctx, lastFrame).addListener(written -> ctx.close());
        }
    }

    private boolean end(ChannelHandlerContext ctx, ConnectionRejection reason, String explanation) {
        if (done) {
            return false;
        }
        finish();
        context.rejected(ctx.channel(), reason, explanation);
        return true;
    }

    final void finish() {
        done = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    static ChannelFuture write(ChannelHandlerContext ctx, ByteString frame) {
        return ctx.writeAndFlush(Framing.encode(ctx.alloc(), List.of(frame)));
    }
}
