package org.tagma.replica.outbound;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;

/** Sends through a transport. A client has one connection for each of its sessions, so a session is an address. */
public final class TransportOutbound implements Outbound {

    private final Transport transport;
    private final Runnable flush;

    /**
     * Sends through a transport.
     *
     * @param flush how to let leave what was sent
     */
    public TransportOutbound(Transport transport, Runnable flush) {
        this.transport = transport;
        this.flush = flush;
    }

    @Override
    public void toReplica(int replica, ByteString frame) {
        transport.send(new PeerId.Replica(replica), frame);
    }

    @Override
    public void toClient(SessionId session, ByteString frame) {
        transport.send(new PeerId.ClientSession(session.client(), session.session()), frame);
    }

    @Override
    public void flush() {
        flush.run();
    }
}
