package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.pbft.message.PbftEvidence;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.quorum.NewViewRule;
import org.tagma.core.pbft.quorum.NewViewRule.Decision;
import org.tagma.core.pbft.quorum.ViewChanges;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Request;

/**
 * View changes (PBFT 4.4 and 4.5, with the P and Q sets of TOCS 2002, 4.5.2).
 *
 * <p>Views are synchronised as in PBFT 4.5.2: a replica that sees f+1 others ahead joins them, and the timer of a new
 * view starts only with a quorum of view changes for it. So during an outage nobody runs ahead, timers do not grow,
 * and when it ends the group is as quick as at first; and a liar's huge view number alone moves nobody.
 */
final class ViewChanger {

    private static final long NOT_RUNNING = -1;

    private final PbftState state;
    private final NormalCase normalCase;
    private final CheckpointTracker checkpoints;
    private final BatchFetcher batchFetcher;
    private final ViewChanges viewChanges;
    private final Suspicions suspicions;
    private final HandOver handOver;
    private long newViewDeadlineTick = NOT_RUNNING;
    private long proposedNewView;
    /** The highest view for which this replica sent a view change in this incarnation. */
    private long saidForView;

    ViewChanger(PbftState state, NormalCase normalCase, CheckpointTracker checkpoints, BatchFetcher batchFetcher) {
        this.state = state;
        this.normalCase = normalCase;
        this.checkpoints = checkpoints;
        this.batchFetcher = batchFetcher;
        this.handOver = new HandOver(state);
        this.viewChanges = new ViewChanges(state.quorums.replicas());
        this.suspicions = new Suspicions(state, viewChanges);
    }

    /**
     * Finds fault with the primary of the present view, and stays in it: alone, who leaves only makes itself useless.
     *
     * @return whether that is news, to be told to the others
     */
    boolean suspect(String reason) {
        if (state.isRecovering()) {
            return false;
        }
        boolean news = suspicions.addOwn(reason);
        leaveWithOthers();
        return news;
    }

    /** Whether this replica finds fault with the primary of the present view. */
    boolean suspects() {
        return suspicions.holds(state.self);
    }

    /** A replica says whether it finds fault with the primary of its view. */
    void onStatus(int sender, Status status) {
        if (status.suspects() && sender != state.self) {
            suspicions.add(sender, status.view());
            leaveWithOthers();
        }
    }

    /** f+1 replicas find fault with the primary, so a correct one does; or they have gone further already. */
    private void leaveWithOthers() {
        int against = suspicions.count();
        if (against >= state.quorums.weak() && hasCompany()) {
            String here = suspects() ? "; here " + suspicions.ownReason() : "";
            start(state.view + 1, against + " replicas suspect its primary" + here);
        }
        joinOthers();
    }

    /**
     * Whether a quorum is known to have come to this view. Nobody goes on before that by itself: else a few, with
     * a liar, would leave for views far above the others, and what {@link AmnesiaRecovery} finds out from those would
     * be too low.
     */
    private boolean hasCompany() {
        return state.normal || viewChanges.countAtOrAbove(state.view) >= state.quorums.certificate();
    }

    private void start(long view, String reason) {
        if (state.isRecovering()) {
            // Its P and Q would claim that nothing prepared here, and it does not know that.
            return;
        }
        String from = state.normal ? "leaving view " + state.view : "giving up on view " + state.view;
        state.announce(
                from + " for view " + view + " (primary: replica " + state.quorums.primary(view) + "): " + reason);
        state.timeouts.gaveUp(state.view, state.tick);
        state.leaveView();
        state.view = view;
        state.ledger.promise(view);
        newViewDeadlineTick = NOT_RUNNING;
        batchFetcher.restart();
        broadcastViewChange();
    }

    private void broadcastViewChange() {
        saidForView = state.view;
        ViewChange message = new ViewChange(state.view, state.stable, state.prepared(), state.prePrepared());
        state.persistReservation();
        state.emit(new Action.Persist(new PbftRecord.LeftFor(state.view, message)));
        state.broadcast(message);
    }

    PbftVerdict onViewChange(Authenticated<ViewChange> signed) {
        PbftVerdict verdict = PbftValidator.viewChange(state, signed.message());
        if (!verdict.isAccepted()) {
            return verdict;
        }
        if (!viewChanges.add(signed)) {
            return PbftVerdict.DUPLICATE;
        }
        followPrimary(signed);
        leaveWithOthers();
        pursue();
        return PbftVerdict.ACCEPT;
    }

