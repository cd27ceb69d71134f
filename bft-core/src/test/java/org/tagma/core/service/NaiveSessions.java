package org.tagma.core.service;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SessionTable.Handling;

/**
 * Remembers everything that ever was executed, and works each rule of the {@link SessionTable} out from that history
 * alone.
 */
final class NaiveSessions {

    private record Past(Request request, ServiceReply reply, long millis) {
        boolean isIn(SessionId id) {
            return request.session().equals(id);
        }

        boolean isFifo() {
            return request.semantics().isFifo();
        }
    }

    private final ServiceLimits limits;
    private final List<Past> history = new ArrayList<>();
    private final Set<SessionId> ended = new HashSet<>();
    private final Set<Past> dropped = new HashSet<>();
    private long now;

    NaiveSessions(ServiceLimits limits) {
        this.limits = limits;
    }

    void timeIs(long millis) {
        now = millis;
        for (SessionId id : live()) {
            if (now - history.get(lastActive(id)).millis() > limits.sessionIdleMillis()) {
                ended.add(id);
            }
        }
    }

    Handling judge(Request request) {
        SessionId id = request.session();
        long newest = history.stream()
                .filter(past -> past.request().session().client() == id.client())
                .mapToLong(past -> past.request().session().session())
                .max()
                .orElse(0);
        if (!live(id.client()).contains(id) && id.session() <= newest) {
            long highestEnded = ended.stream()
                    .filter(other -> other.client() == id.client())
                    .mapToLong(SessionId::session)
                    .max()
                    .orElse(0);
            return new Handling.Answer(ServiceReply.sessionExpired(newest, highestEnded));
        }
        return request.semantics().isFifo() ? judgeFifo(request) : judgeUnordered(request);
    }

    private Handling judgeFifo(Request request) {
        List<Past> lane = lane(request.session(), true);
        if (request.number() > lane.size()) {
            return request.number() == lane.size() + 1 ? new Handling.Execute() : new Handling.Wait();
        }
        Past past = request.number() > 0 ? lane.get((int) request.number() - 1) : null;
        return new Handling.Answer(past == null || dropped.contains(past) ? ServiceReply.EVICTED : past.reply());
    }

    private Handling judgeUnordered(Request request) {
        return request.number() > lastUnordered(request.session())
                ? new Handling.Execute()
                : new Handling.Answer(ServiceReply.STALE);
    }

    void executed(Request request, ServiceReply reply) {
        SessionId id = request.session();
        List<SessionId> others = live(id.client());
        if (!others.contains(id) && others.size() == limits.maxSessionsPerClient()) {
            ended.add(longestInactive(others));
        }
        history.add(new Past(request, reply, now));
        if (request.semantics().isFifo()) {
            List<Past> lane = lane(id, true);
            dropped.addAll(lane.subList(0, (int) request.acknowledged()));
            dropped.addAll(lane.subList(0, Math.max(0, lane.size() - limits.sessionPipeline())));
        }
        boolean smaller = true;
        while (smaller && bytes(id.client()) > limits.replyBytesPerClient()) {
            smaller = shrink(id.client());
        }
        smaller = true;
        while (smaller && bytes() > limits.replyBytes()) {
            int heaviest = 0;
            for (int client = 1; client <= 2; client++) {
                heaviest = bytes(client) > bytes(heaviest) ? client : heaviest;
            }
            smaller = shrink(heaviest);
        }
    }

    private boolean shrink(int client) {
        List<Past> kept = kept(client);
        if (!kept.isEmpty()) {
            dropped.add(kept.get(0));
            return true;
        }
        return live(client).size() > 1 && ended.add(longestInactive(live(client)));
    }

    long bytes() {
        return bytes(0) + bytes(1) + bytes(2);
    }

    private long bytes(int client) {
        long replies = kept(client).stream()
                .mapToLong(past -> SessionTable.REPLY_OVERHEAD_BYTES
                        + past.reply().result().size())
                .sum();
        return replies + (long) live(client).size() * SessionTable.SESSION_OVERHEAD_BYTES;
    }

    /** The replies that are kept, the oldest first. */
    private List<Past> kept(int client) {
        return history.stream()
                .filter(past -> past.isFifo() && !dropped.contains(past))
                .filter(past -> live(client).contains(past.request().session()))
                .toList();
    }

    List<SessionProgress> progress() {
        Map<SessionId, SessionProgress> all = new TreeMap<>();
        for (SessionId id : live()) {
            all.put(id, new SessionProgress(id, lane(id, true).size() + 1, lastUnordered(id)));
        }
        return List.copyOf(all.values());
    }

    private List<SessionId> live() {
        return history.stream()
                .map(past -> past.request().session())
                .filter(id -> !ended.contains(id))
                .distinct()
                .toList();
    }

    private List<SessionId> live(int client) {
        return live().stream().filter(id -> id.client() == client).toList();
    }

    private SessionId longestInactive(List<SessionId> sessions) {
        return sessions.stream().min(Comparator.comparingInt(this::lastActive)).orElseThrow();
    }

    private int lastActive(SessionId id) {
        int last = -1;
        for (int i = 0; i < history.size(); i++) {
            last = history.get(i).isIn(id) ? i : last;
        }
        return last;
    }

    private List<Past> lane(SessionId id, boolean isFifo) {
        return history.stream()
                .filter(past -> past.isIn(id) && past.isFifo() == isFifo)
                .toList();
    }

    private long lastUnordered(SessionId id) {
        return lane(id, false).stream()
                .mapToLong(past -> past.request().number())
                .max()
                .orElse(0);
    }
}
