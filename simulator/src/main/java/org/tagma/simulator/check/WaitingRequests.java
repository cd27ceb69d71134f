package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/**
 * The requests that wait at one replica, as far as that can be known: those that may wait there, and those that surely do. Not
 * thread-safe.
 */
final class WaitingRequests {

    /** What is known of one session. */
    static final class Lane {
        /** The next number to be executed, or 0 if that is not known. */
        long next;

        long headSinceTick;
        /** When each was received first, if it was. */
        final TreeMap<Long, Long> receivedAtTick = new TreeMap<>();
        /** Those that are surely kept. */
        final TreeMap<Long, Kept> kept = new TreeMap<>();

        /** What can be executed next and is surely here, or null. */
        Kept head() {
            return next > 0 ? kept.get(next) : null;
        }

        /** Since when that waits to be ordered in the view that was entered then. */
        long headWaitsSince(Kept head, long enteredAtTick) {
            return Math.max(head.sinceTick(), Math.max(headSinceTick, enteredAtTick));
        }
    }

    record Kept(Request request, long sinceTick) {}

    private final Mirror mirror;
    private final Map<SessionId, Lane> lanes = new HashMap<>();
    /** Sessions that may wait for something that is not known here. */
    private final Set<SessionId> unsure = new HashSet<>();

    private boolean someUnordered;

    WaitingRequests(Mirror mirror) {
        this.mirror = mirror;
    }

    Map<SessionId, Lane> lanes() {
        return lanes;
    }

    /** A session's lane, or null if nothing is known of it. */
    Lane find(SessionId session) {
        return lanes.get(session);
    }

    Lane lane(SessionId session) {
        return lanes.computeIfAbsent(session, none -> new Lane());
    }

    boolean isKnown(SessionId session) {
        return lanes.containsKey(session) || unsure.contains(session);
    }

    boolean isUnsure(SessionId session) {
        return unsure.contains(session);
    }

    boolean isAnyUnsure() {
        return !unsure.isEmpty();
    }

    void isUnsureOf(SessionId session) {
        unsure.add(session);
    }

    /** Whether there were requests that need no order among themselves, of which this keeps no account. */
    boolean areSomeUnordered() {
        return someUnordered;
    }

    void hasUnordered(SessionId session) {
        someUnordered = true;
        unsure.add(session);
    }

    /** How many requests may wait at most, of one client or, below 0, of all. */
    int most(int client) {
        int most = 0;
        for (Map.Entry<SessionId, Lane> each : lanes.entrySet()) {
            if (client < 0 || each.getKey().client() == client) {
                most += each.getValue().receivedAtTick.size();
            }
        }
        return most;
    }

    /** How many surely do. */
    int least(int client) {
        int least = 0;
        for (Map.Entry<SessionId, Lane> each : lanes.entrySet()) {
            if (client < 0 || each.getKey().client() == client) {
                least += each.getValue().kept.size();
            }
        }
        return least;
    }

    /** This one may wait from now on. */
    void received(Request request, Lane lane) {
        if (lane.next == 0 && !lane.kept.isEmpty() && request.number() < lane.kept.firstKey()) {
            // Of a session of which nothing is known, the lower number is the likelier one to come next.
            lane.kept.clear();
        }
        if (request.number() >= lane.next) {
            lane.receivedAtTick.putIfAbsent(request.number(), mirror.tick);
        }
    }

    void refused(Request request, Lane lane) {
        lane.receivedAtTick.remove(request.number());
        forgetIfUnknown(request.session(), lane);
    }

    private void forgetIfUnknown(SessionId session, Lane lane) {
        if (lane.next == 0 && lane.receivedAtTick.isEmpty()) {
            lanes.remove(session);
        }
    }

    void installed(Event.StateInstalled installed) {
        lanes.clear();
        unsure.clear();
        installed.sessions().forEach(each -> {
            lane(each.session()).next = each.nextNumber();
            lane(each.session()).headSinceTick = mirror.tick;
        });
    }

    void executed(Event.RequestOutcome outcome) {
        Request request = outcome.request();
        if (!request.semantics().isFifo()) {
            return;
        }
        Lane lane = lane(request.session());
        if (!outcome.consumed()) {
            if (lane.next == 0) {
                lane.receivedAtTick.remove(request.number());
                lane.kept.remove(request.number());
                forgetIfUnknown(request.session(), lane);
            }
        } else if (request.number() >= lane.next) {
            lane.next = request.number() + 1;
            lane.headSinceTick = mirror.tick;
            lane.receivedAtTick.headMap(lane.next).clear();
            lane.kept.headMap(lane.next).clear();
        }
    }
}
