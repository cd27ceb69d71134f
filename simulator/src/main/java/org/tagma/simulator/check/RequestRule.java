package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/**
 * What clients wait for (PBFT 4.1, 4.4): a backup hands it on to its primary, and to the next one when that has opened its view; it
 * leaves a view in which one waits too long, or too many wait for long; and no view in which nobody waits. Not thread-safe.
 */
final class RequestRule implements StepRule {

    private static final int MOST_STRIKES = 4;

    /** With more sessions of which something is ordered once more there may not be room for all. */
    private static final int MOST_AGAIN = 8;

    /** What it knows of one session. */
    private static final class Lane {
        /** The next number to be executed, or 0 if that is not known. */
        long next;

        long headSinceTick;
        /** When each was received first, if it was. */
        final TreeMap<Long, Long> receivedAtTick = new TreeMap<>();
        /** Those that it surely keeps. */
        final TreeMap<Long, Kept> kept = new TreeMap<>();
    }

    private record Kept(Request request, long sinceTick) {}

    private final Complaints complaints;
    private final Mirror mirror;
    private final Map<SessionId, Lane> lanes = new HashMap<>();
    /** Sessions that may wait for something that this does not know of. */
    private final Set<SessionId> unsure = new HashSet<>();

    private long certifiedAhead;
    /** What the others said last of how far they are. */
    private final Map<Integer, Status> lastStatus = new HashMap<>();
    /** Who said that it lost its memory. It may be well again for long before it is taken along to the next view. */
    private final Set<Integer> forgetful = new HashSet<>();

    /** Whether what is said now may be a reason to leave: one forgot its votes, or has come back after that. */
    private boolean mayLeaveForIt;

    private boolean othersUnordered;
    private long openSinceTick;
    private int strikes;
    /** Strikes at most, where those above are surely some. */
    private int mostStrikes;

    private long struckAtTick;
    private long viewOfStrikes;
    private boolean mustRelay;
    private boolean mustKeep;
    private boolean isNew;
    private boolean mustRefuse;
    private boolean mayRefuse;
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

    RequestRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
        this.certifiedAhead = mirror.stable.sequence();
        this.knowsCarriedOver = mirror.carriedOver.isEmpty();
    }

    @Override
    public void begins(Event event) {
        mustRelay = false;
        mustKeep = false;
        if (event instanceof Event.RequestReceived received) {
            receives(received.request(), received.relayedBy());
        } else if (event instanceof Event.StateInstalled installed) {
            lastExecuted = installed.sequence();
            lanes.clear();
            unsure.clear();
            proposed.clear();
            surelyProposed.clear();
            wantedAgain.clear();
            wantedAgainAtTick.clear();
            installed.sessions().forEach(each -> {
                lane(each.session()).next = each.nextNumber();
                lane(each.session()).headSinceTick = mirror.tick;
            });
        } else if (event instanceof Event.MessageReceived received) {
            hears(received.message().sender(), received.message().message());
        } else if (event instanceof Event.Executed executed) {
            strike(executed);
            executed.outcomes().forEach(this::mayBeProposedAgain);
        }
    }

    /** What came too early is proposed once more, and with it whatever was proposed after it; in this very step, it may be. */
    private void mayBeProposedAgain(Event.RequestOutcome outcome) {
        if (!outcome.consumed()) {
            proposed.remove(outcome.request().session());
            surelyProposed.remove(outcome.request().session());
        }
    }

    private Lane lane(SessionId session) {
        return lanes.computeIfAbsent(session, none -> new Lane());
    }

    private void hears(int sender, Message message) {
        certifiedAhead = Math.max(certifiedAhead, Mirror.checkpointIn(message));
        if (message instanceof Status status) {
            lastStatus.put(sender, status);
            if (status.recoveringUpTo() > 0) {
                forgetful.add(sender);
            }
            mayLeaveForIt = forgetful.contains(sender);
        }
    }

    private void receives(Request request, int relayedBy) {
        if (!request.semantics().isFifo()) {
            othersUnordered = true;
            unsure.add(request.session());
            return;
        }
        boolean known = lanes.containsKey(request.session()) || unsure.contains(request.session());
        Lane lane = lane(request.session());
        boolean inTurn = !known || (lane.next > 0 && request.number() == lane.next) || follows(request, lane);
        boolean fits = inTurn || isEarlyWithRoom(request, lane);
        isNew = request.number() >= lane.next && !lane.receivedAtTick.containsKey(request.number());
        judgeRefusal(request, lane, relayedBy >= 0, inTurn);
        mustKeep = fits;
        mustRelay = fits && relayedBy < 0 && mirror.normal && !mirror.isPrimary();
        if (lane.next == 0 && !lane.receivedAtTick.isEmpty() && request.number() < lane.receivedAtTick.lastKey()) {
            surelyProposed.remove(request.session());
        }
        if (lane.next == 0 && !lane.kept.isEmpty() && request.number() < lane.kept.firstKey()) {
            // Of a session of which nothing is known, the lower number is the likelier one to come next.
            if (request.number() < lane.receivedAtTick.firstKey() - 1) {
                proposed.remove(request.session());
            }
            lane.kept.clear();
        }
        if (request.number() < lane.next && relayedBy >= 0 && mirror.isPrimary()) {
            mayBeOrderedAgain(request.session(), lane);
        }
        if (request.number() >= lane.next) {
            lane.receivedAtTick.putIfAbsent(request.number(), mirror.tick);
        }
        if (!fits) {
            unsure.add(request.session());
        }
    }

    /** Whoever hands on what was executed long ago waits for it; but for one of a session now and then only. */
    private void mayBeOrderedAgain(SessionId session, Lane lane) {
        long pause = mirror.config.requestTimeoutTicks() / 2;
        Long last = wantedAgainAtTick.get(session);
        if (mirror.tick - lane.headSinceTick > pause && (last == null || mirror.tick - last > pause)) {
            wantedAgainAtTick.put(session, mirror.tick);
            wantedAgain.merge(session, 1, Integer::sum);
        }
    }

    /** It comes right after what is here of its session, all of which is known. */
    private boolean follows(Request request, Lane lane) {
        return !lane.kept.isEmpty()
                && lane.kept.size() == lane.receivedAtTick.size()
                && !unsure.contains(request.session())
                && request.number() == lane.kept.lastKey() + 1
                && (lane.next == 0 || request.number() < lane.next + mirror.config.sessionPipeline());
    }

    /** What comes before its turn is kept for that, as long as such do not take up the room of others. */
    private boolean isEarlyWithRoom(Request request, Lane lane) {
        return lane.next > 0
                && request.number() > lane.next
                && request.number() < lane.next + mirror.config.sessionPipeline()
                && mostWaiting(-1) < mirror.config.maxPendingRequests() / 4
                && mostWaiting(request.session().client()) < mirror.config.maxPendingPerClient() / 2;
    }

    /** How many requests may wait here at most, of one client or of all. */
    private int mostWaiting(int client) {
        int most = 0;
        for (Map.Entry<SessionId, Lane> each : lanes.entrySet()) {
            if (client < 0 || each.getKey().client() == client) {
                most += each.getValue().receivedAtTick.size();
            }
        }
        return most;
    }

    /** How many surely do. */
    private int leastWaiting(int client) {
        int least = 0;
        for (Map.Entry<SessionId, Lane> each : lanes.entrySet()) {
            if (client < 0 || each.getKey().client() == client) {
                least += each.getValue().kept.size();
            }
        }
        return least;
    }

    /** A replica keeps so many requests, a fourth more if others hand them on, and of each session none too far ahead. */
    private void judgeRefusal(Request request, Lane lane, boolean relayed, boolean inTurn) {
        int client = request.session().client();
        int all = mirror.config.maxPendingRequests();
        int each = mirror.config.maxPendingPerClient();
        boolean tooFar = lane.next > 0 && request.number() >= lane.next + mirror.config.sessionPipeline();
        boolean full = leastWaiting(-1) >= all + (relayed ? all / 4 : 0)
                || leastWaiting(client) >= each + (relayed ? each / 4 : 0);
        mustRefuse = isNew && (tooFar || (full && inTurn));
        mayRefuse = tooFar
                || othersUnordered
                || mostWaiting(-1) >= all + (relayed ? all / 4 : 0)
                || mostWaiting(client) >= each + (relayed ? each / 4 : 0);
    }

    /** Before what was executed is forgotten: how long did it wait? */
    private void strike(Event.Executed executed) {
        if (viewOfStrikes != mirror.view) {
            viewOfStrikes = mirror.view;
            strikes = 0;
            mostStrikes = 0;
            struckAtTick = mirror.enteredAtTick;
        }
        long longest = -1;
        boolean sure = true;
        for (Event.RequestOutcome outcome : executed.outcomes()) {
            Lane lane = lanes.get(outcome.request().session());
            boolean waits = lane != null
                    && outcome.request().semantics().isFifo()
                    && lane.kept.containsKey(outcome.request().number());
            sure &= !unsure.contains(outcome.request().session()) || waits;
            if (waits) {
                long since = Math.max(lane.kept.get(outcome.request().number()).sinceTick(), lane.headSinceTick);
                longest = Math.max(longest, mirror.tick - Math.max(since, mirror.enteredAtTick));
            }
        }
        long half = mirror.patience.ticks(mirror.config.requestTimeoutTicks()) / 2;
        if (mostWaited(executed) >= half) {
            mostStrikes++;
        }
        if (!sure) {
            strikes = 0;
            struckAtTick = mirror.tick;
        } else if (longest >= 0 && mirror.normal && !mirror.isPrimary()) {
            if (longest < half) {
                // Prompt service makes up for slow service less often than this grants.
                strikes = Math.max(0, strikes - 1);
            } else if (mirror.tick - struckAtTick >= half) {
                // Those that waited at the same time are one strike together.
                struckAtTick = mirror.tick;
                strikes++;
            }
        }
    }

    /** How long those that were executed now can have waited in this view. */
    private long mostWaited(Event.Executed executed) {
        long most = -1;
        for (Event.RequestOutcome outcome : executed.outcomes()) {
            Lane lane = lanes.get(outcome.request().session());
            Long since = lane == null
                    ? null
                    : lane.receivedAtTick.get(outcome.request().number());
            if (since != null) {
                most = Math.max(most, mirror.tick - Math.max(since, mirror.enteredAtTick));
            }
        }
        return most;
    }

    @Override
    public void decides(Event event, Action action) {
        if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof PrePrepare proposal) {
            proposes(proposal);
        } else if (action instanceof Action.Persist persist && persist.record() instanceof PbftRecord.Entered) {
            proposed.clear();
            surelyProposed.clear();
            passedBy.clear();
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (mirror.halted) {
            return;
        }
        boolean leaves = mirror.leaves;
        if (event instanceof Event.RequestReceived received) {
            isKept(received.request(), actions);
        } else if (event instanceof Event.Executed executed) {
            if (strikes >= MOST_STRIKES) {
                strikes = 0;
                if (!leaves) {
                    complaints.of("stays in view " + mirror.view + ", whose primary serves everything just in time");
                }
            }
            if (leaves && mostStrikes < MOST_STRIKES && !othersUnordered) {
                complaints.of("leaves view " + mirror.viewBefore + ", whose primary let requests wait for long "
                        + mostStrikes + " times only");
            }
            lastExecuted = Math.max(lastExecuted, executed.sequence());
            executed.outcomes().forEach(this::executed);
        } else if (event instanceof Event.TimerFired && mirror.normalBefore) {
            expectPatience(leaves);
            expectHandedOnOnceMore(actions);
        } else if (event instanceof Event.QueueDrained) {
            expectProposed();
        }
        if (leaves && mirror.normalBefore && isNoCause(event) && mirror.wantedByOthers() != mirror.view) {
            complaints.of("leaves view " + mirror.viewBefore + " at " + nameOf(event));
        }
        if (mirror.enters && mirror.normal) {
            countsCarriedOver();
        }
        if (mirror.normal && mirror.view != mirror.viewBefore || mirror.normal && !mirror.normalBefore) {
            expectHandedOn(actions);
        }
    }

    private boolean isNoCause(Event event) {
        if (event instanceof Event.MessageReceived received) {
            Message message = received.message().message();
            return (message instanceof Status && !mayLeaveForIt)
                    || message instanceof Commit
                    || message instanceof Committed
                    || message instanceof Checkpoint
                    || message instanceof StableCheckpoint
                    || message instanceof BatchBody;
        }
        return event instanceof Event.QueueDrained
                || event instanceof Event.RequestReceived
                || event instanceof Event.CheckpointTaken;
    }

    private static String nameOf(Event event) {
        return event instanceof Event.MessageReceived received
                ? "a " + received.message().message().getClass().getSimpleName()
                : "a " + event.getClass().getSimpleName();
    }

    private void isKept(Request request, List<Action> actions) {
        if (!request.semantics().isFifo()) {
            return;
        }
        boolean refused = mirror.refuses;
        boolean relayed = !actions.isEmpty()
                && actions.contains(new Action.Relay(mirror.wellFormed.primary(mirror.view), request));
        if (refused ? !mayRefuse : mustRefuse) {
            complaints.of((refused ? "refuses " : "does not refuse ") + request + ", where between " + leastWaiting(-1)
                    + " and " + mostWaiting(-1) + " requests wait");
        }
        Lane lane = lanes.get(request.session());
        if (lane != null && !refused && lane.receivedAtTick.containsKey(request.number()) && (relayed || mustKeep)) {
            lane.kept.putIfAbsent(request.number(), new Kept(request, mirror.tick));
        } else if (refused && isNew) {
            lane.receivedAtTick.remove(request.number());
            if (lane.next == 0 && lane.receivedAtTick.isEmpty()) {
                lanes.remove(request.session());
            }
        } else if (!relayed) {
            unsure.add(request.session());
        }
        if (mustRelay && !relayed && !refused) {
            complaints.of("does not hand request " + request + " on to its primary");
        }
    }

    /** What was executed already may be ordered once more, for one that missed it; but not instead of what is new. */
    private void proposes(PrePrepare proposal) {
        boolean again = !proposal.batch().requests().isEmpty()
                && proposal.batch().requests().stream()
                        .allMatch(request ->
                                request.semantics().isFifo() && lane(request.session()).next > request.number());
        for (Request request : proposal.batch().requests()) {
            if (request.semantics().isFifo()) {
                proposesRightly(request);
            }
        }
        Set<Request> waits = notProposed();
        waits.removeAll(proposal.batch().requests());
        proposal.batch().requests().forEach(this::isProposed);
        passedBy.retainAll(waits);
        if (again && !passedBy.isEmpty()) {
            complaints.of("orders " + proposal.batch().requests() + " once more, and so before, while " + passedBy
                    + " is new and waits");
        }
        passedBy.clear();
        // What a new view carries over counts as proposed, and its batches may not be here.
        passedBy.addAll(again && mirror.carriedOver.isEmpty() ? waits : Set.of());
    }

    private void isProposed(Request request) {
        if (request.semantics().isFifo()) {
            proposed.merge(request.session(), request.number(), Math::max);
            surelyProposed.merge(request.session(), request.number(), Math::max);
        }
    }

    /** Each request once in a view, but for those that somebody else waits for who forgot that they were executed. */
    private void proposesRightly(Request request) {
        long next = lane(request.session()).next;
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

    /** What could be executed next and is not proposed yet in this view. */
    private Set<Request> notProposed() {
        Set<Request> waits = new HashSet<>();
        for (Map.Entry<SessionId, Lane> each : lanes.entrySet()) {
            Request head = notProposed(each.getKey(), each.getValue());
            if (head != null) {
                waits.add(head);
            }
        }
        return waits;
    }

    private Request notProposed(SessionId session, Lane lane) {
        Kept head = lane.next > 0 ? lane.kept.get(lane.next) : onlyOne(session, lane);
        return head == null
                        || proposed.getOrDefault(session, 0L) >= head.request().number()
                ? null
                : head.request();
    }

    /** Of a session of which nothing is known, and of which nothing else was received. */
    private Kept onlyOne(SessionId session, Lane lane) {
        return lane.kept.size() == 1 && !unsure.contains(session)
                ? lane.kept.firstEntry().getValue()
                : null;
    }

    /** What its new view places again is proposed, as far as it knows what that is. */
    private void countsCarriedOver() {
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

    /** A primary proposes what waits as soon as it may (PBFT 4.1). */
    private void expectProposed() {
        if (!mirror.normal || !mirror.isPrimary() || mirror.installing || lanes.isEmpty() || !knowsCarriedOver) {
            return;
        }
        long last = Math.max(mirror.lastCommitted, Math.max(mirror.stable.sequence(), mirror.viewStart));
        for (SlotMirror slot : mirror.slots.tailMap(last, false).values()) {
            last = slot.accepted(mirror.view).isPresent() ? slot.sequence() : last;
        }
        boolean room = last - mirror.lastCommitted < mirror.config.pipelineDepth()
                && last < mirror.stable.sequence() + mirror.wellFormed.window() - mirror.wellFormed.interval();
        if (room && isSomethingNotProposed()) {
            complaints.of("does not propose " + notProposed() + ", though it may go on after sequence " + last);
        }
    }

    private boolean isSomethingNotProposed() {
        for (Map.Entry<SessionId, Lane> each : lanes.entrySet()) {
            if (notProposed(each.getKey(), each.getValue()) != null) {
                return true;
            }
        }
        return false;
    }

    private void executed(Event.RequestOutcome outcome) {
        Request request = outcome.request();
        if (!request.semantics().isFifo()) {
            return;
        }
        Lane lane = lane(request.session());
        if (!outcome.consumed()) {
            if (lane.next == 0) {
                lane.receivedAtTick.remove(request.number());
                lane.kept.remove(request.number());
                if (lane.receivedAtTick.isEmpty()) {
                    lanes.remove(request.session());
                }
            }
        } else if (request.number() >= lane.next) {
            lane.next = request.number() + 1;
            lane.headSinceTick = mirror.tick;
            lane.receivedAtTick.headMap(lane.next).clear();
            lane.kept.headMap(lane.next).clear();
        }
    }

    /** Neither too long nor too short. */
    private void expectPatience(boolean leaves) {
        long patience = mirror.patience.ticks(mirror.config.requestTimeoutTicks());
        boolean proposalOpen = isProposalOpen();
        boolean somebodyMayWait = doOthersLag()
                || mirror.wantedByOthers() >= mirror.view
                || (proposalOpen && mirror.tick - Math.max(mirror.enteredAtTick, mirror.lastCommitTick) >= patience);
        boolean somebodyWaits = false;
        for (Lane lane : lanes.values()) {
            for (Map.Entry<Long, Long> each : lane.receivedAtTick.entrySet()) {
                boolean mayBeNext = lane.next == 0 || each.getKey() == lane.next;
                somebodyMayWait |=
                        mayBeNext && mirror.tick - Math.max(each.getValue(), mirror.enteredAtTick) >= patience;
            }
            Kept head = lane.next > 0 ? lane.kept.get(lane.next) : null;
            somebodyWaits |= head != null
                    && mirror.tick - Math.max(head.sinceTick(), Math.max(lane.headSinceTick, mirror.enteredAtTick))
                            >= patience;
        }
        boolean behind = mirror.installing || certifiedAhead > mirror.lastCommitted;
        if (behind || !proposalOpen) {
            openSinceTick = mirror.tick;
        }
        long openFor = mirror.tick - Math.max(openSinceTick, Math.max(mirror.enteredAtTick, mirror.lastCommitTick));
        if (openFor >= patience && !leaves) {
            complaints.of("stays in view " + mirror.view + ", where a proposal has waited for " + openFor + " ticks");
        }
        boolean backup = mirror.viewBefore % mirror.wellFormed.replicas() != mirror.self;
        if (somebodyWaits && !behind && backup && !leaves) {
            complaints.of("stays in view " + mirror.view + ", where a request has waited for more than " + patience
                    + " ticks");
        }
        if (leaves && !somebodyMayWait && !othersUnordered) {
            complaints.of("leaves view " + mirror.viewBefore + ", in which nobody waits for anything");
        }
    }

    /** What its primary should have ordered by half of the time that it has may have been lost on the way there. */
    private void expectHandedOnOnceMore(List<Action> actions) {
        boolean behind = mirror.installing || certifiedAhead > mirror.lastCommitted;
        if (!mirror.normal || !mirror.normalBefore || mirror.isPrimary() || behind || !unsure.isEmpty()) {
            return;
        }
        Kept longest = null;
        long since = mirror.tick;
        for (Lane lane : lanes.values()) {
            Kept head = lane.next > 0 ? lane.kept.get(lane.next) : null;
            if (lane.receivedAtTick.size() != lane.kept.size() || (lane.next == 0 && !lane.kept.isEmpty())) {
                return;
            }
            long start = head == null
                    ? mirror.tick
                    : Math.max(head.sinceTick(), Math.max(lane.headSinceTick, mirror.enteredAtTick));
            longest = start < since ? head : longest;
            since = Math.min(since, start);
        }
        boolean due = longest != null
                && mirror.tick - since == mirror.patience.ticks(mirror.config.requestTimeoutTicks()) / 2;
        if (due && !isRelayed(mirror.wellFormed.primary(mirror.view), longest.request(), actions)) {
            complaints.of(
                    "does not hand request " + longest.request() + " on once more, which waits for half of its time");
        }
    }

    /** f+1 that lack what is committed here are a reason to leave, and so may be one that lost its memory. */
    private boolean doOthersLag() {
        int lagging = 0;
        for (Map.Entry<Integer, Status> each : lastStatus.entrySet()) {
            boolean lags = each.getValue().lastCommitted() < mirror.lastCommitted;
            lagging += lags && each.getKey() != mirror.self ? 1 : 0;
            if (each.getValue().recoveringUpTo() > 0) {
                return true;
            }
        }
        return lagging >= mirror.weak;
    }

    private boolean isProposalOpen() {
        for (SlotMirror slot : mirror.slots.tailMap(mirror.lastCommitted, false).values()) {
            if (slot.accepted(mirror.viewBefore).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Another copy of it may have come first, authenticated otherwise. */
    private static boolean isRelayed(int to, Request request, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Relay relay
                    && relay.to() == to
                    && relay.request().session().equals(request.session())
                    && relay.request().number() == request.number()) {
                return true;
            }
        }
        return false;
    }

    private void expectHandedOn(List<Action> actions) {
        if (mirror.isPrimary()) {
            return;
        }
        int primary = mirror.wellFormed.primary(mirror.view);
        for (Lane lane : lanes.values()) {
            for (Kept kept : lane.kept.values()) {
                Request request = kept.request();
                if (request.number() >= lane.next && !isRelayed(primary, request, actions)) {
                    complaints.of("does not hand request " + request + " on to the primary of view " + mirror.view);
                }
            }
        }
    }
}
