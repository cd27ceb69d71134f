package org.tagma.simulator.check;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.ServiceLimits;

/**
 * What must become of each request that is ordered, by the rules of sessions: the exactly-once numbers of one are executed one
 * after the other, its other numbers in ascending order, and a session that is not live and not newer than all before it never
 * opens again. Not thread-safe.
 */
final class SessionModel {

    /** What becomes of a request. */
    enum Fate {
        EXECUTED,
        /** It was executed before, and is answered so. */
        ANSWERED,
        /** It was executed so long ago that its reply is gone. */
        EVICTED,
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
    }

    private static final class Client {
        long newest;
        long highestEvicted;
        /** The longest inactive first. */
        final LinkedHashMap<Long, Session> live = new LinkedHashMap<>();
    }

    /** One in which nothing was executed. */
    private static final Session UNUSED = new Session();

    private final ServiceLimits limits;
    private final Map<Integer, Client> clients = new HashMap<>();

    SessionModel(ServiceLimits limits) {
        this.limits = limits;
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

    /** What the client of an {@link Fate#EXPIRED} request is told: its newest session, and the highest that was dropped. */
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
        return number >= 1 && number >= session.next - limits.sessionPipeline() ? Fate.ANSWERED : Fate.EVICTED;
    }

    private static void execute(Request request, Session session) {
        if (request.semantics().isFifo()) {
            session.next++;
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
