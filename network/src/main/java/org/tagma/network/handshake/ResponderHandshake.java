package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tagma.core.NodeId;
import org.tagma.crypto.NoiseIk;
import org.tagma.network.frames.ReadHolds;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Role;

/** The handshake as the one who accepted the connection does it. For the thread of the acceptor. */
public final class ResponderHandshake extends HandshakeHandler {

    /** Who watches the acceptor, and knows what becomes of those who passed it. */
    public interface Owner {
        /** Whether a peer of this name has any business on this connection. */
        boolean expects(PeerId claimed);

        /** Belongs to the cluster: calls {@code turn} when there is time for what is costly. False if too many wait. */
        boolean proved(Channel channel, NodeId node, Runnable turn);

        /** Whether there is a place for the peer, which has shown that it has the keys. */
        Optional<ConnectionRejection> admits(PeerId peer);

        /** The peer is who it says, and is there now. The owner replaces this handler in the pipeline. */
        void authenticated(ChannelHandlerContext ctx, PeerId peer);

        /** The connection is gone, or was refused. */
        void left(Channel channel);
    }

    private enum State {
        AWAIT_HELLO,
        AWAIT_PROOF,
        AWAIT_TURN,
        AWAIT_FIRST,
        AWAIT_CONFIRMATION
    }

    private final Owner owner;
    private State state = State.AWAIT_HELLO;
    private boolean authenticated;
    private @Nullable PeerId remote;
    private ByteString transcript = ByteString.EMPTY;

    public ResponderHandshake(HandshakeContext context, Owner owner) {
        super(Role.RESPONDER, context);
        this.owner = owner;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        startDeadline(ctx);
    }

    @Override
    void onFrame(ChannelHandlerContext ctx, ByteString frame) {
        switch (state) {
            case AWAIT_HELLO -> onHello(ctx, frame);
            case AWAIT_PROOF -> onProof(ctx, frame);
            case AWAIT_TURN -> throw new IllegalStateException("frames are held");
            case AWAIT_FIRST -> onFirst(ctx, frame);
            case AWAIT_CONFIRMATION -> onConfirmation(ctx, frame);
        }
    }

    private void onHello(ChannelHandlerContext ctx, ByteString frame) {
        Hello hello;
        try {
            hello = Hello.decode(frame);
        } catch (Hello.MalformedHelloException e) {
            reject(ctx, ConnectionRejection.BAD_HELLO, "it does not speak our protocol");
            return;
        }
        Optional<Refusal> refusal = context().judge(hello);
        if (refusal.isPresent()) {
            refuse(ctx, refusal.get(), complaint(hello, refusal.get()));
        } else if (!owner.expects(hello.peer())) {
            refuse(ctx, Refusal.UNEXPECTED_PEER, hello.peer() + " has no business on this connection");
        } else {
            remote = hello.peer();
            ByteString challenge = context().newChallenge();
            transcript = HandshakeFrames.transcript(frame, challenge);
            state = State.AWAIT_PROOF;
            write(ctx, HandshakeFrames.of(HandshakeFrames.CHALLENGE, challenge));
        }
    }

    private static String complaint(Hello hello, Refusal refusal) {
        return switch (refusal) {
            case WRONG_VERSION -> "it speaks protocol version " + hello.version() + ", we speak " + Hello.VERSION;
            case WRONG_CLUSTER -> hello.peer() + " belongs to another cluster";
            case WRONG_EPOCH -> hello.peer() + " is of epoch " + hello.epoch();
            case TLS_DEMANDED -> hello.peer() + " connects without TLS, which the cluster file here demands";
            case TLS_NOT_SPOKEN -> hello.peer() + " connects with TLS, which the cluster file here does not know of";
            default -> hello.peer() + " looks for replica " + hello.responder();
        };
    }

    private void onProof(ChannelHandlerContext ctx, ByteString frame) {
        NodeId node = remote.toNodeId();
        if (!HandshakeFrames.is(HandshakeFrames.PROOF, frame)
                || !context().keys().verify(node, transcript, HandshakeFrames.body(frame))) {
            reject(
                    ctx,
                    ConnectionRejection.WRONG_PROOF,
                    "it does not prove to be " + remote + "; do the key files match?");
            return;
        }
        // What follows may be TLS and no frames, and is not looked at before it is this connection's turn.
        pause(ctx);
        state = State.AWAIT_TURN;
        if (!owner.proved(ctx.channel(), node, () -> onTurn(ctx))) {
            reject(ctx, ConnectionRejection.TOO_MANY_HANDSHAKES, "too many connections of " + remote + " wait");
        }
    }

    private void onTurn(ChannelHandlerContext ctx) {
        if (!isDone()) {
            startDeadline(ctx);
            state = State.AWAIT_FIRST;
            continueBehindTls(ctx);
            ReadHolds.release(ctx.channel(), ReadHolds.HANDSHAKE);
        }
    }

    private void onFirst(ChannelHandlerContext ctx, ByteString frame) {
        PeerId peer = remote;
        if (!context().certificateNames(ctx.pipeline(), peer.toNodeId())) {
            reject(ctx, ConnectionRejection.CERTIFICATE_MISMATCH, "its certificate is not that of " + peer);
            return;
        }
        NoiseIk noise = context().keys().respond(peer.toNodeId(), transcript).orElseThrow();
        Optional<ByteString> theirSettings = HandshakeFrames.is(HandshakeFrames.FIRST, frame)
                ? noise.read(HandshakeFrames.body(frame))
                : Optional.empty();
        if (theirSettings.isEmpty()) {
            reject(
                    ctx,
                    ConnectionRejection.WRONG_PROOF,
                    "it does not prove to be " + peer + "; do the key files match?");
            return;
        }
        Optional<Refusal> refusal = owner.admits(peer).flatMap(Refusal::of);
        if (refusal.isPresent()) {
            refuse(ctx, refusal.get(), "no place for " + peer);
            return;
        }
        ByteString settings = context().settings();
        ByteString second = HandshakeFrames.of(HandshakeFrames.SECOND, noise.write(settings));
        Optional<String> difference = SharedSettings.difference(settings, theirSettings.get(), peer);
        if (difference.isPresent()) {
            // Tells the other side too, which can then say the same to its operator.
            reject(ctx, ConnectionRejection.SETTINGS_DIFFER, difference.get(), second);
            return;
        }
        write(ctx, second);
        state = State.AWAIT_CONFIRMATION;
        continueSealed(ctx, noise);
    }

    private void onConfirmation(ChannelHandlerContext ctx, ByteString frame) {
        if (!HandshakeFrames.is(HandshakeFrames.CONFIRMATION, frame) || frame.size() != 1) {
            reject(ctx, ConnectionRejection.WRONG_PROOF, remote + " does not confirm the keys");
            return;
        }
        finish();
        authenticated = true;
        // What came right behind it is for the peer's own handler.
        pause(ctx);
        owner.authenticated(ctx, remote);
    }

    private void refuse(ChannelHandlerContext ctx, Refusal refusal, String explanation) {
        ByteString lastFrame =
                HandshakeFrames.of(HandshakeFrames.REFUSED, ByteString.copyFrom(new byte[] {refusal.code()}));
        reject(ctx, refusal.reason(), explanation, lastFrame);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        super.channelInactive(ctx);
        if (!authenticated) {
            owner.left(ctx.channel());
        }
    }
}
