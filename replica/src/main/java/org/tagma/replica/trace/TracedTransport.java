package org.tagma.replica.trace;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.tagma.core.NodeId;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportStats;

/**
 * A transport whose frames are recorded: before one is handed over to leave, and before one that arrived is handed on,
 * so that a cause is in the log before its effect.
 *
 * <p>Thread-safe.
 */
final class TracedTransport implements Transport {

    private final Transport transport;
    private final EventLog log;
    private final int process;

    TracedTransport(Transport transport, EventLog log, int process) {
        this.transport = transport;
        this.log = log;
        this.process = process;
    }

    @Override
    public void start(FrameHandler handler) {
        transport.start(new TracedHandler(handler));
    }

    @Override
    public void send(PeerId to, ByteString frame) {
        log.sends(process, nameOf(to), frame);
        transport.send(to, frame);
    }

    @Override
    public void flush() {
        // A replica that is killed leaves in the file all that it had let out.
        log.flush();
        transport.flush();
    }

    @Override
    public void resumeReading() {
        transport.resumeReading();
    }

    @Override
    public Optional<ScheduledExecutorService> thread() {
        return transport.thread();
    }

    @Override
    public TransportStats stats() {
        return transport.stats();
    }

    @Override
    public void close() {
        transport.close();
    }

    private static String nameOf(PeerId peer) {
        return peer.toNodeId() instanceof NodeId.Replica replica
                ? EventId.replica(replica.id())
                : EventId.client(peer.toNodeId().id());
    }

    private final class TracedHandler implements FrameHandler {
        private final FrameHandler handler;

        TracedHandler(FrameHandler handler) {
            this.handler = handler;
        }

        @Override
        public Disposition onFrame(PeerId from, ByteString frame) {
            log.receivesFrom(process, nameOf(from), frame);
            Disposition disposition = handler.onFrame(from, frame);
            if (disposition == Disposition.CLOSE) {
                log.remark(process, "refused");
            }
            return disposition;
        }

        @Override
        public void onReadComplete() {
            handler.onReadComplete();
        }

        @Override
        public void onPeerUp(PeerId peer) {
            handler.onPeerUp(peer);
        }

        @Override
        public void onPeerDown(PeerId peer) {
            handler.onPeerDown(peer);
        }

        @Override
        public void onPeerUnreachable(PeerId.Replica peer) {
            handler.onPeerUnreachable(peer);
        }

        @Override
        public boolean acceptsMore(PeerId from) {
            return handler.acceptsMore(from);
        }
    }
}
