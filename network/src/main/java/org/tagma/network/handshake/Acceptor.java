package org.tagma.network.handshake;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.tagma.core.NodeId;
import org.tagma.network.transport.TransportLimits;

/**
 * Where a replica meets who connects to it: a thread of its own, so that whatever strangers do, and whatever handshakes
 * cost, the thread that carries the protocol does something else. A connection leaves it when it is authenticated.
 *
 * <p>Everything but the constructor, {@link #loop}, {@link #pin} and {@link #close} is for that thread.
 */
public final class Acceptor implements AutoCloseable {
    /** Tells processor time: on a busy machine a thread that waits for its turn costs nobody anything. */
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final NetworkLoop loop;
    private final EventLoop eventLoop;
    private final PendingConnections<Channel> room;
    private final HandshakeLanes<Channel> lanes;
    private final Map<Channel, Runnable> turns = new HashMap<>();
    private final CpuBudget budget;
    private boolean turnScheduled;

    public Acceptor(String threadName, TransportLimits limits) {
        this.loop = new NetworkLoop(threadName);
        this.eventLoop = loop.eventLoop();
        this.room = new PendingConnections<>(limits.maxStrangers());
        this.lanes = new HandshakeLanes<>(limits);
        this.budget = new CpuBudget(limits.handshakeCpuPercent(), System.nanoTime());
    }

    public NetworkLoop loop() {
        return loop;
    }

    /** An address of the cluster file, for which there shall be room. */
    public void pin(InetAddress address) {
        eventLoop.execute(() -> room.pin(address));
    }

    /** Somebody has connected; says which connection has to go for it. */
    public Optional<Channel> met(Channel channel) {
        return room.enter(address(channel), channel);
    }

    /** Runs {@code turn} when it is this connection's turn to cost something; false if too many of the node's wait. */
    public boolean proved(Channel channel, NodeId node, Runnable turn) {
        room.leave(channel);
        if (!lanes.offer(node, channel)) {
            return false;
        }
        turns.put(channel, turn);
        scheduleTurn(0);
        return true;
    }

    /** Authenticated: no longer of this thread. */
    public void passed(Channel channel) {
        room.remember(address(channel));
        channel.pipeline().remove(Meter.class);
        left(channel);
    }

    /** Gone. */
    public void left(Channel channel) {
        room.leave(channel);
        lanes.leave(channel);
        turns.remove(channel);
        scheduleTurn(0);
    }

    private void scheduleTurn(long delayNanos) {
        if (!turnScheduled && !turns.isEmpty() && !eventLoop.isShuttingDown()) {
            turnScheduled = true;
            eventLoop.schedule(this::giveTurn, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** One at a time, so that accepting and what comes in have theirs in between. */
    private void giveTurn() {
        turnScheduled = false;
        long wait = budget.waitNanos(System.nanoTime());
        if (wait > 0) {
            scheduleTurn(wait);
            return;
        }
        lanes.next().ifPresent(channel -> {
            channel.pipeline().addFirst(new Meter());
            long spent = THREADS.getCurrentThreadCpuTime();
            turns.remove(channel).run();
            budget.spend(THREADS.getCurrentThreadCpuTime() - spent);
            scheduleTurn(0);
        });
    }

    @Override
    public void close() {
        loop.close();
    }

    private static InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
    }

    /** Charges what handling a connection's bytes costs, TLS and all. */
    private final class Meter extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            long spent = THREADS.getCurrentThreadCpuTime();
            ctx.fireChannelRead(message);
            budget.spend(THREADS.getCurrentThreadCpuTime() - spent);
        }
    }
}
