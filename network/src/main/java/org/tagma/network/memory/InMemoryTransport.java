package org.tagma.network.memory;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tagma.network.frames.Outbox;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportStats;

/**
 * One node of an {@link InMemoryNetwork}. A frame is charged to the sender's budget until the receiver's handler has
 * it, so a receiver that is full costs its senders no more than their budgets.
 *
 * <p>Thread-safe; all state is guarded by the network's lock, which is never held while the handler is called.
 */
public final class InMemoryTransport implements Transport {
    private final InMemoryNetwork network;
    private final PeerId self;
    private final TransportLimits limits;
    private final TransportStats stats = new TransportStats();
    private final Outbox.SharedBudget clientBudget;
    private final Map<PeerId, Link> links = new LinkedHashMap<>();
    private final Deque<Inbound> inbox = new ArrayDeque<>();
    private @Nullable FrameHandler handler;
    private boolean closed;

    /** What waits for a peer. */
    private static final class Link {
        private final Outbox outbox;
        private boolean connected;

        Link(Outbox outbox) {
            this.outbox = outbox;
        }
    }

    /** What waits for our handler. */
    private sealed interface Inbound {
        PeerId peer();

        record Up(PeerId peer) implements Inbound {}

        record Down(PeerId peer) implements Inbound {}

        record Frame(PeerId peer, ByteString bytes, Outbox charged, TransportStats senderStats) implements Inbound {
            void release() {
                charged.release(Outbox.charge(bytes));
            }
        }
    }

    InMemoryTransport(InMemoryNetwork network, PeerId self, int replicaCount, TransportLimits limits) {
        this.network = network;
        this.self = self;
        this.limits = limits;
        this.clientBudget = new Outbox.SharedBudget(limits.allClientsBudgetBytes());
        for (int id = 0; id < replicaCount; id++) {
            PeerId replica = new PeerId.Replica(id);
            if (!replica.equals(self)) {
                links.put(replica, new Link(new Outbox(List.of(), stats)));
            }
        }
    }

    PeerId self() {
        return self;
    }

    @Override
    public void start(FrameHandler newHandler) {
        synchronized (network.lock()) {
            if (handler != null || closed) {
                throw new IllegalStateException("a transport is started once, before it is closed");
            }
            handler = newHandler;
        }
        network.started(this);
    }

    @Override
    public void send(PeerId to, ByteString frame) {
        synchronized (network.lock()) {
            refusal(to, frame).ifPresent(stats::countDropped);
        }
    }

    /** Enqueues the frame, or says why not. */
    private Optional<DropReason> refusal(PeerId to, ByteString frame) {
        if (!isRunning()) {
            return Optional.of(DropReason.CLOSED);
        }
        if (frame.isEmpty() || frame.size() > limits.maxFrameBytesFrom(self)) {
            return Optional.of(DropReason.BAD_SIZE);
        }
        Link link = links.get(to);
        if (link == null) {
            return Optional.of(to instanceof PeerId.ClientSession ? DropReason.NOT_CONNECTED : DropReason.UNKNOWN_PEER);
        }
        return link.outbox.offer(frame, limitBytes(to, link)) ? Optional.empty() : Optional.of(DropReason.OVER_BUDGET);
    }

    private long limitBytes(PeerId to, Link link) {
        if (to instanceof PeerId.ClientSession) {
            return limits.clientBudgetBytes();
        }
        long budget = limits.replicaBudgetBytes();
        return link.connected ? budget : Math.min(limits.replicaBacklogBytes(), budget);
    }

    @Override
    public void flush() {
        synchronized (network.lock()) {
            links.forEach((peer, link) -> {
                if (link.connected && !link.outbox.isEmpty()) {
                    stats.countWrite();
                    flush(link, network.find(peer));
                }
            });
        }
        network.deliverSoon();
    }

