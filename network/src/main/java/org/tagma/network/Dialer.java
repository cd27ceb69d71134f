package org.tagma.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;

/**
 * Keeps one connection to one replica, dialing again with growing pauses whenever there is none. For the network
 * thread.
 */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    private final PeerId.Replica target;
    private final EventLoop eventLoop;
    private final Bootstrap bootstrap;
    private final Supplier<@Nullable InetSocketAddress> address;
    private final Backoff backoff;
    private boolean stopped;
    private @Nullable Future<?> pending;

    /**
     * @param bootstrap makes a connection that does the handshake with {@code target}
     * @param address where the target listens, null while not known
     */
    Dialer(
            PeerId.Replica target,
            EventLoop eventLoop,
            Bootstrap bootstrap,
            Supplier<@Nullable InetSocketAddress> address,
            TransportLimits limits) {
        this.target = target;
        this.eventLoop = eventLoop;
        this.bootstrap = bootstrap;
        this.address = address;
        this.backoff = new Backoff(limits.reconnectMinMillis(), limits.reconnectMaxMillis());
    }

    void dial() {
        if (stopped) {
            return;
        }
        InetSocketAddress remote = address.get();
        if (remote == null) {
            dialLater();
        } else {
            NameLookup.resolve(remote, eventLoop, this::onResolved);
        }
    }

    private void onResolved(@Nullable InetSocketAddress remote) {
        if (remote == null) {
            dialLater();
        } else {
            connect(remote);
        }
    }

    /** The target proved who it is: after the next failure begin with the shortest pause again. */
    void succeeded() {
        backoff.reset();
    }

    void stop() {
        stopped = true;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private void connect(InetSocketAddress remote) {
        if (stopped) {
            return;
        }
        ChannelFuture attempt = bootstrap.connect(remote);
        attempt.addListener(connected -> {
            if (!connected.isSuccess()) {
                LOG.debug("{} cannot be reached: {}", target, connected.cause().getMessage());
            }
        });
        // Closed as well after an attempt that failed.
        attempt.channel().closeFuture().addListener(closed -> dialLater());
    }

    private void dialLater() {
        if (!stopped && !eventLoop.isShuttingDown()) {
            pending = eventLoop.schedule(this::dial, backoff.nextMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
