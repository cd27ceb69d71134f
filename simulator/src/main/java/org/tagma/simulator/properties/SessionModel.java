package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.ServiceLimits;

/**
 * What must become of each request that is ordered, by the rules of sessions: the exactly-once numbers of one are
 * executed one after the other, its other numbers in ascending order, and a session that is not live and not newer than
 * all before it never opens again. Not thread-safe.
 */
final class SessionModel {

    /** What becomes of a request. */
    enum Fate {
        EXECUTED,
        /** It was executed before, and is answered so. */
        ANSWERED,
        /** It was executed so long ago that its reply is gone, or its client said that it has it. */
        EVICTED,
        /** It was executed before, and its reply may have made room for others. */
        ANSWERED_OR_EVICTED,
        /** Its number is used up, or was skipped. */
        STALE,
        /** Its session is gone, or never was and never will be. */
        EXPIRED,
        /** Numbers before it are missing: it must be ordered again. */
        EARLY
    }

    private static final class Session {
        long next = 1;
        long lastUnordered;
        long acknowledged;
        long activeMillis;
    }

    private static final class Client {
        long newest;
        long highestEvicted;
        /** The longest inactive first. */
        final LinkedHashMap<Long, Session> live = new LinkedHashMap<>();
    }

    /**
     * More than the short replies of a run can take: none goes for want of room. How long they are, this does not know.
     */
    private static final long AMPLE_BYTES = 1 << 20;

    /** One in which nothing was executed. */
    private static final Session UNUSED = new Session();

    private final ServiceLimits limits;
    private final Map<Integer, Client> clients = new HashMap<>();
    private long nowMillis;

    SessionModel(ServiceLimits limits) {
        this.limits = limits;
    }

    /** The agreed time of what is ordered next. Sessions that were idle for long end. */
    void timeIs(long millis) {
        nowMillis = millis;
        for (Client client : clients.values()) {
            client.live.entrySet().removeIf(session -> {
                boolean ends = millis - session.getValue().activeMillis > limits.sessionIdleMillis();
                if (ends) {
                    client.highestEvicted = Math.max(client.highestEvicted, session.getKey());
                }
                return ends;
            });
        }
    }

    /** Whether replies may go for want of room. */
    boolean mayLackRoom() {
        return limits.replyBytesPerClient() < AMPLE_BYTES;
    }

    /** Whether a session of a client was ever dropped in favour of a newer one. */
    boolean hasLostSession(int client) {
        Client known = clients.get(client);
        return known != null && known.highestEvicted > 0;
    }

    /** A request is ordered next. */
    Fate ordered(Request request) {
        Fate fate = judge(request);
        if (fate == Fate.EXECUTED) {
            Client client = clients.computeIfAbsent(request.session().client(), id -> new Client());
            long number = request.session().session();
            Session known = client.live.get(number);
            Session session = known == null ? new Session() : known;
            execute(request, session);
            session.activeMillis = nowMillis;
            keep(client, number, session);
        }
        return fate;
    }

    /** What would become of a request if it were ordered next. */
    Fate judge(Request request) {
        Client client = clients.get(request.session().client());
        if (client == null) {
            return fate(request, UNUSED);
        }
        Session session = client.live.get(request.session().session());
        if (session == null && request.session().session() <= client.newest) {
            return Fate.EXPIRED;
        }
        return fate(request, session == null ? UNUSED : session);
    }

    /**
     * What the client of an {@link Fate#EXPIRED} request is told: its newest session, and the highest that was dropped.
     */
    ByteString expired(Request request) {
        Client client = clients.get(request.session().client());
        ByteBuffer numbers = ByteBuffer.allocate(2 * Long.BYTES);
        numbers.putLong(client.newest).putLong(client.highestEvicted).flip();
        return ByteString.copyFrom(numbers);
    }

    private Fate fate(Request request, Session session) {
        long number = request.number();
        if (!request.semantics().isFifo()) {
            return number > session.lastUnordered ? Fate.EXECUTED : Fate.STALE;
        }
        if (number == session.next) {
            return Fate.EXECUTED;
        }
        if (number > session.next) {
            return Fate.EARLY;
        }
        if (number < 1 || number <= session.acknowledged || number < session.next - limits.sessionPipeline()) {
            return Fate.EVICTED;
        }
        return mayLackRoom() ? Fate.ANSWERED_OR_EVICTED : Fate.ANSWERED;
    }

    private static void execute(Request request, Session session) {
        if (request.semantics().isFifo()) {
            session.next++;
            session.acknowledged = Math.max(session.acknowledged, request.acknowledged());
        } else {
            session.lastUnordered = request.number();
        }
    }

    /** The one that executed nothing for the longest time makes room for a new one. */
    private void keep(Client client, long number, Session session) {
        boolean isNew = client.live.remove(number) == null;
        if (isNew) {
            client.newest = number;
            if (client.live.size() == limits.maxSessionsPerClient()) {
                Iterator<Long> longestInactive = client.live.keySet().iterator();
                client.highestEvicted = Math.max(client.highestEvicted, longestInactive.next());
                longestInactive.remove();
            }
        }
        client.live.put(number, session);
    }
}
