package org.tagma.core.pbft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/**
 * Requests that are known here and not yet executed, a queue for each session. A primary proposes from it; a backup
 * times how long it lets them wait.
 *
 * <p>What is proposed is fair and in order: sessions take turns, and of one session only the number that comes next is
 * proposed. So a client that leaves out a number delays itself and nobody else, and gives no reason to suspect the primary.
 *
 * <p>All of it is a matter of efficiency, not of safety: the session table decides at execution what runs.
 */
final class RequestPool {

    /** Executed requests waiting to be ordered once more. */
    private static final int MAX_AGAIN = 16;

    /** What became of a request that arrived. */
    enum Admission {
        ADDED,
        KNOWN,
        EXECUTED,
        OVERLOADED,
        OUT_OF_WINDOW,
        /** An earlier number of its session is missing, and there is no room to keep it until that comes. */
        EARLY
    }

    private final int maxPending;
    private final int maxPendingPerClient;
    private final int sessionPipeline;
    private final TreeMap<SessionId, SessionLane> lanes = new TreeMap<>();
    private final TreeMap<Integer, Integer> pendingPerClient = new TreeMap<>();
    /** Sessions that may have something to propose, in turn. */
    private final LinkedHashSet<SessionLane> ready = new LinkedHashSet<>();
    /** Executed requests to be ordered once more, so that a replica that waits for one in vain learns its outcome. */
    private final ArrayDeque<Request> again = new ArrayDeque<>();
    /** Sessions with nothing waiting, longest idle first; forgotten when there are too many. */
    private final LinkedHashSet<SessionId> idle = new LinkedHashSet<>();

    /** Proposals to go until one of {@link #again} has its turn. */
    private int turnsUntilAgain;

    private int pending;
    /** Of these, requests that came before their turn. */
    private int earlyPending;

    RequestPool(PbftConfig config) {
        this.maxPending = config.maxPendingRequests();
        this.maxPendingPerClient = config.maxPendingPerClient();
        this.sessionPipeline = config.sessionPipeline();
    }

    /** How many requests wait here. */
    int size() {
        return pending;
    }

    /** Whether something of a session was executed, as far as is known here. */
    boolean knows(SessionId session) {
        SessionLane lane = lanes.get(session);
        return lane != null && (lane.next > 0 || lane.lastUnordered > 0);
    }

    /**
     * Takes a request in, if it is new and there is room.
     *
     * @param relayed whether a replica hands it on. Such a one waits for this primary to order it, so there is more room
     *     for it than for what comes from clients: a full pool is no reason to be taken for faulty
     */
    Admission admit(Request request, long tick, boolean relayed) {
        SessionLane lane = lanes.get(request.session());
        Admission judged = lane == null ? Admission.ADDED : lane.judge(request, sessionPipeline);
        int client = request.session().client();
        boolean early = judged == Admission.EARLY;
        if (judged != Admission.ADDED && !(early && lane.next > 0 && hasRoomForEarly(client))) {
            return judged;
        }
        if (pending >= bound(maxPending, relayed)
                || pendingPerClient.getOrDefault(client, 0) >= bound(maxPendingPerClient, relayed)) {
            return Admission.OVERLOADED;
        }
        add(lane != null ? lane : open(request.session()), new SessionLane.Waiting(request, tick, early));
        return Admission.ADDED;
    }

    /**
     * What comes before its turn waits for it, for messages overtake each other. But such may never be executed, so they
     * get a part of the room only: clients that leave out numbers must not keep others out.
     */
    private boolean hasRoomForEarly(int client) {
        return earlyPending < maxPending / 4 && pendingPerClient.getOrDefault(client, 0) < maxPendingPerClient / 2;
    }

    private static int bound(int bound, boolean relayed) {
        return relayed ? bound + bound / 4 : bound;
    }

    private SessionLane open(SessionId session) {
        SessionLane lane = new SessionLane(session);
        lanes.put(session, lane);
        return lane;
    }