    private void flush(Link link, InMemoryTransport receiver) {
        while (!link.outbox.isEmpty()) {
            Outbox.Batch batch = link.outbox.take();
            stats.countOut(batch.frames().size(), batch.wireBytes());
            for (ByteString frame : batch.frames()) {
                receiver.inbox.add(new Inbound.Frame(self, frame, link.outbox, stats));
            }
        }
    }

    @Override
    public void resumeReading() {
        network.deliverSoon();
    }

    @Override
    public TransportStats stats() {
        return stats;
    }

    @Override
    public void close() {
        synchronized (network.lock()) {
            if (closed) {
                return;
            }
            network.remove(this);
            closed = true;
            links.values().forEach(link -> link.outbox.clear(DropReason.CLOSED));
            inbox.clear();
        }
        network.deliverSoon();
    }

    boolean isRunning() {
        return handler != null && !closed;
    }

    boolean isLinked(PeerId peer) {
        Link link = links.get(peer);
        return link != null && link.connected;
    }

    void linked(PeerId peer) {
        links.computeIfAbsent(peer, session -> new Link(new Outbox(List.of(clientBudget), stats))).connected = true;
        stats.connectionsChanged(1);
        inbox.add(new Inbound.Up(peer));
    }

    void unlinked(PeerId peer) {
        Link link = links.get(peer);
        link.connected = false;
        if (peer instanceof PeerId.ClientSession) {
            links.remove(peer);
            link.outbox.clear(DropReason.CONNECTION_LOST);
        }
        for (Iterator<Inbound> waiting = inbox.iterator(); waiting.hasNext(); ) {
            if (waiting.next() instanceof Inbound.Frame frame && frame.peer().equals(peer)) {
                waiting.remove();
                frame.release();
                frame.senderStats().countDropped(DropReason.CONNECTION_LOST);
            }
        }
        stats.connectionsChanged(-1);
        inbox.add(new Inbound.Down(peer));
    }

    /** Hands over what waits now. Returns how much that was. */
    int deliverInbox() {
        int waiting;
        FrameHandler receiver;
        synchronized (network.lock()) {
            waiting = inbox.size();
            receiver = handler;
        }
        PeerId reading = null;
        int delivered = 0;
        while (delivered < waiting) {
            Inbound next = take(receiver);
            if (next == null) {
                break;
            }
            boolean sameRead = next instanceof Inbound.Frame && next.peer().equals(reading);
            if (reading != null && !sameRead) {
                receiver.onReadComplete();
            }
            reading = next instanceof Inbound.Frame ? next.peer() : null;
            hand(next, receiver);
            delivered++;
        }
        if (reading != null) {
            receiver.onReadComplete();
        }
        return delivered;
    }

    /** The first of what waits, except for what comes from peers of which the receiver wants no more now. */
    private @Nullable Inbound take(FrameHandler receiver) {
        synchronized (network.lock()) {
            Set<PeerId> refused = new HashSet<>();
            for (Iterator<Inbound> waiting = inbox.iterator(); waiting.hasNext(); ) {
                Inbound next = waiting.next();
                if (refused.contains(next.peer())) {
                    continue;
                }
                if (next instanceof Inbound.Frame frame) {
                    if (!receiver.acceptsMore(next.peer())) {
                        refused.add(next.peer());
                        continue;
                    }
                    frame.release();
                    stats.countIn(frame.bytes().size());
                }
                waiting.remove();
                return next;
            }
            return null;
        }
    }

    private void hand(Inbound next, FrameHandler receiver) {
        if (next instanceof Inbound.Up up) {
            receiver.onPeerUp(up.peer());
        } else if (next instanceof Inbound.Down down) {
            receiver.onPeerDown(down.peer());
        } else if (next instanceof Inbound.Frame frame
                && receiver.onFrame(frame.peer(), frame.bytes()) == FrameHandler.Disposition.CLOSE) {
            stats.countRejected(ConnectionRejection.GARBAGE_FRAME);
            if (frame.peer() instanceof PeerId.ClientSession) {
                network.reset(self, frame.peer());
            }
        }
    }
}