    /** A primary that leaves its own view is followed; if it is malicious, it harms nobody but itself by that. */
    private void followPrimary(Authenticated<ViewChange> signed) {
        boolean leaves = signed.sender() == state.primary() && signed.message().view() == state.view + 1;
        if (state.normal && leaves && signed.sender() != state.self) {
            start(state.view + 1, "its primary leaves it");
        }
    }

    /**
     * This primary is about to stop, or is told to let the next one lead: it leaves its view, and the others follow.
     */
    void handOver(long id, int to) {
        if (handOver.accepts(id, to)) {
            start(state.view + 1, "this primary hands over");
        }
    }

    /**
     * f+1 replicas want a later view, so a correct one does: go to the latest view that this is true of (PBFT 4.5.2).
     */
    private void joinOthers() {
        long[] wanted = viewChanges.wantedByOthers(state.self);
        int candidate = wanted.length - state.quorums.weak();
        if (candidate >= 0 && wanted[candidate] > state.view && !state.isRecovering()) {
            start(wanted[candidate], state.quorums.weak() + " replicas want it");
        }
    }

    /** Starts the timer once a quorum has come to this view, and, as its primary, tries to open it. */
    void pursue() {
        if (state.normal || state.isRecovering()) {
            return;
        }
        // A replica may have passed this view by: it entered and left again. It will not come back to make a quorum
        // for just this view, so it counts as having come this far; else the others would wait for it for ever.
        if (newViewDeadlineTick == NOT_RUNNING && hasCompany()) {
            newViewDeadlineTick = state.tick + state.timeouts.newViewTicks();
        }
        List<Authenticated<ViewChange>> forThisView = viewChanges.forView(state.view);
        if (forThisView.size() >= state.quorums.certificate() && state.isPrimary() && proposedNewView < state.view) {
            openView(forThisView);
        }
    }

    /**
     * Opens the view from these view changes, or from fewer of them if a batch that some say prepared with them
     * is not here: a liar among them may keep it for ever. Any quorum of view changes will do: what may have
     * committed follows from each.
     */
    private void openView(List<Authenticated<ViewChange>> forThisView) {
        List<Authenticated<ViewChange>> from = forThisView;
        Set<Reproposal> missing = new LinkedHashSet<>();
        Optional<Decision> decision = decide(from);
        while (decision.isPresent() && hasStart(decision.get())) {
            List<Reproposal> without = missing(decision.get());
            if (without.isEmpty()) {
                open(from, decision.get());
                return;
            }
            missing.addAll(without);
            from = from.stream()
                    .filter(signed -> !NewViewRule.claimsAny(signed.message(), without))
                    .toList();
            decision = decide(from);
        }
        batchFetcher.wantToOpen(missing);
    }

    private void open(List<Authenticated<ViewChange>> from, Decision decision) {
        proposedNewView = state.view;
        // The new view is its primary's vote for everything in it, so it must lie in what is reserved.
        state.reserve(decision.start().sequence() + decision.reproposals().size());
        state.broadcast(new NewView(state.view, from, decision.reproposals()));
    }

    private Optional<Decision> decide(List<Authenticated<ViewChange>> signed) {
        return NewViewRule.decide(signed.stream().map(Authenticated::message).toList(), state.quorums);
    }

    private boolean hasStart(Decision decision) {
        checkpoints.learn(decision.start());
        return state.stable.sequence() >= decision.start().sequence();
    }

    /** Condition A3: a primary opens a view when it has what it re-proposes. What it lacks it asks for. */
    private List<Reproposal> missing(Decision decision) {
        return decision.reproposals().stream()
                .filter(batch -> state.inWindow(batch.sequence())
                        && state.slot(batch.sequence()).body(batch.digest()).isEmpty())
                .toList();
    }

    PbftVerdict onNewView(Authenticated<NewView> signed) {
        NewView message = signed.message();
        PbftVerdict verdict = PbftValidator.newView(state, signed.sender(), message);
        if (verdict == PbftVerdict.WRONG_VIEW || verdict == PbftVerdict.WRONG_ROLE) {
            return verdict;
        }
        Optional<Decision> decision = verdict.isAccepted() ? decide(message.viewChanges()) : Optional.empty();
        // Believed because recomputed, never because said (FISCO-BCOS PR 5168).
        if (decision.isEmpty() || !decision.get().reproposals().equals(message.reproposals())) {
            refuse(signed);
            return PbftVerdict.BAD_NEW_VIEW;
        }
        enter(signed, decision.get());
        return PbftVerdict.ACCEPT;
    }

