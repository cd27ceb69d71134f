package org.tagma.benchmarks.load;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.tagma.client.BftClientCore;
import org.tagma.client.SessionTransports;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientPorts;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Completion;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.crypto.Authentication;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;

/**
 * One client of a load. It has no thread: the network thread runs the client's core where a reply arrives, so that
 * hundreds of clients cost no more wake-ups than their replies do.
 *
 * <p>Thread-safe: the core is used under this object's lock, which is contended only by the rare ticks.
 */
final class LoadClient {

    private final int index;
    private final Workload workload;
    private final LoadMeter meter;
    private final BftClientCore core;
    private final int replicas;
    private final int clientId;
    private final SessionTransports connections;
    private final Map<Long, Transport> transports = new TreeMap<>();
    /** Closing waits for the network thread, which may wait for this object's lock, so it happens outside of that. */
    private final Queue<Transport> toClose = new ConcurrentLinkedQueue<>();

    private int connected;
    private long issued;
    private boolean stopped;

    LoadClient(
            int index,
            ClientSetup setup,
            ClientOptions options,
            Authentication authentication,
            SessionTransports connections,
            LongSupplier sessionNumbers,
            Workload workload,
            LoadMeter meter) {
        this.index = index;
        this.clientId = setup.clientId();
        this.replicas = setup.quorums().replicas();
        this.connections = connections;
        this.workload = workload;
        this.meter = meter;
        this.core = new BftClientCore(
                setup, options, authentication, new Ports(), sessionNumbers, RandomGenerator.getDefault());
    }

    /** Begins to connect. */
    synchronized void connect() {
        core.start();
    }

    /** How many replicas are connected to it. */
    synchronized int connected() {
        return Math.min(connected, replicas);
    }

    /** What its connections have sent so far; those of sessions given up are not in it. */
    synchronized Traffic sent() {
        Traffic sum = Traffic.NONE;
        for (Transport transport : transports.values()) {
            sum = sum.plus(
                    new Traffic(transport.stats().framesOut(), transport.stats().bytesOut()));
        }
        return sum;
    }

    /** Begins to keep so many operations under way. */
    synchronized void begin(int outstanding) {
        for (int i = 0; i < outstanding; i++) {
            issue();
        }
        flush();
    }

    /** Lets what is due by time happen. */
    void tick() {
        synchronized (this) {
            core.tick(nowMillis());
            flush();
        }
        closeTransports();
    }

    /** Asks for nothing more, and disconnects. */
    void close() {
        synchronized (this) {
            stopped = true;
            core.close();
        }
        closeTransports();
    }

    private void closeTransports() {
        Transport transport = toClose.poll();
        while (transport != null) {
            transport.close();
            transport = toClose.poll();
        }
    }

    private void issue() {
        if (!stopped) {
            ByteString operation = workload.operation(index, issued++);
            core.invoke(operation, RetrySemantics.EXACTLY_ONCE, new Call(System.nanoTime()), nowMillis());
        }
    }

    private void flush() {
        transports.values().forEach(Transport::flush);
    }

    private static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private final class Call implements Completion {
        private final long beganNanos;

        Call(long beganNanos) {
            this.beganNanos = beganNanos;
        }

        @Override
        public void succeeded(ByteString result) {
            meter.succeeded(System.nanoTime() - beganNanos);
            issue();
        }

        @Override
        public void failed(BftClientException failure) {
            if (!stopped) {
                meter.failed(failure);
                // A load that is refused is given up; one that was only lost goes on.
                if (meter.refusal().isEmpty()) {
                    issue();
                }
            }
        }
    }

    private final class Ports implements ClientPorts {
        @Override
        public void openSession(long session) {
            Transport transport = connections.open(new PeerId.ClientSession(clientId, session));
            transports.put(session, transport);
            transport.start(new Replies(session));
        }

        @Override
        public void closeSession(long session) {
            toClose.add(transports.remove(session));
        }

        @Override
        public void send(long session, int replica, ByteString frame) {
            transports.get(session).send(new PeerId.Replica(replica), frame);
        }
    }

    /** What the network thread brings. */
    private final class Replies implements FrameHandler {
        private final long session;

        Replies(long session) {
            this.session = session;
        }

        @Override
        public Disposition onFrame(PeerId from, ByteString frame) {
            synchronized (LoadClient.this) {
                core.onFrame(from.toNodeId().id(), frame, nowMillis());
            }
            return Disposition.KEEP;
        }

        @Override
        public void onReadComplete() {
            synchronized (LoadClient.this) {
                flush();
            }
        }

        @Override
        public void onPeerUp(PeerId peer) {
            synchronized (LoadClient.this) {
                connected++;
                core.onPeerUp(session, peer.toNodeId().id());
            }
        }

        @Override
        public void onPeerDown(PeerId peer) {
            synchronized (LoadClient.this) {
                connected--;
                core.onPeerDown(session, peer.toNodeId().id(), nowMillis());
                flush();
            }
        }
    }
}