    private void add(SessionLane lane, SessionLane.Waiting waiting) {
        Request request = waiting.request();
        if (request.semantics().isFifo()
                && lane.next == 0
                && !lane.fifo.isEmpty()
                && request.number() < lane.fifo.firstKey() - 1) {
            // Of a session of which nothing is known, the lower number is the likelier one to come next.
            removeBelow(lane.fifo, Long.MAX_VALUE, lane);
            lane.proposedUpTo = 0;
        }
        lane.waitingOf(request).put(request.number(), waiting);
        pending++;
        earlyPending += waiting.early() ? 1 : 0;
        pendingPerClient.merge(lane.session.client(), 1, Integer::sum);
        idle.remove(lane.session);
        queueIfReady(lane);
    }

    private void queueIfReady(SessionLane lane) {
        if (lane.nextToPropose() != null) {
            ready.add(lane);
        }
    }

    /** Whether there is something to propose. */
    boolean hasProposable() {
        return !again.isEmpty() || nextReady() != null;
    }

    private SessionLane nextReady() {
        while (!ready.isEmpty()) {
            SessionLane lane = ready.iterator().next();
            if (lane.nextToPropose() != null) {
                return lane;
            }
            ready.remove(lane);
        }
        return null;
    }

    /** Takes the next requests to propose, a turn for each session; they stay in the pool until they are executed. */
    List<Request> nextBatch(int maxRequests, int maxBytes) {
        List<Request> batch = new ArrayList<>();
        int bytes = 0;
        while (batch.size() < maxRequests && hasProposable()) {
            SessionLane lane = isTurnOfAgain() ? null : nextReady();
            Request request = lane == null ? again.peek() : lane.nextToPropose().request();
            bytes += request.size();
            if (bytes > maxBytes && !batch.isEmpty()) {
                break;
            }
            batch.add(request);
            if (lane == null) {
                again.poll();
                turnsUntilAgain = ready.size();
            } else {
                ready.remove(lane);
                lane.markProposed(request);
                queueIfReady(lane);
                turnsUntilAgain--;
            }
        }
        return batch;
    }

    /** What is ordered once more takes turns with the sessions, as if it were one more: it must not keep out what is new. */
    private boolean isTurnOfAgain() {
        return !again.isEmpty() && (turnsUntilAgain <= 0 || nextReady() == null);
    }

    /** A new view: what was proposed before counts only if it is in {@code carriedOver}. */
    void restartProposals(Collection<Request> carriedOver) {
        for (SessionLane lane : lanes.values()) {
            lane.proposedUpTo = 0;
            lane.proposedUnordered = 0;
        }
        for (Request request : carriedOver) {
            SessionLane lane = lanes.get(request.session());
            (lane != null ? lane : open(request.session())).markProposed(request);
        }
        lanes.values().forEach(this::queueIfReady);
    }

    /** A request was executed, or turned out not to be executable yet. */
    void executed(RequestOutcome outcome, long tick) {
        Request request = outcome.request();
        SessionLane lane = lanes.get(request.session());
        if (lane == null) {
            lane = open(request.session());
        }
        boolean fifo = request.semantics().isFifo();
        if (!outcome.consumed()) {
            // An earlier number is missing: once it comes, this one must be proposable again. If nothing is known of
            // the
            // session, it would be proposed again at once and in vain; so it waits until the client sends it again.
            if (lane.next == 0) {
                remove(lane.fifo, request.number(), lane);
                lane.notYet = Math.min(lane.notYet, request.number());
            }
            lane.proposedUpTo = Math.max(0, lane.next - 1);
            queueIfReady(lane);
        } else if (fifo) {
            advanceFifo(lane, request.number() + 1, tick);
        } else {
            advanceUnordered(lane, request.number());
        }
        noteIdle(lane);
    }

    private void advanceFifo(SessionLane lane, long next, long tick) {
        if (next <= lane.next) {
            return;
        }
        lane.next = next;
        lane.headSinceTick = tick;
        lane.proposedUpTo = Math.max(lane.proposedUpTo, next - 1);
        removeBelow(lane.fifo, next, lane);
        queueIfReady(lane);
    }

    private void advanceUnordered(SessionLane lane, long number) {
        if (number <= lane.lastUnordered) {
            return;
        }
        lane.lastUnordered = number;
        lane.proposedUnordered = Math.max(lane.proposedUnordered, number);
        removeBelow(lane.unordered, number + 1, lane);
    }

    private void removeBelow(TreeMap<Long, SessionLane.Waiting> waiting, long number, SessionLane lane) {
        while (!waiting.isEmpty() && waiting.firstKey() < number) {
            remove(waiting, waiting.firstKey(), lane);
        }
    }

