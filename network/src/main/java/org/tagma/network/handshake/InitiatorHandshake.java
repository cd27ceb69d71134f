package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tagma.crypto.NoiseIk;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Role;

/** The handshake as the one who made the connection does it. For the network thread. */
public final class InitiatorHandshake extends HandshakeHandler {

    /** What becomes of the connection. */
    public interface Owner {
        /** The replica is who it says. The owner replaces this handler in the pipeline. */
        void authenticated(ChannelHandlerContext ctx);

        /** It will not come to that, until somebody changes a cluster file. */
        void refused(String reason);
    }

    private final PeerId.Replica target;
    private final Owner owner;
    private final ByteString hello;
    private @Nullable NoiseIk noise;

    public InitiatorHandshake(PeerId.Replica target, HandshakeContext context, Owner owner) {
        super(Role.INITIATOR, context);
        this.target = target;
        this.owner = owner;
        this.hello = context.helloTo(target).encode();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        startDeadline(ctx);
        write(ctx, hello);
    }

    @Override
    void onFrame(ChannelHandlerContext ctx, ByteString frame) {
        if (HandshakeFrames.is(HandshakeFrames.REFUSED, frame) && frame.size() == 2) {
            onRefused(ctx, frame.byteAt(1));
        } else if (noise == null) {
            onChallenge(ctx, frame);
        } else {
            onSecond(ctx, frame);
        }
    }

    private void onRefused(ChannelHandlerContext ctx, byte code) {
        String why = Refusal.ofCode(code).map(Refusal::explanation).orElse("it does not say why");
        String line = target + " refuses us: " + why;
        reject(ctx, ConnectionRejection.REFUSED_BY_PEER, line);
        owner.refused(line);
    }

    private void onChallenge(ChannelHandlerContext ctx, ByteString frame) {
        if (!HandshakeFrames.is(HandshakeFrames.CHALLENGE, frame)
                || frame.size() != 1 + HandshakeFrames.CHALLENGE_BYTES) {
            reject(ctx, ConnectionRejection.BAD_HELLO, "it does not speak our protocol");
            return;
        }
        ByteString transcript = HandshakeFrames.transcript(hello, HandshakeFrames.body(frame));
        Optional<NoiseIk> handshake = context().keys().initiate(target.toNodeId(), transcript);
        if (handshake.isEmpty()) {
            reject(ctx, ConnectionRejection.UNEXPECTED_PEER, "the cluster has no " + target);
            return;
        }
        noise = handshake.get();
        ByteString proof = context().keys().prove(target.toNodeId(), transcript);
        write(ctx, HandshakeFrames.of(HandshakeFrames.PROOF, proof));
        continueBehindTls(ctx);
        write(
                ctx,
                HandshakeFrames.of(HandshakeFrames.FIRST, noise.write(context().settings())));
    }

    private void onSecond(ChannelHandlerContext ctx, ByteString frame) {
        NoiseIk handshake = noise;
        if (!context().certificateNames(ctx.pipeline(), target.toNodeId())) {
            reject(ctx, ConnectionRejection.CERTIFICATE_MISMATCH, "its certificate is not that of " + target);
            return;
        }
        Optional<ByteString> theirSettings = HandshakeFrames.is(HandshakeFrames.SECOND, frame)
                ? handshake.read(HandshakeFrames.body(frame))
                : Optional.empty();
        if (theirSettings.isEmpty()) {
            reject(
                    ctx,
                    ConnectionRejection.WRONG_PROOF,
                    "it does not prove to be " + target + "; do the key files match?");
            return;
        }
        Optional<String> difference = SharedSettings.difference(context().settings(), theirSettings.get(), target);
        if (difference.isPresent()) {
            reject(ctx, ConnectionRejection.SETTINGS_DIFFER, difference.get());
            owner.refused(difference.get());
            return;
        }
        continueSealed(ctx, handshake);
        write(ctx, HandshakeFrames.of(HandshakeFrames.CONFIRMATION, ByteString.EMPTY));
        finish();
        owner.authenticated(ctx);
    }
}
