package org.tagma.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one connection to one replica, dialing again with growing pauses whenever there is none. For the network thread. */
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
        } else if (remote.isUnresolved()) {
            resolveThenConnect(remote);
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

    /** Asking the name service can take many seconds, which the network thread does not have. At most one at a time. */
    private void resolveThenConnect(InetSocketAddress remote) {
        Thread resolver = new Thread(
                () -> {
                    InetAddress found = resolve(remote.getHostString());
                    if (!eventLoop.isShuttingDown()) {
                        eventLoop.execute(() -> onResolved(found, remote.getPort()));
                    }
                },
                "tagma-resolve-" + target.id());
        resolver.setDaemon(true);
        resolver.start();
    }

    private void onResolved(@Nullable InetAddress found, int port) {
        if (found == null) {
            dialLater();
        } else {
            connect(new InetSocketAddress(found, port));
        }
    }

    private static @Nullable InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            LOG.debug("the name {} has no address", host);
            return null;
        }
    }
}
