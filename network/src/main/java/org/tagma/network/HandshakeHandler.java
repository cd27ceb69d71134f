package org.tagma.network;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.tagma.network.Transcript.Role;

/**
 * Mutual authentication, before anything else is read from a connection:
 *
 * <pre>
 * initiator -&gt; responder   Hello
 * responder -&gt; initiator   Hello
 * initiator -&gt; responder   proof over (initiator, both hellos)
 * responder -&gt; initiator   proof over (responder, both hellos)
 * </pre>
 *
 * The responder says nothing to one who does not greet it properly, and proves nothing to one who has not proved his
 * identity first. Until the end a connection costs it one hello, one verification and at most 1 KiB frames.
 */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {

    /** The side that made or accepted the connection. */
    interface Owner {
        /** Whether a peer of this name has any business on this connection. */
        boolean expects(PeerId claimed);

        /** Whether there is a place for the peer, which has proved who it is. */
        Optional<RejectReason> admits(PeerId peer);

        /** The peer is who it says. The owner replaces this handler in the pipeline. */
        void authenticated(ChannelHandlerContext ctx, PeerId peer);
    }

    private enum State {
        AWAIT_HELLO,
        AWAIT_PROOF,
        DONE
    }

    private final Role role;
    private final HandshakeContext context;
    private final Owner owner;
    private final ByteString ownHello;
    private State state = State.AWAIT_HELLO;
    private @Nullable PeerId remote;
    private ByteString remoteHello = ByteString.EMPTY;
    private @Nullable Future<?> deadline;

    HandshakeHandler(Role role, HandshakeContext context, Owner owner) {
        this.role = role;
        this.context = context;
        this.owner = owner;
        this.ownHello = context.newHello().encode();
    }

    Role role() {
        return role;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> reject(ctx, RejectReason.HANDSHAKE_TIMEOUT, "no proof of identity in time"),
                        context.limits().handshakeTimeoutMillis(),
                        TimeUnit.MILLISECONDS);
        if (role == Role.INITIATOR) {
            write(ctx, ownHello);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteString frame = (ByteString) message;
        switch (state) {
            case AWAIT_HELLO -> onHello(ctx, frame);
            case AWAIT_PROOF -> onProof(ctx, frame);
            case DONE -> {} // rejected, with frames still in the read buffer
        }
    }

    private void onHello(ChannelHandlerContext ctx, ByteString frame) {
        Hello hello;
        try {
            hello = Hello.decode(frame);
        } catch (Hello.MalformedHelloException e) {
            reject(ctx, RejectReason.BAD_HELLO, "it does not speak our protocol");
            return;
        }
        if (hello.version() != Hello.VERSION) {
            reject(
                    ctx,
                    RejectReason.WRONG_VERSION,
                    "it speaks protocol version " + hello.version() + ", we speak " + Hello.VERSION);
        } else if (!hello.clusterId().equals(context.clusterId())) {
            reject(ctx, RejectReason.WRONG_CLUSTER, hello.peer() + " belongs to another cluster");
        } else if (!owner.expects(hello.peer())) {
            reject(ctx, RejectReason.UNEXPECTED_PEER, hello.peer() + " has no business on this connection");
        } else if (!context.certificateNames(ctx.pipeline(), hello.peer().toNodeId())) {
            reject(ctx, RejectReason.CERTIFICATE_MISMATCH, "its certificate is not that of " + hello.peer());
        } else {
            remote = hello.peer();
            remoteHello = frame;
            state = State.AWAIT_PROOF;
            write(ctx, role == Role.RESPONDER ? ownHello : ownProof(hello.peer()));
        }
    }

    private void onProof(ChannelHandlerContext ctx, ByteString proof) {
        PeerId peer = remote;
        if (!context.authenticator().verify(peer.toNodeId(), transcript(role.other()), proof)) {
            reject(ctx, RejectReason.WRONG_PROOF, "it does not prove to be " + peer + "; do the key files match?");
            return;
        }
        Optional<RejectReason> refusal = owner.admits(peer);
        if (refusal.isPresent()) {
            reject(ctx, refusal.get(), "no place for " + peer);
            return;
        }
        if (role == Role.RESPONDER) {
            write(ctx, ownProof(peer));
        }
        finish();
        owner.authenticated(ctx, peer);
    }

    private ByteString ownProof(PeerId peer) {
        return context.authenticator().prove(peer.toNodeId(), transcript(role));
    }

    private ByteString transcript(Role prover) {
        return role == Role.INITIATOR
                ? Transcript.of(prover, ownHello, remoteHello)
                : Transcript.of(prover, remoteHello, ownHello);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls && !tls.isSuccess()) {
            onTlsFailure(ctx, tls.cause());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
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
        reject(ctx, RejectReason.TLS_FAILED, "TLS failed: " + cause.getMessage());
    }

    private void reject(ChannelHandlerContext ctx, RejectReason reason, String explanation) {
        if (state == State.DONE) {
            return;
        }
        finish();
        context.rejected(ctx.channel(), reason, explanation);
        ctx.close();
    }

    private void finish() {
        state = State.DONE;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private static void write(ChannelHandlerContext ctx, ByteString frame) {
        ctx.writeAndFlush(Framing.encode(ctx.alloc(), List.of(frame)));
    }
}
