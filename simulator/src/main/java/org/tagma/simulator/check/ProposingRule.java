package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/** A primary proposes what waits as soon as it may (PBFT 4.1), once in its view, and what is new before what is old. Not thread-safe. */
final class ProposingRule {

    /** With more sessions of which something is ordered once more there may not be room for all. */
    private static final int MOST_AGAIN = 8;

    private final Complaints complaints;
    private final Mirror mirror;
    private final WaitingRequests waiting;

    /** How far this primary may have proposed the requests of each session in its view, and how far it surely has. */
    private final Map<SessionId, Long> proposed = new HashMap<>();

    private final Map<SessionId, Long> surelyProposed = new HashMap<>();
    private long lastExecuted;
    /** Whether it knows all that its new view placed again. */
    private boolean knowsCarriedOver;
    /** Requests that may be ordered once more, by how many ask for one of a session. */
    private final Map<SessionId, Integer> wantedAgain = new HashMap<>();

    private final Map<SessionId, Long> wantedAgainAtTick = new HashMap<>();
    /** New requests that waited while an executed one was ordered once more. */
    private final Set<Request> passedBy = new HashSet<>();

    ProposingRule(Complaints complaints, Mirror mirror, WaitingRequests waiting) {
        this.complaints = complaints;
        this.mirror = mirror;
        this.waiting = waiting;
        this.knowsCarriedOver = mirror.carriedOver.isEmpty();
    }

    /** A request comes, which is not counted among those that wait yet. */
    void comes(Request request, WaitingRequests.Lane lane, boolean relayed) {
        long number = request.number();
        if (lane.next == 0 && !lane.receivedAtTick.isEmpty() && number < lane.receivedAtTick.lastKey()) {
            surelyProposed.remove(request.session());
        }
        if (lane.next == 0
                && !lane.kept.isEmpty()
                && number < lane.kept.firstKey()
                && number < lane.receivedAtTick.firstKey() - 1) {
            proposed.remove(request.session());
        }
        if (number < lane.next && relayed && mirror.isPrimary()) {
            mayBeOrderedAgain(request.session(), lane);
        }
    }

    /** Whoever hands on what was executed long ago waits for it; but for one of a session now and then only. */
    private void mayBeOrderedAgain(SessionId session, WaitingRequests.Lane lane) {
        long pause = mirror.config.requestTimeoutTicks() / 2;
        Long last = wantedAgainAtTick.get(session);
        if (mirror.tick - lane.headSinceTick > pause && (last == null || mirror.tick - last > pause)) {
            wantedAgainAtTick.put(session, mirror.tick);
            wantedAgain.merge(session, 1, Integer::sum);
        }
    }

    void installed(long sequence) {
        lastExecuted = sequence;
        proposed.clear();
        surelyProposed.clear();
        wantedAgain.clear();
        wantedAgainAtTick.clear();
    }

    /** What came too early is proposed once more, and with it whatever was proposed after it; in this very step, it may be. */
    void mayPropose(Event.RequestOutcome outcome) {
        if (!outcome.consumed()) {
            proposed.remove(outcome.request().session());
            surelyProposed.remove(outcome.request().session());
        }
    }

    void executed(long sequence) {
        lastExecuted = Math.max(lastExecuted, sequence);
    }

    /** It is about to enter a view, in which nothing is proposed yet. */
    void isEntering() {
        proposed.clear();
        surelyProposed.clear();
        passedBy.clear();
    }

    /** What its new view places again is proposed, as far as it knows what that is. */
    void entersView() {
        knowsCarriedOver = true;
        for (Reproposal each : mirror.carriedOver) {
            SlotMirror slot = mirror.slots.get(each.sequence());
            boolean isDone = each.sequence() <= lastExecuted;
            boolean known = slot != null && slot.surelyHas(each.digest());
            knowsCarriedOver &= isDone || known;
            if (known && !isDone && !each.digest().isNull()) {
                slot.body(each.digest()).requests().forEach(this::isProposed);
            }
        }
    }

