package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.SessionId;

/**
 * Requests that are known here and not yet executed, a queue for each session. A primary proposes from it; a backup
 * times how long it lets them wait.
 *
 * <p>What is proposed is fair and in order: sessions take turns, and of one session only the number that comes next is
 * proposed. So a client that leaves out a number delays itself and nobody else, and gives no reason to suspect
 * the primary.
 *
 * <p>All of it is a matter of efficiency, not of safety: the session table decides at execution what runs.
 */
final class RequestPool {

    private final int sessionPipeline;
    private final PoolQuotas quotas;
    private final TreeMap<SessionId, SessionLane> lanes = new TreeMap<>();
    /** Sessions with something that is not handed to the primary yet, in turn. */
    private final LinkedHashSet<SessionLane> toHandOver = new LinkedHashSet<>();

    private final ProposalTurns turns;
    /** Sessions with nothing waiting, longest idle first; forgotten when there are too many. */
    private final LinkedHashSet<SessionId> idle = new LinkedHashSet<>();

    RequestPool(PbftConfig config) {
        this.quotas = new PoolQuotas(config);
        this.sessionPipeline = config.sessionPipeline();
        this.turns = new ProposalTurns(config);
    }

    /** How many requests wait here. */
    int size() {
        return quotas.pending();
    }

    /** What they weigh. */
    long bytes() {
        return quotas.bytes() + turns.bytes();
    }

    /** Whether something of a session was executed, as far as is known here. */
    boolean knows(SessionId session) {
        SessionLane lane = lanes.get(session);
        return lane != null && (lane.next > 0 || lane.lastUnordered > 0);
    }

    /**
     * Takes a request in, if it is new and there is room.
     *
     * @param relayedBy who hands it on, or -1 if it comes from its client
     */
    Admission admit(Request request, int relayedBy) {
        SessionLane lane = lanes.get(request.session());
        Admission judged = lane == null ? Admission.ADDED : lane.judge(request, sessionPipeline);
        if (judged == Admission.KNOWN) {
            replaceUnsigned(lane, request);
        }
        boolean early = judged == Admission.EARLY;
        if (judged != Admission.ADDED && !(early && lane.next > 0 && quotas.hasRoomForEarly(request))) {
            return judged;
        }
        while (!quotas.hasRoom(request, relayedBy)) {
            SessionLane.Waiting after = lane == null ? null : lane.after(request, relayedBy);
            if (after == null) {
                return Admission.OVERLOADED;
            }
            remove(lane.fifo, after.request.number(), lane);
        }
        add(lane != null ? lane : open(request.session()), new SessionLane.Waiting(request, relayedBy, early));
        return Admission.ADDED;
    }

    /** A signed copy of the same number takes the place of one that no signature proves to others; never back. */
    private void replaceUnsigned(SessionLane lane, Request request) {
        SessionLane.Waiting known = lane.waitingOf(request).get(request.number());
        if (request.proof() == RequestProof.SIGNED && known.request.proof() == RequestProof.UNSIGNED) {
            quotas.removed(known);
            SessionLane.Waiting signed = new SessionLane.Waiting(request, known.relayedBy, known.early);
            SessionLane.Waiting stays = quotas.hasRoom(request, known.relayedBy) ? signed : known;
            lane.waitingOf(request).put(request.number(), stays);
            quotas.added(stays);
            turns.update(lane);
        }
    }

    /** Whether this very request waits here. */
    boolean holds(Request request) {
        SessionLane lane = lanes.get(request.session());
        return lane != null && lane.holds(request);
    }

    /** Whether its number is used up, as far as is known here. */
    boolean isExecuted(Request request) {
        SessionLane lane = lanes.get(request.session());
        return lane != null && lane.judge(request, sessionPipeline) == Admission.EXECUTED;
    }

    /** Lets go of what no signature proves to others, perhaps of what is proposed, too; returns it. */
    List<Request> dropUnsigned(boolean alsoProposed) {
        List<Request> dropped = new ArrayList<>();
        for (SessionLane lane : List.copyOf(lanes.values())) {
            List<Request> ofLane = lane.unsigned(alsoProposed);
            ofLane.forEach(request -> remove(lane.waitingOf(request), request.number(), lane));
            if (!ofLane.isEmpty()) {
                dropped.addAll(ofLane);
                turns.update(lane);
                noteIdle(lane);
            }
        }
        return dropped;
    }

    private SessionLane open(SessionId session) {
        SessionLane lane = new SessionLane(session);
        lanes.put(session, lane);
        return lane;
    }

    private void add(SessionLane lane, SessionLane.Waiting waiting) {
        Request request = waiting.request;
        if (request.semantics().isFifo()
                && lane.next == 0
                && !lane.fifo.isEmpty()
                && request.number() < lane.fifo.firstKey() - 1) {
            // Of a session of which nothing is known, the lower number is the likelier one to come next.
            removeBelow(lane.fifo, Long.MAX_VALUE, lane);
            lane.proposedUpTo = 0;
        }
        lane.waitingOf(request).put(request.number(), waiting);
        quotas.added(waiting);
        toHandOver.add(lane);
        idle.remove(lane.session);
        turns.update(lane);
    }

    /** Whose turn it is to be proposed. They stay in the pool until they are executed. */
    ProposalTurns turns() {
        return turns;
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
        lanes.values().forEach(turns::update);
    }

    /**
     * What a backup hands to the primary now: as much as the primary must have room for, a turn for each session.
     * The rest follows as that is executed. Only what was handed over is timed.
     */
    List<Request> handOver(long tick) {
        List<Request> handed = new ArrayList<>();
        if (quotas.mayHandOver()) {
            for (SessionLane lane : List.copyOf(toHandOver)) {
                handOver(lane, tick, handed);
            }
        }
        return handed;
    }

