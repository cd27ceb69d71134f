package org.tagma.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;

/**
 * Finds out, when the connection to a replica is lost, whether anybody still listens at its address. Only a replica
 * with a lower id dials one with a higher id, and with growing pauses; a probe is for both, comes at once, and says
 * nothing. For the network thread.
 */
final class Probe {

    /** A process that is killed lets go of its sockets one after the other: one that still listens is asked again. */
    private static final int ATTEMPTS = 8;

    private final EventLoop eventLoop;
    private final Bootstrap bootstrap;
    private final IntFunction<@Nullable InetSocketAddress> addresses;
    private final int pauseMillis;
    private final Consumer<PeerId.Replica> onRefused;

    /**
     * @param bootstrap makes a connection; its handler is replaced
     * @param addresses where a replica listens, null while not known
     */
    Probe(
            EventLoop eventLoop,
            Bootstrap bootstrap,
            IntFunction<@Nullable InetSocketAddress> addresses,
            TransportLimits limits,
            Consumer<PeerId.Replica> onRefused) {
        this.eventLoop = eventLoop;
        this.bootstrap = bootstrap.handler(new Silent());
        this.addresses = addresses;
        this.pauseMillis = limits.reconnectMinMillis();
        this.onRefused = onRefused;
    }

    /** A connection is gone: asks until that is refused or there is a connection again, and not for long. */
    void lost(PeerLink link) {
        ask(link, ATTEMPTS);
    }

    private void ask(PeerLink link, int attempts) {
        InetSocketAddress address = addresses.apply(((PeerId.Replica) link.peer()).id());
        if (attempts > 0 && address != null && isDown(link)) {
            NameLookup.resolve(address, eventLoop, resolved -> {
                if (resolved != null && isDown(link)) {
                    connect(link, resolved, attempts);
                }
            });
        }
    }

    private void connect(PeerLink link, InetSocketAddress address, int attempts) {
        ChannelFuture attempt = bootstrap.connect(address);
        attempt.addListener(connected -> {
            if (connected.isSuccess()) {
                attempt.channel().close();
                eventLoop.schedule(() -> ask(link, attempts - 1), pauseMillis, TimeUnit.MILLISECONDS);
            } else if (connected.cause() instanceof ConnectException && isDown(link)) {
                onRefused.accept((PeerId.Replica) link.peer());
            }
        });
    }

    private static boolean isDown(PeerLink link) {
        return link.channel() == null && !link.isRetired();
    }

    private static final class Silent extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }
    }
}
