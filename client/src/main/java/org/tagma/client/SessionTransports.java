package org.tagma.client;

import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;

/** Makes the connections of each session. Thread-safe. */
@FunctionalInterface
public interface SessionTransports {

    /** A transport, not started, that reaches every replica as this session. Its owner closes it. */
    Transport open(PeerId.ClientSession session);
}
