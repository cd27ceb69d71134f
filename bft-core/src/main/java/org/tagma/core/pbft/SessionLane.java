package org.tagma.core.pbft;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.SessionId;

/** One session's requests that wait in a {@link RequestPool}, and how far the session has come. */
final class SessionLane {

    /** A request that waits. */
    static final class Waiting {
        final Request request;
        /** Who relayed it here, or -1 if it came from its client. */
        final int relayedBy;
        /** Whether it came before its turn. */
        final boolean early;
        /** When this backup handed it to the primary of the present view, or {@link #NOT_YET}. */
        long handedOverAtTick = NOT_YET;
        /** How much of its wait since then is not the primary's fault, in {@link AdaptiveTimeouts#PARTS} of a tick. */
        private long excusedParts;

        Waiting(Request request, int relayedBy, boolean early) {
            this.request = request;
            this.relayedBy = relayedBy;
            this.early = early;
        }

        boolean isHandedOver() {
            return handedOverAtTick != NOT_YET;
        }

        /** It is with no primary any more. */
        void takeBack() {
            handedOverAtTick = NOT_YET;
            excusedParts = 0;
        }

        /** It waits for so long, in {@link AdaptiveTimeouts#PARTS} of a tick, for something else than the primary. */
        void excuse(long parts) {
            excusedParts += parts;
        }

        /** How long it has been with the primary, since that tick at most. */
        long handedOverTicks(long tick, long sinceTick) {
            return tick - Math.max(sinceTick, handedOverAtTick);
        }

        /** How much of that is the primary's fault. */
        long waitedTicks(long tick, long sinceTick) {
            return Math.max(0, handedOverTicks(tick, sinceTick) - excusedParts / AdaptiveTimeouts.PARTS);
        }
    }

    static final long NOT_YET = -1;

    final SessionId session;
    final TreeMap<Long, Waiting> fifo = new TreeMap<>();
    final TreeMap<Long, Waiting> unordered = new TreeMap<>();
    /** Next exactly-once number to execute; 0 if nothing is known of this session. */
    long next;

    /** While nothing is known: this number cannot be the next one, for it was ordered and did not execute. */
    long notYet = Long.MAX_VALUE;

    long lastUnordered;
    long proposedUpTo;
    long proposedUnordered;
    long committedUpTo;
    long committedUnordered;
    /** When an exactly-once request of it was executed last. */
    long advancedAtTick;
    /** When one of its executed requests was last ordered once more; long ago if never. */
    long orderedAgainAtTick = Long.MIN_VALUE / 2;

    SessionLane(SessionId session) {
        this.session = session;
    }

    /** What waits here that no signature proves to others, lowest numbers first. */
    List<Request> unsigned(boolean alsoProposed) {
        return all().map(waiting -> waiting.request)
                .filter(request -> request.proof() == RequestProof.UNSIGNED)
                .filter(request -> alsoProposed
                        || request.number() > (request.semantics().isFifo() ? proposedUpTo : proposedUnordered))
                .toList();
    }

    /** Whether this very request waits. */
    boolean holds(Request request) {
        Waiting waiting = waitingOf(request).get(request.number());
        return waiting != null && waiting.request.digest().equals(request.digest());
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

    /**
     * The first exactly-once request that may be committed now: the head, if it is here. Of a session of which
     * nothing is known, the lowest that is here may be it, unless one that is no higher was tried in vain: else a
     * malicious client could have a backup wait for what no primary can execute.
     */
    Waiting head() {
        if (fifo.isEmpty()) {
            return null;
        }
        if (next > 0) {
            return fifo.get(Math.max(next, committedUpTo + 1));
        }
        return fifo.firstKey() < notYet ? fifo.firstEntry().getValue() : null;
    }

    boolean hasHead() {
        return head() != null || unorderedHead() != null;
    }

    /** Everything that waits. */
    Stream<Waiting> all() {
        return Stream.concat(fifo.values().stream(), unordered.values().stream());
    }

    /** The first of the others that is not committed. */
    Waiting unorderedHead() {
        var first = unordered.higherEntry(committedUnordered);
        return first == null ? null : first.getValue();
    }

    /**
     * What a backup hands over next: in order, and nothing that lacks an earlier one, which the primary could not
     * propose.
     */
    Waiting nextToHandOver() {
        Waiting waiting = head();
        while (waiting != null && waiting.isHandedOver()) {
            waiting = fifo.get(waiting.request.number() + 1);
        }
        if (waiting == null) {
            waiting = unorderedHead();
            while (waiting != null && waiting.isHandedOver()) {
                var later = unordered.higherEntry(waiting.request.number());
                waiting = later == null ? null : later.getValue();
            }
        }
        return waiting;
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

    Map<Long, Waiting> waitingOf(Request request) {
        return request.semantics().isFifo() ? fifo : unordered;
    }

    /** What to make of a request that arrives; ADDED if it may be added. */
    Admission judge(Request request, int sessionPipeline) {
        boolean isFifo = request.semantics().isFifo();
        if (request.number() < (isFifo ? next : lastUnordered + 1)) {
            return Admission.EXECUTED;
        }
        if (waitingOf(request).containsKey(request.number())) {
            return Admission.KNOWN;
        }
        if (isFifo && next > 0 && request.number() > reached() + sessionPipeline) {
            return Admission.OUT_OF_WINDOW;
        }
        return isFifo && !isContiguous(request.number()) ? Admission.EARLY : Admission.ADDED;
    }

    /**
     * How far its client may have replies: as far as it was proposed or committed, though this replica may execute
     * that only later than those whose replies the client has.
     */
    private long reached() {
        return Math.max(next - 1, Math.max(proposedUpTo, committedUpTo));
    }

    /**
     * What waits, from the same hands, for a higher number, and has to make room for a lower one: else it would
     * wait for that for ever. Null if there is none.
     */
    Waiting after(Request request, int relayedBy) {
        if (!request.semantics().isFifo() || fifo.isEmpty()) {
            return null;
        }
        Waiting last = fifo.lastEntry().getValue();
        long number = last.request.number();
        boolean follows = number > request.number() && number > Math.max(proposedUpTo, committedUpTo);
        return follows && last.relayedBy == relayedBy ? last : null;
    }

    void markCommitted(Request request) {
        if (request.semantics().isFifo()) {
            committedUpTo = Math.max(committedUpTo, request.number());
        } else {
            committedUnordered = Math.max(committedUnordered, request.number());
        }
    }

    void markProposed(Request request) {
        if (request.semantics().isFifo()) {
            proposedUpTo = Math.max(proposedUpTo, request.number());
        } else {
            proposedUnordered = Math.max(proposedUnordered, request.number());
        }
    }

    /** What could be committed at once, and was handed over. */
    Stream<Waiting> handedOverHeads() {
        return Stream.of(Optional.ofNullable(head()), Optional.ofNullable(unorderedHead()))
                .flatMap(Optional::stream)
                .filter(Waiting::isHandedOver);
    }

    long stateHash() {
        long hash = session.hashCode();
        hash = 31 * hash + fifo.keySet().hashCode();
        hash = 31 * hash + unordered.keySet().hashCode();
        hash = 31 * hash + unsigned(true).size();
        return 31 * hash + Long.hashCode((next * 31 + proposedUpTo) * 31 + notYet);
    }
}