    private void remove(TreeMap<Long, SessionLane.Waiting> waiting, long number, SessionLane lane) {
        SessionLane.Waiting removed = waiting.remove(number);
        if (removed != null) {
            pending--;
            earlyPending -= removed.early() ? 1 : 0;
            pendingPerClient.merge(lane.session.client(), -1, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private void noteIdle(SessionLane lane) {
        if (!lane.isEmpty()) {
            return;
        }
        idle.remove(lane.session);
        idle.add(lane.session);
        if (idle.size() > maxPending) {
            Iterator<SessionId> longest = idle.iterator();
            SessionLane forgotten = lanes.remove(longest.next());
            longest.remove();
            ready.remove(forgotten);
        }
    }

    /**
     * The state was replaced: this is how far each session is in it. What waited is dropped, for its session may have been
     * executed and evicted meanwhile, and then it would wait for ever; clients send again what they still want.
     */
    void restore(List<SessionProgress> sessions, long tick) {
        lanes.clear();
        ready.clear();
        again.clear();
        idle.clear();
        pendingPerClient.clear();
        pending = 0;
        earlyPending = 0;
        for (SessionProgress progress : sessions) {
            SessionLane lane = open(progress.session());
            advanceFifo(lane, progress.nextNumber(), tick);
            advanceUnordered(lane, progress.lastUnordered());
            noteIdle(lane);
        }
    }

    /**
     * Orders once more a request that was executed some time ago, for a replica that has forgotten that and waits for it:
     * its outcome then ends the wait. What was executed just now was merely overtaken on its way here.
     *
     * <p>A liar, or a replica that lags and cannot catch up, may ask for it without end: so one a session, once in {@code
     * pauseTicks}, and in turn with what is new.
     */
    void orderAgain(Request request, long tick, long pauseTicks) {
        SessionLane lane = lanes.get(request.session());
        if (again.size() < MAX_AGAIN
                && lane != null
                && tick - lane.headSinceTick > pauseTicks
                && tick - lane.orderedAgainAtTick > pauseTicks) {
            lane.orderedAgainAtTick = tick;
            again.add(request);
        }
    }

    /**
     * How long the request that waits longest has waited, of those that could be executed at once.
     *
     * @param sinceTick waiting before this tick does not count
     */
    long longestWaitTicks(long tick, long sinceTick) {
        long longest = 0;
        if (pending == 0) {
            return longest;
        }
        for (SessionLane lane : lanes.values()) {
            SessionLane.Waiting head = lane.head();
            if (head != null) {
                long since = Math.max(sinceTick, Math.max(head.sinceTick(), lane.headSinceTick));
                longest = Math.max(longest, tick - since);
            }
            if (!lane.unordered.isEmpty()) {
                long since = Math.max(
                        sinceTick, lane.unordered.firstEntry().getValue().sinceTick());
                longest = Math.max(longest, tick - since);
            }
        }
        return longest;
    }

    /** When the request with this number arrived here, or -1 if it is not waiting here. */
    long waitingSince(Request request) {
        SessionLane lane = lanes.get(request.session());
        if (lane == null) {
            return -1;
        }
        SessionLane.Waiting waiting = (request.semantics().isFifo() ? lane.fifo : lane.unordered).get(request.number());
        return waiting == null ? -1 : Math.max(waiting.sinceTick(), lane.headSinceTick);
    }

    /** Everything that waits, session by session, in order of numbers. */
    List<Request> waiting() {
        List<Request> all = new ArrayList<>(pending);
        for (SessionLane lane : lanes.values()) {
            lane.fifo.values().forEach(waiting -> all.add(waiting.request()));
            lane.unordered.values().forEach(waiting -> all.add(waiting.request()));
        }
        return all;
    }

    long stateHash() {
        long hash = pending;
        for (SessionLane lane : lanes.values()) {
            hash = 31 * hash + lane.session.hashCode();
            hash = 31 * hash + lane.fifo.keySet().hashCode();
            hash = 31 * hash + lane.unordered.keySet().hashCode();
            hash = 31 * hash + Long.hashCode((lane.next * 31 + lane.proposedUpTo) * 31 + lane.notYet);
        }
        return hash;
    }
}
