package org.tagma.network;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the name service, which can take many seconds, and the network thread does not have those. */
final class NameLookup {
    private static final Logger LOG = LoggerFactory.getLogger(NameLookup.class);

    private NameLookup() {}

    /**
     * Hands over the address with its name resolved, at once if it is, later on the event loop if not; null if it has
     * none.
     */
    static void resolve(
            InetSocketAddress address, EventLoop eventLoop, Consumer<@Nullable InetSocketAddress> whenResolved) {
        if (!address.isUnresolved()) {
            whenResolved.accept(address);
            return;
        }
        Thread resolver = new Thread(
                () -> {
                    InetAddress found = find(address.getHostString());
                    if (!eventLoop.isShuttingDown()) {
                        eventLoop.execute(() -> whenResolved.accept(
                                found == null ? null : new InetSocketAddress(found, address.getPort())));
                    }
                },
                "tagma-resolve");
        resolver.setDaemon(true);
        resolver.start();
    }

    private static @Nullable InetAddress find(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            LOG.debug("the name {} has no address", host);
            return null;
        }
    }
}
