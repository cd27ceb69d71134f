package org.tagma.network.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;

/**
 * A network inside one process, with the contract of the real one, for tests. Transports that are started and not
 * disconnected from each other are connected: replicas with replicas, and clients with replicas.
 *
 * <p>Either nothing moves except in {@link #deliver()}, which is then deterministic, or an executor delivers.
 * Thread-safe.
 */
public final class InMemoryNetwork {
    private final Object lock = new Object();
    private final Map<PeerId, InMemoryTransport> transports = new LinkedHashMap<>();
    private final Set<Pair> disconnected = new LinkedHashSet<>();
    private final @Nullable Executor executor;
    private final AtomicInteger deliveriesAsked = new AtomicInteger();

    /** A network that moves only when {@link #deliver()} is called, by one thread at a time. */
    public InMemoryNetwork() {
        this.executor = null;
    }

    /**
     * A network that delivers by itself. Callbacks come one at a time, on threads of the executor, never the caller's.
     */
    public InMemoryNetwork(Executor executor) {
        this.executor = executor;
    }

    /**
     * Adds a node.
     *
     * @throws IllegalStateException if there is one of this name that is not closed
     */
    public InMemoryTransport newTransport(PeerId self, int replicaCount, TransportLimits limits) {
        synchronized (lock) {
            if (transports.containsKey(self)) {
                throw new IllegalStateException(self + " is on this network already");
            }
            InMemoryTransport transport = new InMemoryTransport(this, self, replicaCount, limits);
            transports.put(self, transport);
            return transport;
        }
    }

    /** Breaks the connection of two nodes, with what is under way in it, until {@link #reconnect}. */
    public void disconnect(PeerId a, PeerId b) {
        synchronized (lock) {
            if (disconnected.add(Pair.of(a, b))) {
                unlink(a, b);
            }
        }
        deliverSoon();
    }

    /** Undoes {@link #disconnect}. */
    public void reconnect(PeerId a, PeerId b) {
        synchronized (lock) {
            if (disconnected.remove(Pair.of(a, b))) {
                link(a, b);
            }
        }
        deliverSoon();
    }

    /**
     * Delivers what is under way now, to the nodes in the order of their creation, except to receivers that are full.
     * What the receivers send meanwhile is for the next call, or for nodes that are still to come in this one.
     *
     * @return how many frames and connection events were delivered; 0 means that nothing can move
     */
    public int deliver() {
        List<InMemoryTransport> receivers;
        synchronized (lock) {
            receivers = new ArrayList<>(transports.values());
        }
        int delivered = 0;
        for (InMemoryTransport receiver : receivers) {
            delivered += receiver.deliverInbox();
        }
        return delivered;
    }

    Object lock() {
        return lock;
    }

    void deliverSoon() {
        if (executor != null && deliveriesAsked.getAndIncrement() == 0) {
            executor.execute(this::deliverAsAsked);
        }
    }

    private void deliverAsAsked() {
        int served;
        do {
            served = deliveriesAsked.get();
            int delivered;
            do {
                delivered = deliver();
            } while (delivered > 0);
        } while (deliveriesAsked.addAndGet(-served) > 0);
    }

    void started(InMemoryTransport transport) {
        synchronized (lock) {
            for (PeerId other : List.copyOf(transports.keySet())) {
                link(transport.self(), other);
            }
        }
        deliverSoon();
    }

    /** Called with the lock held. */
    void remove(InMemoryTransport transport) {
        for (PeerId other : List.copyOf(transports.keySet())) {
            unlink(transport.self(), other);
        }
        transports.remove(transport.self(), transport);
    }

    /** What a client does whose connection was closed for garbage: it connects again. */
    void reset(PeerId a, PeerId b) {
        synchronized (lock) {
            unlink(a, b);
            link(a, b);
        }
        deliverSoon();
    }

    @Nullable
    InMemoryTransport find(PeerId peer) {
        return transports.get(peer);
    }

    private void link(PeerId a, PeerId b) {
        InMemoryTransport first = transports.get(a);
        InMemoryTransport second = transports.get(b);
        boolean mayTalk = !a.equals(b) && (a instanceof PeerId.Replica || b instanceof PeerId.Replica);
        if (!mayTalk || first == null || second == null || disconnected.contains(Pair.of(a, b))) {
            return;
        }
        if (first.isRunning() && second.isRunning() && !first.isLinked(b)) {
            first.linked(b);
            second.linked(a);
            first.flush();
            second.flush();
        }
    }

    private void unlink(PeerId a, PeerId b) {
        InMemoryTransport first = transports.get(a);
        InMemoryTransport second = transports.get(b);
        if (first != null && second != null && first.isLinked(b)) {
            first.unlinked(b);
            second.unlinked(a);
        }
    }

    /** An unordered pair. */
    private record Pair(Set<PeerId> ends) {
        static Pair of(PeerId a, PeerId b) {
            return new Pair(a.equals(b) ? Set.of(a) : Set.of(a, b));
        }
    }
}
