package org.tagma.network.transport;

import com.google.protobuf.ByteString;

/**
 * What a {@link Transport} reports to its owner.
 *
 * <p>All methods except {@link #acceptsMore} are called by one thread at a time, on the network thread, and must
 * neither block nor throw: while one runs, no peer of this transport is served. A peer's {@code onPeerUp} comes before
 * its first frame and its {@code onPeerDown} after its last; frames of one connection come in the order they were sent.
 */
public interface FrameHandler {

    /** What to do with the connection a frame came from. */
    enum Disposition {
        /** Go on. */
        KEEP,
        /**
         * The frame was garbage: a client's connection is closed. A replica's is kept, because a faulty replica could
         * otherwise make us spend handshakes, and its good messages may still be needed.
         */
        CLOSE
    }

    /** A whole frame, without its length prefix, from an authenticated peer. */
    Disposition onFrame(PeerId from, ByteString frame);

    /**
     * The frames that one read loop of one connection delivered are all handed over: a good moment to pass a batch on.
     */
    void onReadComplete();

    /** A peer proved who it is and can be sent to. */
    void onPeerUp(PeerId peer);

    /** The connection to a peer that was up is gone. */
    void onPeerDown(PeerId peer);

    /** A replica that was up is gone, and its address refuses connections: nobody listens there any more. */
    default void onPeerUnreachable(PeerId.Replica peer) {}

    /**
     * A replica that we dial does not let us in, or we do not accept it, for a reason that will not go away by itself:
     * other settings, TLS on one side only. Said again at every attempt.
     *
     * @param reason one line for an operator, which names the replica
     */
    default void onRefused(PeerId peer, String reason) {}

    /**
     * Whether the receiver has room for more of what this peer sends. Asked after each of its frames; on {@code false}
     * its connection is not read until {@link Transport#resumeReading()}, and nobody else's is stopped. What was
     * already read (at most one receive buffer) is still delivered. May be called from any thread.
     */
    default boolean acceptsMore(PeerId from) {
        return true;
    }
}
