package org.tagma.network;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.network.frames.ReadGate;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportStats;

/**
 * The last handler of an authenticated connection: hands frames to the owner, and passes on what becomes of the
 * connection.
 */
final class PeerHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(PeerHandler.class);

    private final PeerTable peers;
    private final PeerLink link;
    private final FrameHandler handler;
    private final ReadGate gate;
    private final TransportStats stats;
    private boolean delivered;

    PeerHandler(PeerTable peers, PeerLink link, FrameHandler handler, ReadGate gate, TransportStats stats) {
        this.peers = peers;
        this.link = link;
        this.handler = handler;
        this.gate = gate;
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (link.channel() != ctx.channel()) {
            return; // replaced by a newer connection, or closed for garbage, with frames still in the read buffer
        }
        ByteString frame = (ByteString) message;
        stats.countIn(frame.size());
        delivered = true;
        FrameHandler.Disposition verdict = handler.onFrame(link.peer(), frame);
        if (verdict == FrameHandler.Disposition.CLOSE) {
            stats.countRejected(ConnectionRejection.GARBAGE_FRAME);
            if (link.peer() instanceof PeerId.ClientSession) {
                close(ctx);
                return;
            }
        }
        if (!handler.acceptsMore(link.peer())) {
            gate.pause(ctx.channel(), link.peer());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (delivered) {
            delivered = false;
            handler.onReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (link.channel() == ctx.channel()) {
            link.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gate.forget(ctx.channel());
        peers.detach(link, ctx.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) {
            // The socket, or TLS, which reports through the decoder.
            LOG.debug("the connection to {} broke: {}", link.peer(), cause.getMessage());
        } else {
            LOG.error("closing the connection to {} after an unexpected failure", link.peer(), cause);
        }
        close(ctx);
    }

    private void close(ChannelHandlerContext ctx) {
        // At once, not when Netty reports the channel inactive: no frame that is still in the read buffer may be
        // delivered.
        peers.detach(link, ctx.channel());
        ctx.close();
    }
}
