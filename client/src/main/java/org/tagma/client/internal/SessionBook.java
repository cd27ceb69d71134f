package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientPorts;

/** The session that new requests go to, and older ones in which someone still waits. Not thread-safe. */
public final class SessionBook {

    private final ClientPorts ports;
    private final LongSupplier numbers;
    private final ClientCounters counters;
    private final TreeMap<Long, Session> open = new TreeMap<>();
    private Session current;

    public SessionBook(ClientPorts ports, LongSupplier numbers, ClientCounters counters) {
        this.ports = ports;
        this.numbers = numbers;
        this.counters = counters;
    }

    /** Opens the first session, or another, whose number is above those of all before it. */
    public void openNext(long atLeast) {
        current = new Session(Math.max(numbers.getAsLong(), atLeast));
        open.put(current.number, current);
        counters.count(ClientCounter.SESSIONS_OPENED);
        ports.openSession(current.number);
    }

    public Session current() {
        return current;
    }

    /** The open session of this number, or null. */
    public Session find(long number) {
        return open.get(number);
    }

    /** New requests shall not wait behind this session's. */
    public void abandon(Session session) {
        if (session == current) {
            openNext(session.number + 1);
        }
    }

    /**
     * A request is about to be sent. If the last one was long ago, it goes to a new session: the replicas may have
     * ended the old one, and then could not tell whether the request was executed in it.
     */
    public void renewIfIdle(long now, long renewMillis) {
        Session idle = current;
        if (idle.usedAt < now - renewMillis && idle.isEmpty()) {
            openNext(idle.number + 1);
            remove(idle);
        }
        current.usedAt = now;
    }

    /** The replicas do not know the session any more, and know one with number {@code newest}. */
    public void expired(Session session, long newest) {
        remove(session);
        if (session == current) {
            openNext(Math.max(session.number, newest) + 1);
        }
    }

    /** Closes a session that was abandoned, once nobody waits in it; returns whether it did. */
    public boolean closeIfIdle(Session session) {
        if (session == current || !open.containsKey(session.number) || session.isAwaited()) {
            return false;
        }
        remove(session);
        return true;
    }

    public void closeAll() {
        new ArrayList<>(open.values()).forEach(this::remove);
    }

    public void send(Session session, BitSet receivers, ByteString frame) {
        receivers.stream().forEach(replica -> ports.send(session.number, replica, frame));
    }

    private void remove(Session session) {
        open.remove(session.number);
        ports.closeSession(session.number);
    }
}
