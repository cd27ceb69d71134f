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
        /** An earlier number of its session is missing. It is not kept, or clients could fill the pool with such. */
        EARLY
    }

    private record Waiting(Request request, long sinceTick) {}

    /** One session's requests and how far they have come. */
    private static final class Lane {
        final SessionId session;
        final TreeMap<Long, Waiting> fifo = new TreeMap<>();
        final TreeMap<Long, Waiting> unordered = new TreeMap<>();
        /** Next exactly-once number to execute; 0 if nothing is known of this session. */
        long next;

        long lastUnordered;
        long proposedUpTo;
        long proposedUnordered;
        long headSinceTick;

        Lane(SessionId session) {
            this.session = session;
        }

        boolean isEmpty() {
            return fifo.isEmpty() && unordered.isEmpty();
        }

        /** Whether an exactly-once number follows what waits or was executed, or precedes what waits. */
        boolean isContiguous(long number) {
            if (fifo.isEmpty()) {
                return next == 0 || number == next;
            }
            return number == fifo.lastKey() + 1 || number < fifo.firstKey();
        }

        /** The first exactly-once request that may execute now: the head, if it is here. */
        Waiting head() {
            if (fifo.isEmpty()) {
                return null;
            }
            return next == 0 ? fifo.firstEntry().getValue() : fifo.get(next);
        }

        Waiting nextToPropose() {
            Waiting first = fifo.get(Math.max(firstFifo(), proposedUpTo + 1));
            if (first != null) {
                return first;
            }
            var later = unordered.higherEntry(proposedUnordered);
            return later == null ? null : later.getValue();
        }

        private long firstFifo() {
            return next == 0 && !fifo.isEmpty() ? fifo.firstKey() : next;
        }
    }

    private final int maxPending;
    private final int maxPendingPerClient;
    private final int sessionPipeline;
    private final TreeMap<SessionId, Lane> lanes = new TreeMap<>();
    private final TreeMap<Integer, Integer> pendingPerClient = new TreeMap<>();
    /** Sessions that may have something to propose, in turn. */
    private final LinkedHashSet<Lane> ready = new LinkedHashSet<>();
    /** Executed requests to be ordered once more, so that a replica that waits for one in vain learns its outcome. */
    private final ArrayDeque<Request> again = new ArrayDeque<>();
    /** Sessions with nothing waiting, longest idle first; forgotten when there are too many. */
    private final LinkedHashSet<SessionId> idle = new LinkedHashSet<>();

    private int pending;

    RequestPool(PbftConfig config) {
        this.maxPending = config.maxPendingRequests();
        this.maxPendingPerClient = config.maxPendingPerClient();
        this.sessionPipeline = config.sessionPipeline();
    }

    /** How many requests wait here. */
    int size() {
        return pending;
    }

    /**
     * Takes a request in, if it is new and there is room.
     *
     * @param relayed whether a replica hands it on. Such a one waits for this primary to order it, so there is more room
     *     for it than for what comes from clients: a full pool is no reason to be taken for faulty
     */
    Admission admit(Request request, long tick, boolean relayed) {
        Lane lane = lanes.get(request.session());
        if (lane != null) {
            Admission known = judge(request, lane);
            if (known != Admission.ADDED) {
                return known;
            }
        }
        int client = request.session().client();
        if (pending >= bound(maxPending, relayed)
                || pendingPerClient.getOrDefault(client, 0) >= bound(maxPendingPerClient, relayed)) {
            return Admission.OVERLOADED;
        }
        add(lane != null ? lane : open(request.session()), request, tick);
        return Admission.ADDED;
    }

    private static int bound(int bound, boolean relayed) {
        return relayed ? bound + bound / 4 : bound;
    }

    private Admission judge(Request request, Lane lane) {
        boolean fifo = request.semantics().isFifo();
        long next = fifo ? lane.next : lane.lastUnordered + 1;
        if (request.number() < next) {
            return Admission.EXECUTED;
        }
        if ((fifo ? lane.fifo : lane.unordered).containsKey(request.number())) {
            return Admission.KNOWN;
        }
        if (fifo && lane.next > 0 && request.number() >= lane.next + sessionPipeline) {
            return Admission.OUT_OF_WINDOW;
        }
        return fifo && !lane.isContiguous(request.number()) ? Admission.EARLY : Admission.ADDED;
    }

    private Lane open(SessionId session) {
        Lane lane = new Lane(session);
        lanes.put(session, lane);
        return lane;
    }

    private void add(Lane lane, Request request, long tick) {
        if (request.semantics().isFifo() && !lane.fifo.isEmpty() && request.number() < lane.fifo.firstKey() - 1) {
            // Of a session of which nothing is known, the lower number is the likelier one to come next.
            removeBelow(lane.fifo, Long.MAX_VALUE, lane);
            lane.proposedUpTo = 0;
        }
        (request.semantics().isFifo() ? lane.fifo : lane.unordered).put(request.number(), new Waiting(request, tick));
        pending++;
        pendingPerClient.merge(lane.session.client(), 1, Integer::sum);
        idle.remove(lane.session);
        queueIfReady(lane);
    }

    private void queueIfReady(Lane lane) {
        if (lane.nextToPropose() != null) {
            ready.add(lane);
        }
    }

    /** Whether there is something to propose. */
    boolean hasProposable() {
        return !again.isEmpty() || nextReady() != null;
    }

    private Lane nextReady() {
        while (!ready.isEmpty()) {
            Lane lane = ready.iterator().next();
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
            Lane lane = again.isEmpty() ? nextReady() : null;
            Request request = lane == null ? again.peek() : lane.nextToPropose().request();
            bytes += request.size();
            if (bytes > maxBytes && !batch.isEmpty()) {
                break;
            }
            batch.add(request);
            if (lane == null) {
                again.poll();
            } else {
                ready.remove(lane);
                markProposed(lane, request);
                queueIfReady(lane);
            }
        }
        return batch;
    }

    private static void markProposed(Lane lane, Request request) {
        if (request.semantics().isFifo()) {
            lane.proposedUpTo = Math.max(lane.proposedUpTo, request.number());
        } else {
            lane.proposedUnordered = Math.max(lane.proposedUnordered, request.number());
        }
    }

    /** A new view: what was proposed before counts only if it is in {@code carriedOver}. */
    void restartProposals(Collection<Request> carriedOver) {
        for (Lane lane : lanes.values()) {
            lane.proposedUpTo = 0;
            lane.proposedUnordered = 0;
        }
        for (Request request : carriedOver) {
            Lane lane = lanes.get(request.session());
            markProposed(lane != null ? lane : open(request.session()), request);
        }
        lanes.values().forEach(this::queueIfReady);
    }

    /** A request was executed, or turned out not to be executable yet. */
    void executed(RequestOutcome outcome, long tick) {
        Request request = outcome.request();
        Lane lane = lanes.get(request.session());
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

    private void advanceFifo(Lane lane, long next, long tick) {
        if (next <= lane.next) {
            return;
        }
        lane.next = next;
        lane.headSinceTick = tick;
        lane.proposedUpTo = Math.max(lane.proposedUpTo, next - 1);
        removeBelow(lane.fifo, next, lane);
        queueIfReady(lane);
    }

    private void advanceUnordered(Lane lane, long number) {
        if (number <= lane.lastUnordered) {
            return;
        }
        lane.lastUnordered = number;
        lane.proposedUnordered = Math.max(lane.proposedUnordered, number);
        removeBelow(lane.unordered, number + 1, lane);
    }

    private void removeBelow(TreeMap<Long, Waiting> waiting, long number, Lane lane) {
        while (!waiting.isEmpty() && waiting.firstKey() < number) {
            remove(waiting, waiting.firstKey(), lane);
        }
    }

    private void remove(TreeMap<Long, Waiting> waiting, long number, Lane lane) {
        if (waiting.remove(number) != null) {
            pending--;
            pendingPerClient.merge(lane.session.client(), -1, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private void noteIdle(Lane lane) {
        if (!lane.isEmpty()) {
            return;
        }
        idle.remove(lane.session);
        idle.add(lane.session);
        if (idle.size() > maxPending) {
            Iterator<SessionId> longest = idle.iterator();
            Lane forgotten = lanes.remove(longest.next());
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
        for (SessionProgress progress : sessions) {
            Lane lane = open(progress.session());
            advanceFifo(lane, progress.nextNumber(), tick);
            advanceUnordered(lane, progress.lastUnordered());
            noteIdle(lane);
        }
    }

    /**
     * Orders once more a request that was executed some time ago, for a replica that has forgotten that and waits for it:
     * its outcome then ends the wait. What was executed just now was merely overtaken on its way here.
     */
    void orderAgain(Request request, long executedBeforeTick) {
        Lane lane = lanes.get(request.session());
        // Within bounds, since a liar may ask for it.
        if (again.size() < MAX_AGAIN && lane != null && lane.headSinceTick < executedBeforeTick) {
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
        for (Lane lane : lanes.values()) {
            Waiting head = lane.head();
            if (head != null) {
                long since = Math.max(sinceTick, Math.max(head.sinceTick, lane.headSinceTick));
                longest = Math.max(longest, tick - since);
            }
            if (!lane.unordered.isEmpty()) {
                long since = Math.max(sinceTick, lane.unordered.firstEntry().getValue().sinceTick);
                longest = Math.max(longest, tick - since);
            }
        }
        return longest;
    }

    /** When the request with this number arrived here, or -1 if it is not waiting here. */
    long waitingSince(Request request) {
        Lane lane = lanes.get(request.session());
        if (lane == null) {
            return -1;
        }
        Waiting waiting = (request.semantics().isFifo() ? lane.fifo : lane.unordered).get(request.number());
        return waiting == null ? -1 : Math.max(waiting.sinceTick, lane.headSinceTick);
    }

    /** Everything that waits, session by session, in order of numbers. */
    List<Request> waiting() {
        List<Request> all = new ArrayList<>(pending);
        for (Lane lane : lanes.values()) {
            lane.fifo.values().forEach(waiting -> all.add(waiting.request));
            lane.unordered.values().forEach(waiting -> all.add(waiting.request));
        }
        return all;
    }

    long stateHash() {
        long hash = pending;
        for (Lane lane : lanes.values()) {
            hash = 31 * hash + lane.session.hashCode();
            hash = 31 * hash + lane.fifo.keySet().hashCode();
            hash = 31 * hash + lane.unordered.keySet().hashCode();
            hash = 31 * hash + Long.hashCode(lane.next * 31 + lane.proposedUpTo);
        }
        return hash;
    }
}
