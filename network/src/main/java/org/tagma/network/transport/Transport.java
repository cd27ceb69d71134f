package org.tagma.network.transport;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Carries frames between authenticated peers: in order for each pair while a connection lasts, possibly losing them,
 * never
 * blocking the sender, and never holding more than a configured number of bytes for anyone.
 *
 * <p>Thread-safe.
 */
public interface Transport extends AutoCloseable {

    /**
     * Begins to listen (replicas) and to dial. Called once.
     *
     * @throws BindFailedException if the listening address cannot be had
     * @throws IllegalStateException if already started or closed
     */
    void start(FrameHandler handler);

    /**
     * Enqueues a frame; it leaves with the next {@link #flush()}, at the latest. Never blocks. A frame that cannot be
     * kept (unknown or disconnected peer, budget used up, too large) is dropped and counted in {@link #stats()}.
     */
    void send(PeerId to, ByteString frame);

    /** Lets all that was enqueued go out: one wake-up of the network thread in all, one write for each destination. */
    void flush();

    /**
     * Reads again from connections that were paused because {@link FrameHandler#acceptsMore} said no, if it says yes
     * now.
     */
    void resumeReading();

    /**
     * The thread that calls the handler, if the owner may use it for work of its own: work that never blocks. Empty if
     * there is no such thread.
     */
    default Optional<ScheduledExecutorService> thread() {
        return Optional.empty();
    }

    /** Live counters. */
    TransportStats stats();

    /**
     * Closes all connections, drops what still waits, and stops the threads that this transport started. After it
     * returns the handler is not
     * called any more, unless close was called by the network thread itself. Idempotent.
     */
    @Override
    void close();
}
