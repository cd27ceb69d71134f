package org.tagma.network;

import com.google.protobuf.ByteString;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tagma.core.NodeId;
import org.tagma.network.frames.FrameDecoder;
import org.tagma.network.frames.FrameRoom;
import org.tagma.network.frames.ReadGate;
import org.tagma.network.frames.ReadHolds;
import org.tagma.network.handshake.Acceptor;
import org.tagma.network.handshake.HandshakeContext;
import org.tagma.network.handshake.HandshakeHandler;
import org.tagma.network.handshake.InitiatorHandshake;
import org.tagma.network.handshake.NetworkLoop;
import org.tagma.network.handshake.ResponderHandshake;
import org.tagma.network.transport.BindFailedException;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;
import org.tagma.network.transport.TransportStats;

/**
 * Frames over TCP. A replica listens, and dials the replicas with higher ids than its own; a client session dials all
 * replicas. Everything happens on one network thread, except that a replica meets who connects to it on a
 * {@link Acceptor} of its own; {@link #send} only enqueues.
 *
 * <p>Thread-safe.
 */
public final class NettyTransport implements Transport {
    private final TransportOptions options;
    private final @Nullable InetSocketAddress bindAddress;
    private final NetworkLoop loop;
    private final boolean ownsLoop;
    private final EventLoop eventLoop;
    private final TransportStats stats = new TransportStats();
    private final @Nullable Acceptor acceptor;
    private final HandshakeContext handshakes;
    private final ChannelGroup channels;
    private final FrameRoom frameRoom;
    private final List<Dialer> dialers = new ArrayList<>();
    private final Queue<PeerLink> dirtyLinks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean flushScheduled = new AtomicBoolean();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile int boundPort;
    private volatile @Nullable Session session;

    /** What exists once the handler is known. */
    private record Session(FrameHandler handler, PeerTable peers, ReadGate gate) {}

    private NettyTransport(
            TransportOptions options, @Nullable InetSocketAddress bindAddress, @Nullable NetworkLoop sharedLoop) {
        this.options = options;
        this.bindAddress = bindAddress;
        this.acceptor = bindAddress == null
                ? null
                : new Acceptor("tagma-acceptor-" + options.self().toNodeId().id(), options.limits());
        this.ownsLoop = sharedLoop == null;
        this.loop = sharedLoop == null ? new NetworkLoop(threadName(options.self())) : sharedLoop;
        this.eventLoop = loop.eventLoop();
        this.handshakes = new HandshakeContext(options, stats);
        this.frameRoom = new FrameRoom(options.limits());
        this.channels = new DefaultChannelGroup(eventLoop, true);
    }

    /**
     * A replica's transport, with a network thread of its own.
     *
     * @param bindAddress where to listen; port 0 takes any free one, see {@link #boundPort()}
     */
    public static NettyTransport forReplica(TransportOptions options, InetSocketAddress bindAddress) {
        if (!(options.self() instanceof PeerId.Replica)) {
            throw new IllegalArgumentException(options.self() + " is not a replica");
        }
        return new NettyTransport(options, bindAddress, null);
    }

    /** The transport of one client session, with a network thread of its own. */
    public static NettyTransport forClient(TransportOptions options) {
        return forClient(options, null);
    }

    /** The transport of one client session on a shared network thread, which closing the transport does not stop. */
    public static NettyTransport forClient(TransportOptions options, @Nullable NetworkLoop sharedLoop) {
        if (!(options.self() instanceof PeerId.ClientSession)) {
            throw new IllegalArgumentException(options.self() + " is not a client session");
        }
        return new NettyTransport(options, null, sharedLoop);
    }

    @Override
    public void start(FrameHandler handler) {
        if (closed.get() || !started.compareAndSet(false, true)) {
            throw new IllegalStateException("a transport is started once, before it is closed");
        }
        session = new Session(
                handler,
                new PeerTable(options, stats, handler, lossReporter(handler)),
                new ReadGate(eventLoop, handler));
        if (bindAddress != null) {
            pinAddresses();
            bind(bindAddress);
        }
        for (int id = 0; id < options.replicaCount(); id++) {
            if (!(options.self() instanceof PeerId.Replica self) || id > self.id()) {
                dialers.add(newDialer(new PeerId.Replica(id)));
            }
        }
        eventLoop.execute(() -> dialers.forEach(Dialer::dial));
    }

