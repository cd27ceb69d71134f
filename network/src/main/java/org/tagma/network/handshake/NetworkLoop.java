package org.tagma.network.handshake;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.TimeUnit;
import org.tagma.network.transport.TransportLimits;

/**
 * One network thread, on native epoll where there is one, else on NIO. A transport has its own unless it is given one
 * to share: a program with many client transports does not want a thread for each.
 *
 * <p>Thread-safe.
 */
public final class NetworkLoop implements AutoCloseable {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);
    private static final int BACKLOG_CONNECTIONS = 1_024;
    private static final int KEEP_ALIVE_IDLE_SECONDS = 5;
    private static final int KEEP_ALIVE_INTERVAL_SECONDS = 2;
    private static final int KEEP_ALIVE_PROBES = 3;

    /** What is read from a client at once: there may be many, and what cannot be used yet is kept. */
    private static final int SMALL_READ_BYTES = 16 * 1024;

    private static final int PAGE_BYTES = 8 * 1024;
    private static final int PAGES_OF_CHUNK_ORDER = 7;

    private final EventLoopGroup group;
    /**
     * One arena for the one thread, in chunks of 1 MiB; a larger buffer is allocated for itself and freed after use.
     */
    private final ByteBufAllocator allocator =
            new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, PAGES_OF_CHUNK_ORDER, 0, 0, false);

    private final boolean epoll;

    /**
     * Starts a daemon thread of this name.
     *
     * @param threadName as seen in a thread dump
     */
    public NetworkLoop(String threadName) {
        epoll = Epoll.isAvailable();
        IoHandlerFactory poller = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(
                1,
                task -> {
                    Thread thread = new FastThreadLocalThread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                },
                poller);
    }

    public static RecvByteBufAllocator smallReads() {
        return new AdaptiveRecvByteBufAllocator(64, 2_048, SMALL_READ_BYTES);
    }

    public EventLoop eventLoop() {
        return group.next();
    }

    public ServerBootstrap newServerBootstrap(TransportLimits limits) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG_CONNECTIONS)
                .option(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        if (epoll) {
            bootstrap
                    .childOption(EpollChannelOption.TCP_USER_TIMEOUT, limits.peerTimeoutMillis())
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        }
        return bootstrap;
    }

    public Bootstrap newBootstrap(TransportLimits limits) {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, limits.peerTimeoutMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        if (epoll) {
            bootstrap
                    .option(EpollChannelOption.TCP_USER_TIMEOUT, limits.peerTimeoutMillis())
                    .option(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        }
        return bootstrap;
    }

    /** Stops the thread. Transports that share it must be closed first. Idempotent. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        if (!eventLoop().inEventLoop()) {
            group.terminationFuture().awaitUninterruptibly();
        }
    }
}
