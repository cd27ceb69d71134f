package org.tagma.simulator.check;

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
        /** Its session is gone, or its number used up. */
        REFUSED,
        /** Numbers before it are missing: it must be ordered again. */
        EARLY
    }

    private static final class Session {
        long next = 1;
        long lastUnordered;
    }

    private static final class Client {
        long newest;
        boolean lost;
        /** The longest inactive first. */
        final LinkedHashMap<Long, Session> live = new LinkedHashMap<>();
    }

    private final ServiceLimits limits;
    private final Map<Integer, Client> clients = new HashMap<>();

    SessionModel(ServiceLimits limits) {
        this.limits = limits;
    }

    /** Whether a session of a client was ever dropped in favour of a newer one. */
    boolean hasLostSession(int client) {
        Client known = clients.get(client);
        return known != null && known.lost;
    }

    /** A request is ordered next. */
    Fate ordered(Request request) {
        Client client = clients.computeIfAbsent(request.session().client(), id -> new Client());
        long number = request.session().session();
        Session session = client.live.get(number);
        if (session == null && number <= client.newest) {
            return Fate.REFUSED;
        }
        Session judged = session == null ? new Session() : session;
        Fate fate = fate(request, judged);
        if (fate == Fate.EXECUTED) {
            execute(request, judged);
            keep(client, number, judged);
        }
        return fate;
    }

    private static Fate fate(Request request, Session session) {
        if (!request.semantics().isFifo()) {
            return request.number() > session.lastUnordered ? Fate.EXECUTED : Fate.REFUSED;
        }
        if (request.number() == session.next) {
            return Fate.EXECUTED;
        }
        return request.number() > session.next ? Fate.EARLY : Fate.ANSWERED;
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
                longestInactive.next();
                longestInactive.remove();
                client.lost = true;
            }
        }
        client.live.put(number, session);
    }
}