    /** Replicas want to know whether a replica that is gone has ended; a client asks another one in any case. */
    private Consumer<PeerLink> lossReporter(FrameHandler handler) {
        if (!(options.self() instanceof PeerId.Replica)) {
            return link -> {};
        }
        Bootstrap bootstrap = loop.newBootstrap(options.limits());
        Probe probe =
                new Probe(eventLoop, bootstrap, options.addresses(), options.limits(), handler::onPeerUnreachable);
        return link -> {
            if (!closed.get()) {
                probe.lost(link);
            }
        };
    }

    /** The port we listen on; 0 before {@link #start} and for clients. */
    public int boundPort() {
        return boundPort;
    }

    private void bind(InetSocketAddress address) {
        ChannelFuture bound = acceptor.loop()
                .newServerBootstrap(options.limits())
                .childHandler(initializer(channel -> {
                    meet(channel);
                    return new ResponderHandshake(handshakes, new AcceptedConnection());
                }))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new BindFailedException(address, bound.cause());
        }
        channels.add(bound.channel());
        boundPort = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /** Addresses of the cluster file that are names become known when somebody from there is authenticated. */
    private void pinAddresses() {
        for (int id = 0; id < options.replicaCount(); id++) {
            InetSocketAddress address = options.addresses().apply(id);
            byte[] literal =
                    address == null ? null : NetUtil.createByteArrayFromIpAddressString(address.getHostString());
            if (literal != null) {
                try {
                    acceptor.pin(InetAddress.getByAddress(literal));
                } catch (UnknownHostException e) {
                    throw new IllegalStateException("an address has 4 or 16 bytes", e);
                }
            }
        }
    }

    private Dialer newDialer(PeerId.Replica target) {
        DialedConnection owner = new DialedConnection(target);
        Dialer dialer = new Dialer(
                target,
                eventLoop,
                loop.newBootstrap(options.limits())
                        .handler(initializer(channel -> new InitiatorHandshake(target, handshakes, owner))),
                () -> options.addresses().apply(target.id()),
                options.limits());
        owner.dialer = dialer;
        return dialer;
    }

    private interface HandshakeFactory {
        HandshakeHandler create(Channel channel);
    }