    /** The same of one session alone. */
    List<Request> handOver(SessionId session, long tick) {
        List<Request> handed = new ArrayList<>();
        handOver(lanes.get(session), tick, handed);
        return handed;
    }

    private void handOver(SessionLane lane, long tick, List<Request> handed) {
        toHandOver.remove(lane);
        SessionLane.Waiting waiting = lane.nextToHandOver();
        while (waiting != null && quotas.mayHandOver(waiting.request)) {
            waiting.handedOverAtTick = tick;
            quotas.handedOver(waiting);
            handed.add(waiting.request);
            waiting = lane.nextToHandOver();
        }
        if (waiting != null) {
            toHandOver.add(lane);
        }
    }

    private void noteWaiting(SessionLane lane) {
        if (!lane.isEmpty()) {
            toHandOver.add(lane);
        }
    }

    /** A new view: nothing is handed to its primary yet. */
    void takeBack() {
        for (SessionLane lane : lanes.values()) {
            lane.all().forEach(SessionLane.Waiting::takeBack);
            noteWaiting(lane);
        }
        quotas.takeBack();
    }

    /** Requests were committed: the primary has done its part. */
    void committed(List<Request> requests) {
        for (Request request : requests) {
            SessionLane lane = lanes.get(request.session());
            if (lane != null) {
                lane.markCommitted(request);
                noteWaiting(lane);
            }
        }
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
            lane.committedUpTo = lane.proposedUpTo;
            turns.update(lane);
        } else if (fifo) {
            advanceFifo(lane, request.number() + 1, tick);
        } else {
            advanceUnordered(lane, request.number());
        }
        noteWaiting(lane);
        noteIdle(lane);
    }

    private void advanceFifo(SessionLane lane, long next, long tick) {
        if (next <= lane.next) {
            return;
        }
        lane.next = next;
        lane.advancedAtTick = tick;
        lane.proposedUpTo = Math.max(lane.proposedUpTo, next - 1);
        removeBelow(lane.fifo, next, lane);
        turns.update(lane);
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

    private void remove(Map<Long, SessionLane.Waiting> waiting, long number, SessionLane lane) {
        SessionLane.Waiting removed = waiting.remove(number);
        if (removed != null) {
            quotas.removed(removed);
        }
    }

    private void noteIdle(SessionLane lane) {
        if (!lane.isEmpty()) {
            return;
        }
        idle.remove(lane.session);
        idle.add(lane.session);
        toHandOver.remove(lane);
        if (idle.size() > quotas.maxPending()) {
            Iterator<SessionId> longest = idle.iterator();
            SessionLane forgotten = lanes.remove(longest.next());
            longest.remove();
            turns.remove(forgotten);
        }
    }

    /**
     * The state was replaced: this is how far each session is in it. What waited is dropped, for its session may
     * have been executed and evicted meanwhile, and then it would wait for ever; clients send again what they
     * still want.
     */
    void restore(List<SessionProgress> sessions, long tick) {
        lanes.clear();
        turns.clear();
        idle.clear();
        toHandOver.clear();
        quotas.clear();
        for (SessionProgress progress : sessions) {
            SessionLane lane = open(progress.session());
            advanceFifo(lane, progress.nextNumber(), tick);
            advanceUnordered(lane, progress.lastUnordered());
            noteIdle(lane);
        }
    }

    /**
     * Orders once more a request that was executed some time ago, for a replica that has forgotten that and waits
     * for it: its outcome then ends the wait. What was executed just now was merely overtaken on its way here.
     *
     * <p>A liar, or a replica that lags and cannot catch up, may ask for it without end: so one a session, once
     * in {@code pauseTicks}, and in turn with what is new.
     */
    void orderAgain(Request request, long tick, long pauseTicks) {
        SessionLane lane = lanes.get(request.session());
        if (turns.again().hasRoom(request)
                && lane != null
                && tick - lane.advancedAtTick > pauseTicks
                && tick - lane.orderedAgainAtTick > pauseTicks) {
            lane.orderedAgainAtTick = tick;
            turns.again().add(request);
        }
    }

    /** Whether something waits that could be committed at once. */
    boolean hasWaiting() {
        return quotas.pending() > 0 && lanes.values().stream().anyMatch(SessionLane::hasHead);
    }

    /**
     * How long that waits which waits longest, of what was handed over and could be committed at once; without what
     * it is excused for.
     *
     * @param sinceTick waiting before this tick does not count
     */
    long longestHandedOverTicks(long tick, long sinceTick) {
        return heads().mapToLong(head -> head.waitedTicks(tick, sinceTick))
                .max()
                .orElse(0);
    }

    /** What was handed over and could be committed at once. */
    Stream<SessionLane.Waiting> heads() {
        return quotas.hasHandedOver() ? lanes.values().stream().flatMap(SessionLane::handedOverHeads) : Stream.empty();
    }

    /** Everything that is handed over and waits, session by session, in order of numbers. */
    List<Request> handedOver() {
        List<Request> all = new ArrayList<>();
        lanes.values()
                .forEach(lane -> lane.all()
                        .filter(SessionLane.Waiting::isHandedOver)
                        .forEach(waiting -> all.add(waiting.request)));
        return all;
    }

    long stateHash() {
        long hash = quotas.pending();
        for (SessionLane lane : lanes.values()) {
            hash = 31 * hash + lane.stateHash();
        }
        return hash;
    }
}
