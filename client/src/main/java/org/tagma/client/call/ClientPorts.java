package org.tagma.client.call;

import com.google.protobuf.ByteString;
import org.tagma.client.BftClientCore;

/** What {@link BftClientCore} asks of the world. None of these may call back into the core. */
public interface ClientPorts {

    /** Connects to every replica as this session; replicas send their replies to the connections of the session. */
    void openSession(long session);

    /** The session's connections are not needed any more. */
    void closeSession(long session);

    /** Sends a frame to a replica over the session's connection; it may be lost. */
    void send(long session, int replica, ByteString frame);
}
