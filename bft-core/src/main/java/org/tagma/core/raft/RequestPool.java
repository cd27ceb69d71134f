package org.tagma.core.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.PendingBytes;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/**
 * Requests that are known here and not yet executed, a queue for each session: what a leader proposes from. A
 * follower's has only the memory of how far each session has come.
 *
 * <p>What is proposed is fair and in order: sessions take turns, and of one session only the number that comes next is
 * proposed. So a client that leaves out a number delays itself and nobody else.
 *
 * <p>All of it is a matter of efficiency, not of safety: the session table decides at execution what runs.
 */
final class RequestPool {

    /** What became of a request that arrived. */
    enum Admission {
        ADDED,
        KNOWN,
        EXECUTED,
        OVERLOADED,
        OUT_OF_WINDOW
    }

    /** One session's requests and how far they have come. */
    private static final class Lane {
        final SessionId session;
        final TreeMap<Long, Request> fifo = new TreeMap<>();
        final TreeMap<Long, Request> unordered = new TreeMap<>();
        /** Next exactly-once number to execute; 0 if nothing is known of this session. */
        long next;

        long lastUnordered;
        long proposedUpTo;
        long proposedUnordered;
        /** Whether it stands in the queue of those that have something to propose. */
        boolean queued;

        Lane(SessionId session) {
            this.session = session;
        }

        boolean isEmpty() {
            return fifo.isEmpty() && unordered.isEmpty();
        }

        Request nextToPropose() {
            Request first = fifo.get(Math.max(firstFifo(), proposedUpTo + 1));
            if (first != null) {
                return first;
            }
            var later = unordered.higherEntry(proposedUnordered);
            return later == null ? null : later.getValue();
        }

        /**
         * How far its client may have replies: as far as it was proposed, though this replica may execute that only
         * later than the one whose reply the client has.
         */
        long reached() {
            return Math.max(next - 1, proposedUpTo);
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
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    /** Sessions with nothing waiting, longest idle first; forgotten when there are too many. */
    private final LinkedHashSet<SessionId> idle = new LinkedHashSet<>();

    private final PendingBytes bytes;
    private int pending;

    RequestPool(RaftConfig config) {
        this.maxPending = config.maxPendingRequests();
        this.maxPendingPerClient = config.maxPendingPerClient();
        this.sessionPipeline = config.sessionPipeline();
        this.bytes = new PendingBytes(config.memory());
    }

    /** How many requests wait here. */
    int size() {
        return pending;
    }

    /** What they weigh. */
    long bytes() {
        return bytes.total();
    }

    /** Takes a request in, if it is new and there is room. */
    Admission admit(Request request) {
        Lane lane = lanes.get(request.session());
        boolean fifo = request.semantics().isFifo();
        if (lane != null) {
            long next = fifo ? lane.next : lane.lastUnordered + 1;
            if (request.number() < next) {
                return Admission.EXECUTED;
            }
            if (fifo && lane.next > 0 && request.number() > lane.reached() + sessionPipeline) {
                return Admission.OUT_OF_WINDOW;
            }
            if ((fifo ? lane.fifo : lane.unordered).containsKey(request.number())) {
                return Admission.KNOWN;
            }
        }
        int client = request.session().client();
        boolean full = pending >= maxPending || pendingPerClient.getOrDefault(client, 0) >= maxPendingPerClient;
        if (full || !bytes.hasRoomFor(request)) {
            return Admission.OVERLOADED;
        }
        add(lane != null ? lane : open(request.session()), request);
        return Admission.ADDED;
    }

    private Lane open(SessionId session) {
        Lane lane = new Lane(session);
        lanes.put(session, lane);
        return lane;
    }

    private void add(Lane lane, Request request) {
        (request.semantics().isFifo() ? lane.fifo : lane.unordered).put(request.number(), request);
        pending++;
        bytes.add(request);
        pendingPerClient.merge(lane.session.client(), 1, Integer::sum);
        idle.remove(lane.session);
        queueIfReady(lane);
    }

    private void queueIfReady(Lane lane) {
        if (!lane.queued && lane.nextToPropose() != null) {
            lane.queued = true;
            ready.add(lane);
        }
    }

    private Lane takeReady() {
        Lane lane = ready.poll();
        lane.queued = false;
        return lane;
    }

    /** Whether there is something to propose. */
    boolean hasProposable() {
        while (!ready.isEmpty() && ready.peek().nextToPropose() == null) {
            takeReady();
        }
        return !ready.isEmpty();
    }

    /** Takes the next requests to propose, a turn for each session; they stay in the pool until they are executed. */
    List<Request> nextBatch(int maxRequests, int maxBytes) {
        List<Request> batch = new ArrayList<>();
        int bytes = 0;
        while (batch.size() < maxRequests && hasProposable()) {
            Lane lane = ready.peek();
            Request request = lane.nextToPropose();
            bytes += request.size();
            if (bytes > maxBytes && !batch.isEmpty()) {
                break;
            }
            batch.add(request);
            markProposed(takeReady(), request);
            queueIfReady(lane);
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

    /** A new term: what was proposed before counts only if it is in {@code carriedOver}. */
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
    void executed(RequestOutcome outcome) {
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
            advanceFifo(lane, request.number() + 1);
        } else {
            advanceUnordered(lane, request.number());
        }
        noteIdle(lane);
    }

    private void advanceFifo(Lane lane, long next) {
        if (next <= lane.next) {
            return;
        }
        lane.next = next;
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

    private void removeBelow(TreeMap<Long, Request> waiting, long number, Lane lane) {
        while (!waiting.isEmpty() && waiting.firstKey() < number) {
            remove(waiting, waiting.firstKey(), lane);
        }
    }

    private void remove(TreeMap<Long, Request> waiting, long number, Lane lane) {
        Request removed = waiting.remove(number);
        if (removed != null) {
            pending--;
            bytes.remove(removed);
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
            lanes.remove(longest.next());
            longest.remove();
        }
    }

    /**
     * The state was replaced: this is how far each session is in it. Of one that is not there any more nothing is
     * known: it went on before it was forgotten, and what it was about to do next may never come.
     */
    void restore(List<SessionProgress> sessions) {
        TreeSet<SessionId> gone = new TreeSet<>(lanes.keySet());
        sessions.forEach(progress -> gone.remove(progress.session()));
        for (SessionId session : gone) {
            Lane lane = lanes.get(session);
            lane.next = 0;
            lane.proposedUpTo = 0;
            queueIfReady(lane);
        }
        for (SessionProgress progress : sessions) {
            Lane lane = lanes.get(progress.session());
            if (lane == null) {
                lane = open(progress.session());
            }
            advanceFifo(lane, progress.nextNumber());
            advanceUnordered(lane, progress.lastUnordered());
            noteIdle(lane);
        }
    }

    /** Takes everything out, session by session, in order of numbers: somebody else is to propose it. */
    List<Request> takeAll() {
        List<Request> all = waiting();
        ready.clear();
        pending = 0;
        bytes.clear();
        pendingPerClient.clear();
        for (Lane lane : List.copyOf(lanes.values())) {
            lane.queued = false;
            lane.fifo.clear();
            lane.unordered.clear();
            noteIdle(lane);
        }
        return all;
    }

    private List<Request> waiting() {
        List<Request> all = new ArrayList<>(pending);
        for (Lane lane : lanes.values()) {
            all.addAll(lane.fifo.values());
            all.addAll(lane.unordered.values());
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