    private void refuse(Authenticated<NewView> signed) {
        long view = signed.message().view();
        state.reportEvidence(signed.sender(), new PbftEvidence.FalseNewView(view));
        if (view == state.view && hasCompany()) {
            start(view + 1, "the primary sent a false new view");
        }
    }

    private void enter(Authenticated<NewView> signed, Decision decision) {
        state.enterView(signed);
        state.ledger.promise(state.view);
        newViewDeadlineTick = NOT_RUNNING;
        state.persistReservation();
        state.emit(new Action.Persist(new PbftRecord.Entered(state.view, signed)));
        checkpoints.learn(decision.start());
        state.pace.nextView();
        state.pool.takeBack();
        carryOver();
        state.announce(
                "entered view " + state.view + ", primary: replica " + state.primary() + ", " + decision.summary());
        handOver.done();
        resumeRequests();
    }

    private void carryOver() {
        batchFetcher.restart();
        state.releaseLeftOver();
        // It may know of batches committed in the very view that it enters only now; and of a checkpoint above them,
        // whose state it may just be taking from its own store, if it opened this view before it was restarted.
        state.nextSequence = Math.max(state.firstFresh(), Math.max(state.lastCommitted, state.stable.sequence()) + 1);
        voteForCarriedOver();
        normalCase.deliver();
    }

    /** Votes for what the new view carries over, as far as the window reaches; again when the window has moved. */
    void voteForCarriedOver() {
        for (Reproposal reproposal : state.carriedOver) {
            if (state.normal
                    && state.inWindow(reproposal.sequence())
                    && state.slot(reproposal.sequence()).accepted(state.view).isEmpty()) {
                normalCase.repropose(reproposal.sequence(), reproposal.digest());
            }
        }
    }

    /** What waited for the old primary now waits for the new one. */
    private void resumeRequests() {
        if (state.isPrimary()) {
            List<Request> carriedOver = new ArrayList<>();
            for (Slot slot : state.slots.tailMap(state.lastExecuted, false).values()) {
                slot.accepted(state.view).flatMap(slot::body).ifPresent(batch -> carriedOver.addAll(batch.requests()));
            }
            state.pool.restartProposals(carriedOver);
        } else {
            state.pool.handOver(state.tick).forEach(request -> state.emit(new Action.Relay(state.primary(), request)));
        }
    }

    void onTick() {
        if (state.normal) {
            leaveWithOthers();
            return;
        }
        if (newViewDeadlineTick != NOT_RUNNING && state.tick >= newViewDeadlineTick) {
            handOver.failed();
            start(state.view + 1, "no new view in time from replica " + state.primary());
        } else {
            restateIfForgotten();
            pursue();
            leaveWithOthers();
        }
    }

    /** A replica that lost its memory while it waited for a view says, once it may again, what it holds now. */
    private void restateIfForgotten() {
        // Not whether it has come back: a checkpoint may have become stable on the way, and then it would say another
        // thing.
        if (saidForView < state.view && !state.isRecovering()) {
            broadcastViewChange();
        }
    }

    /** This replica's own view change for the view it wants, for those that did not get it. */
    Optional<Authenticated<ViewChange>> own() {
        return viewChanges
                .of(state.self)
                .filter(signed -> !state.normal && signed.message().view() == state.view);
    }

    /** Rebuilds from the log: it had left the views below for this one. */
    void restoreLeft(ViewChange message) {
        if (message.view() > state.view) {
            state.view = message.view();
            state.normal = false;
            state.ledger.promise(message.view());
        }
    }

    /** It may have left the views below for this one, in an incarnation that it does not remember. */
    void restoreForgotten(long view) {
        if (view > state.view) {
            state.view = view;
            state.normal = false;
        }
        state.ledger.promise(view);
    }

    /** Says again, after a restart, what was said before it. */
    void repeat(ViewChange message) {
        if (!state.normal && message.view() == state.view) {
            saidForView = state.view;
            state.broadcast(message);
        }
    }

    /** Rebuilds from the log: it had entered this view. */
    void restoreEntered(Authenticated<NewView> signed) {
        if (signed.message().view() >= state.view) {
            state.view = signed.message().view();
            state.normal = true;
            state.enteredBy = signed;
            state.bindTo(signed.message());
            state.ledger.promise(state.view);
        }
    }

    /**
     * A view that was left for in an earlier incarnation may have been opened in it; it is not opened again.
     */
    void restoreOpened() {
        proposedNewView = state.view;
    }

    long stateHash() {
        return 31 * newViewDeadlineTick + viewChanges.stateHash();
    }
}