    private ChannelInitializer<Channel> initializer(HandshakeFactory factory) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channels.add(channel);
                factory.create(channel).addTo(channel.pipeline());
            }
        };
    }

    private void meet(Channel channel) {
        acceptor.met(channel).ifPresent(other -> {
            handshakes.rejected(
                    other, ConnectionRejection.TOO_MANY_STRANGERS, "too many connections have not said who they are");
            other.close();
        });
    }

    private void onAuthenticated(ChannelHandlerContext ctx, PeerId peer) {
        Session current = session;
        PeerLink link = current.peers().linkOf(peer);
        TransportLimits limits = options.limits();
        FrameDecoder decoder = ctx.pipeline().get(FrameDecoder.class);
        decoder.authenticated(
                peer.toNodeId(), limits.maxFrameBytesFrom(peer), frameRoom, limits.unfinishedFrameMillis());
        if (peer instanceof PeerId.ClientSession) {
            ctx.channel().config().setRecvByteBufAllocator(NetworkLoop.smallReads());
        }
        PeerHandler handler = new PeerHandler(current.peers(), link, current.handler(), current.gate(), stats);
        ctx.pipeline().replace(ctx.handler(), null, handler);
        current.peers().attach(link, ctx.channel());
        decoder.resume();
        handler.channelReadComplete(ctx.pipeline().context(handler));
    }

    /** A connection that somebody made to us. */
    private final class AcceptedConnection implements ResponderHandshake.Owner {
        @Override
        public boolean expects(PeerId claimed) {
            return claimed instanceof PeerId.ClientSession
                    || claimed.toNodeId().id() < options.self().toNodeId().id();
        }

        @Override
        public boolean proved(Channel channel, NodeId node, Runnable turn) {
            return acceptor.proved(channel, node, turn);
        }

        @Override
        public Optional<ConnectionRejection> admits(PeerId peer) {
            return session.peers().admits(peer);
        }

        /** Moves the connection to the thread of the protocol; meanwhile nothing is read from it. */
        @Override
        public void authenticated(ChannelHandlerContext ctx, PeerId peer) {
            Channel channel = ctx.channel();
            acceptor.passed(channel);
            channel.deregister()
                    .addListener(left -> eventLoop.register(channel).addListener(registered -> {
                        if (registered.isSuccess()) {
                            arrived(ctx, peer);
                        } else {
                            channel.close();
                        }
                    }));
        }

        private void arrived(ChannelHandlerContext ctx, PeerId peer) {
            Channel channel = ctx.channel();
            // Again, since others may have arrived first; and what arrived may have ended on its way.
            Optional<ConnectionRejection> refusal = session.peers().admits(peer);
            if (refusal.isPresent() || !channel.isActive()) {
                refusal.ifPresent(reason -> handshakes.rejected(channel, reason, "no place for " + peer));
                channel.close();
                return;
            }
            ReadHolds.release(channel, ReadHolds.HANDSHAKE);
            onAuthenticated(ctx, peer);
        }

        @Override
        public void left(Channel channel) {
            acceptor.left(channel);
        }
    }

    /** A connection that we made to a replica. */
    private final class DialedConnection implements InitiatorHandshake.Owner {
        private final PeerId.Replica target;
        private @Nullable Dialer dialer;

        DialedConnection(PeerId.Replica target) {
            this.target = target;
        }

        @Override
        public void authenticated(ChannelHandlerContext ctx) {
            dialer.succeeded();
            onAuthenticated(ctx, target);
        }

        @Override
        public void refused(String reason) {
            session.handler().onRefused(target, reason);
        }
    }

    @Override
    public void send(PeerId to, ByteString frame) {
        Session current = session;
        if (current == null || closed.get()) {
            stats.countDropped(DropReason.CLOSED);
            return;
        }
        if (frame.isEmpty() || frame.size() > options.limits().maxFrameBytesFrom(options.self())) {
            stats.countDropped(DropReason.BAD_SIZE);
            return;
        }
        PeerLink link = current.peers().find(to);
        if (link == null) {
            boolean client = to instanceof PeerId.ClientSession;
            stats.countDropped(client ? DropReason.NOT_CONNECTED : DropReason.UNKNOWN_PEER);
            return;
        }
        if (link.send(frame)) {
            dirtyLinks.add(link);
        }
    }

    @Override
    public void flush() {
        if (dirtyLinks.isEmpty() || closed.get()) {
            return;
        }
        if (eventLoop.inEventLoop()) {
            flushDirtyLinks();
        } else if (flushScheduled.compareAndSet(false, true)) {
            runOnLoop(this::flushDirtyLinks);
        }
    }

    private void flushDirtyLinks() {
        // First: a flush() from now on schedules again, so no frame is left behind.
        flushScheduled.set(false);
        PeerLink link = dirtyLinks.poll();
        while (link != null) {
            link.flush();
            link = dirtyLinks.poll();
        }
    }

    @Override
    public void resumeReading() {
        Session current = session;
        if (current != null && !closed.get()) {
            current.gate().resume();
        }
    }

    @Override
    public Optional<ScheduledExecutorService> thread() {
        return Optional.of(eventLoop);
    }

    @Override
    public TransportStats stats() {
        return stats;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        runOnLoop(() -> dialers.forEach(Dialer::stop));
        if (eventLoop.inEventLoop()) {
            channels.close();
            closeDoor();
            runOnLoop(this::dropAllQueued);
        } else {
            channels.close().awaitUninterruptibly();
            closeDoor();
            // The channels are closed, but the last one's closing may still be about to enqueue its inactive event. The
            // first
            // task runs after that closing and the second after the event: then the handler hears nothing more.
            eventLoop.submit(() -> {}).awaitUninterruptibly();
            eventLoop.submit(this::dropAllQueued).awaitUninterruptibly();
        }
        if (ownsLoop) {
            loop.close();
        }
    }

    private void closeDoor() {
        if (acceptor != null) {
            acceptor.close();
        }
    }

    private void dropAllQueued() {
        Session current = session;
        if (current != null) {
            current.peers().close();
        }
        dirtyLinks.clear();
    }

    private void runOnLoop(Runnable task) {
        try {
            eventLoop.execute(task);
        } catch (RejectedExecutionException e) {
            // The thread is stopping, and with it all that the task could have acted on.
            if (!eventLoop.isShuttingDown()) {
                throw e;
            }
        }
    }

    private static String threadName(PeerId self) {
        return self instanceof PeerId.Replica
                ? "tagma-network-" + self.toNodeId().id()
                : "tagma-network-client-" + self.toNodeId().id();
    }
}
