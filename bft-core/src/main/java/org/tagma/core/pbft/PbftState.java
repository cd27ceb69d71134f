package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftEvidence;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.quorum.VoteLedger;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;

/**
 * What the parts of a PBFT replica share: the view, the window of slots and how far things have come. The parts change
 * it only within a step, and put what they decide into {@link #out}.
 */
final class PbftState {

    final PbftConfig config;
    final Quorums quorums;
    final int self;
    final VoteLedger ledger = new VoteLedger();
    final RequestPool pool;
    final AdaptiveTimeouts timeouts;
    final ThroughputHistory pace;
    final Presence presence;
    final TreeMap<Long, Slot> slots = new TreeMap<>();
    final WindowRoom room;
    final MacTrust trust;

    /** The view this replica is in, or wants to enter. */
    long view;
    /** Whether it has entered {@link #view}: only then does it take part in the normal case. */
    boolean normal = true;
    /** The new view by which it entered the last view that it entered; null before it has entered any but view 0. */
    Authenticated<NewView> enteredBy;
    /** The checkpoint that {@link #view} started from, by its new view: nothing may be proposed in it up to there. */
    long viewStart;
    /** What its new view carries over, from the sequence number after {@link #viewStart} on. */
    List<Reproposal> carriedOver = List.of();
    /** The last stable checkpoint that this replica has reached: the low watermark. */
    CheckpointCertificate stable = CheckpointCertificate.GENESIS;
    /** Up to here every batch was handed to execution. */
    long lastCommitted;
    /** Up to here every batch was executed. */
    long lastExecuted;
    /** What a primary proposes next. */
    long nextSequence = 1;
    /** Reserved for voting and executing, see {@link PbftRecord.Reservation}. */
    long reservedUpTo;
    /**
     * Up to here it may have executed, and answered for it, before it was restarted: whoever reads here must not see
     * less
     * (Berger, Reiser and Bessani 2021: a read quorum counts on it).
     */
    long executedBefore;
    /** A fetched state is being installed; nothing can be committed until that is done. */
    boolean installing;
    /** The stable checkpoint moved in this step. */
    boolean windowMoved;
    /** A view was entered in this step. */
    boolean entered;
    /** Ticks since the start. */
    long tick;
    /** When {@link #view} was entered. */
    long enteredAtTick;
    /** For how long nothing was committed before it was entered. */
    long stoodStillTicks;
    /** The replica's own clock, as of the last turn; 0 before the first. */
    long nowMillis;

    /** When this replica last handed on a batch. */
    long lastCommitTick;
    /** This replica's clock when it last handed on a batch, or when it first knew the time. */
    long lastCommitMillis;

    private final long[] evidenceAtTick;
    private String suspicion;
    private List<Action> out = new ArrayList<>();

    PbftState(PbftConfig config) {
        this.config = config;
        this.quorums = config.quorums();
        this.self = config.replica();
        this.pool = new RequestPool(config);
        this.timeouts = new AdaptiveTimeouts(config);
        this.pace = new ThroughputHistory(config);
        this.presence = new Presence(config);
        this.room = new WindowRoom(this);
        this.trust = new MacTrust(this);
        this.evidenceAtTick = new long[config.quorums().replicas()];
        Arrays.fill(evidenceAtTick, -config.statusIntervalTicks());
    }

    /** Leaves the view for a later one, if it had been entered. */
    void leaveView() {
        endView();
        normal = false;
        slots.values().forEach(Slot::leave);
    }

    /** What only its primary can check goes with a view. */
    private void endView() {
        if (normal) {
            trust.viewEnds();
            askSignatures(pool.dropUnsigned(true));
        }
    }

    /** Enters a view by its new view. */
    void enterView(Authenticated<NewView> signed) {
        endView();
        view = signed.message().view();
        normal = true;
        entered = true;
        enteredBy = signed;
        bindTo(signed.message());
        enteredAtTick = tick;
        stoodStillTicks = tick - lastCommitTick;
        trust.viewBegins();
    }

    /** Has clients sign what no signature proves to others. */
    void askSignatures(List<Request> requests) {
        requests.forEach(request -> emit(new Action.AskSignature(request, trust.millisLeft())));
    }

    int primary() {
        return quorums.primary(view);
    }

    boolean isPrimary() {
        return primary() == self;
    }

    /** Whether this replica forgot votes that still matter: it follows, but neither votes nor changes views. */
    boolean isRecovering() {
        return ledger.forgottenUpTo() > 0;
    }

    /** Whether votes at this sequence number are taken (PBFT 4.2: between the watermarks). */
    boolean inWindow(long sequence) {
        return sequence > stable.sequence() && sequence <= stable.sequence() + config.logWindow();
    }

    /** The slot of a sequence number in the window. */
    Slot slot(long sequence) {
        if (!inWindow(sequence)) {
            throw new IllegalStateException(
                    "sequence " + sequence + " is outside the window above " + stable.sequence());
        }
        return slots.computeIfAbsent(sequence, number -> new Slot(number, quorums.replicas(), room));
    }