    /** What was executed already may be ordered once more, for one that missed it; but not instead of what is new. */
    void proposes(PrePrepare proposal) {
        List<Request> requests = proposal.batch().requests();
        boolean again = !requests.isEmpty() && requests.stream().allMatch(this::isExecuted);
        for (Request request : requests) {
            if (request.semantics().isFifo()) {
                proposesRightly(request);
            }
        }
        Set<Request> waits = notProposed();
        waits.removeAll(requests);
        requests.forEach(this::isProposed);
        passedBy.retainAll(waits);
        if (again && !passedBy.isEmpty()) {
            complaints.of("orders " + requests + " once more, and so before, while " + passedBy + " is new and waits");
        }
        passedBy.clear();
        // What a new view carries over counts as proposed, and its batches may not be here.
        passedBy.addAll(again && mirror.carriedOver.isEmpty() ? waits : Set.of());
    }

    private boolean isExecuted(Request request) {
        return request.semantics().isFifo() && waiting.lane(request.session()).next > request.number();
    }

    private void isProposed(Request request) {
        if (request.semantics().isFifo()) {
            proposed.merge(request.session(), request.number(), Math::max);
            surelyProposed.merge(request.session(), request.number(), Math::max);
        }
    }

    /** Each request once in a view, but for those that somebody else waits for who forgot that they were executed. */
    private void proposesRightly(Request request) {
        long next = waiting.lane(request.session()).next;
        if (request.number() >= next) {
            // Of a session of which nothing is known a lower number takes the place of what was proposed in vain.
            if (next > 0 && request.number() <= surelyProposed.getOrDefault(request.session(), 0L)) {
                complaints.of("proposes " + request + " twice in view " + mirror.view);
            }
        } else if (wantedAgain.getOrDefault(request.session(), 0) > 0) {
            wantedAgain.merge(request.session(), -1, Integer::sum);
        } else if (wantedAgain.size() < MOST_AGAIN) {
            complaints.of("orders " + request + " once more, which nobody waits for, or so soon again");
        }
    }

    /** The replica has taken all that was there for it. */
    void hasTakenAll() {
        if (!mirror.normal
                || !mirror.isPrimary()
                || mirror.installing
                || waiting.lanes().isEmpty()
                || !knowsCarriedOver) {
            return;
        }
        long last = Math.max(mirror.lastCommitted, Math.max(mirror.stable.sequence(), mirror.viewStart));
        for (SlotMirror slot : mirror.slots.above(last)) {
            last = slot.accepted(mirror.view).isPresent() ? slot.sequence() : last;
        }
        boolean room = last - mirror.lastCommitted < mirror.config.pipelineDepth()
                && last < mirror.stable.sequence() + mirror.wellFormed.window() - mirror.wellFormed.interval();
        if (room && isSomethingNotProposed()) {
            complaints.of("does not propose " + notProposed() + ", though it may go on after sequence " + last);
        }
    }

    private boolean isSomethingNotProposed() {
        for (Map.Entry<SessionId, WaitingRequests.Lane> each : waiting.lanes().entrySet()) {
            if (notProposed(each.getKey(), each.getValue()) != null) {
                return true;
            }
        }
        return false;
    }

    /** What could be executed next and is not proposed yet in this view. */
    private Set<Request> notProposed() {
        Set<Request> waits = new HashSet<>();
        for (Map.Entry<SessionId, WaitingRequests.Lane> each : waiting.lanes().entrySet()) {
            Request head = notProposed(each.getKey(), each.getValue());
            if (head != null) {
                waits.add(head);
            }
        }
        return waits;
    }

    private Request notProposed(SessionId session, WaitingRequests.Lane lane) {
        WaitingRequests.Kept head = lane.next > 0 ? lane.head() : onlyOne(session, lane);
        return head == null
                        || proposed.getOrDefault(session, 0L) >= head.request().number()
                ? null
                : head.request();
    }

    /** Of a session of which nothing is known, and of which nothing else was received. */
    private WaitingRequests.Kept onlyOne(SessionId session, WaitingRequests.Lane lane) {
        return lane.kept.size() == 1 && !waiting.isUnsure(session)
                ? lane.kept.firstEntry().getValue()
                : null;
    }
}
