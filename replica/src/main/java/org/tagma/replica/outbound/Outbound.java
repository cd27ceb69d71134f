package org.tagma.replica.outbound;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.SessionId;

/**
 * Where a replica's frames go. Sending only hands over; nothing need leave before {@link #flush}.
 *
 * <p>Implementations are thread-safe, never block, and drop what they cannot take: the network may lose anything
 * anyway.
 */
public interface Outbound {

    /** Hands over a frame for another replica. */
    void toReplica(int replica, ByteString frame);

    /** Hands over a frame for the client that has this session. */
    void toClient(SessionId session, ByteString frame);

    /** Lets everything handed over so far leave. */
    void flush();
}