    /** Lets go of the slots up to a stable checkpoint. */
    void releaseSlots(long sequence) {
        var covered = slots.headMap(sequence, true);
        covered.values().forEach(Slot::release);
        covered.clear();
    }

    /**
     * A view was entered: of what was accepted in earlier ones, what did not prepare and is not carried over, is
     * let go.
     */
    void releaseLeftOver() {
        slots.values().forEach(slot -> slot.enter(view, carriedOver(slot.sequence())));
    }

    /** Whether something that the new view carries over is not voted for yet, for want of its body. */
    boolean awaitsCarriedOver() {
        return carriedOver.stream()
                .mapToLong(Reproposal::sequence)
                .anyMatch(sequence -> sequence > lastCommitted
                        && inWindow(sequence)
                        && existingSlot(sequence)
                                .flatMap(slot -> slot.accepted(view))
                                .isEmpty());
    }

    Optional<Slot> existingSlot(long sequence) {
        return Optional.ofNullable(slots.get(sequence));
    }

    void emit(Action action) {
        out.add(action);
    }

    void broadcast(Message message) {
        out.add(new Action.Broadcast(message));
    }

    void send(int to, Message message) {
        if (to != self) {
            out.add(new Action.Send(to, message));
        }
    }

    void announce(String text) {
        out.add(new Action.Announce(text));
    }

    /** Finds fault with the primary of {@link #view}, for a reason that is told to the operator. */
    void suspect(String reason) {
        if (suspicion == null) {
            suspicion = reason;
        }
    }

    /** What fault was found with the primary in this step, if any; asked once. */
    Optional<String> takeSuspicion() {
        Optional<String> reason = Optional.ofNullable(suspicion);
        suspicion = null;
        return reason;
    }

    /** Accepts a digest in the present view. */
    void accept(Slot slot, Digest digest) {
        slot.accept(view, digest, tick);
    }

    /** What the new view of {@link #view} placed at this sequence number, if it placed anything there. */
    Optional<Digest> carriedOver(long sequence) {
        long index = sequence - viewStart - 1;
        return index >= 0 && index < carriedOver.size()
                ? Optional.of(carriedOver.get((int) index).digest())
                : Optional.empty();
    }

    /** The first sequence number that is the primary's to fill in {@link #view}. */
    long firstFresh() {
        return viewStart + carriedOver.size() + 1;
    }

    /** The sequence number after the last that was accepted in {@link #view}, or after the last that is committed. */
    long nextToAccept() {
        for (Slot slot : slots.descendingMap().values()) {
            if (slot.sequence() <= lastCommitted) {
                break;
            }
            if (slot.accepted(view).isPresent()) {
                return slot.sequence() + 1;
            }
        }
        return lastCommitted + 1;
    }

    /** Takes over from a new view what binds its primary. */
    void bindTo(NewView newView) {
        viewStart = newView.viewChanges().stream()
                .mapToLong(signed -> signed.message().stable().sequence())
                .max()
                .orElseThrow();
        carriedOver = newView.reproposals();
    }

    /**
     * Reports misbehaviour; of one replica once a status interval, for a liar must not fill the disk with log lines.
     */
    void reportEvidence(int replica, PbftEvidence evidence) {
        if (tick - evidenceAtTick[replica] >= config.statusIntervalTicks()) {
            evidenceAtTick[replica] = tick;
            out.add(new Action.ReportEvidence(replica, evidence));
        }
    }

    /** What was decided since the last call. */
    List<Action> takeActions() {
        if (out.isEmpty()) {
            return List.of();
        }
        List<Action> actions = out;
        out = new ArrayList<>();
        return actions;
    }

    /**
     * Makes sure that a vote at this sequence number in the present view lies in what is reserved, before it is cast,
     * and a
     * batch, before it is executed. A whole checkpoint interval is reserved at once: one durable write for many votes.
     */
    void reserve(long sequence) {
        if (sequence > reservedUpTo) {
            reservedUpTo = sequence + config.checkpointInterval();
            persistReservation();
        }
    }

    void persistReservation() {
        out.add(new Action.Persist(new PbftRecord.Reservation(view, reservedUpTo)));
    }

    long stateHash() {
        long hash = view;
        hash = 31 * hash + Boolean.hashCode(normal);
        hash = 31 * hash + stable.sequence();
        hash = 31 * hash + lastCommitted;
        hash = 31 * hash + lastExecuted;
        hash = 31 * hash + nextSequence;
        hash = 31 * hash + reservedUpTo;
        for (Slot slot : slots.values()) {
            hash = 31 * hash + slot.stateHash();
        }
        return 31 * hash + pool.stateHash();
    }

    /** P: what is prepared here, of which a view change speaks (OSDI 4.4). */
    List<VoteInfo> prepared() {
        List<VoteInfo> entries = new ArrayList<>();
        slots.values().forEach(slot -> slot.preparedInfo().ifPresent(entries::add));
        return entries;
    }

    /** Q: what is pre-prepared here (TOCS 4.5.2). */
    List<VoteInfo> prePrepared() {
        List<VoteInfo> entries = new ArrayList<>();
        slots.values().forEach(slot -> entries.addAll(slot.prePreparedInfo()));
        return entries;
    }
}
