package org.tagma.core.pbft;

import java.util.Arrays;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.quorum.VoteLedger;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;

/**
 * Makes good what the network lost (PBFT 5.2): replicas say now and then where they stand, and whoever is further sends
 * what the other lacks. That is the only retransmission between replicas.
 */
final class CatchUp {

    /** Slots spoken about in one answer: what one question may cost. */
    private static final int MAX_SLOTS = 64;

    /**
     * After helping a replica that lost its memory as far as it can need, the primary does it no such favour again for
     * so many timeouts, since it may be a liar.
     */
    private static final int FILL_PAUSE_TIMEOUTS = 10;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final PbftState state;
    private final NormalCase normalCase;
    private final ViewChanger viewChanger;
    private final CheckpointTracker checkpoints;
    private final Status[] lastStatus;
    private final long[] helpedAtTick;
    /** The last view in which a replica was helped as soon as it came. */
    private final long[] welcomedInView;
    /** Up to where a replica was told what is committed, if there is more to tell; else 0. */
    private final long[] helpedUpTo;

    private final long[] filledAtTick;
    private final Admissions admissions;
    private final boolean[] waitsForNextView;
    private long committedAtLastTick;
    private long stuckSinceTick;
    /** What was committed when this replica spoke last, and the time before that. */
    private long committedAtLastStatus;

    private long committedBeforeThat;
    /** What was committed here when this replica said so last, and whether it learnt something from others since. */
    private long saidCommitted;

    private boolean wasTold;
    private boolean warned;
    private long tooManyForgotSinceTick;

    CatchUp(PbftState state, NormalCase normalCase, ViewChanger viewChanger, CheckpointTracker checkpoints) {
        this.state = state;
        this.normalCase = normalCase;
        this.viewChanger = viewChanger;
        this.checkpoints = checkpoints;
        int replicas = state.quorums.replicas();
        this.lastStatus = new Status[replicas];
        this.helpedAtTick = filled(replicas);
        this.welcomedInView = new long[replicas];
        this.helpedUpTo = new long[replicas];
        this.filledAtTick = filled(replicas);
        this.admissions = new Admissions(replicas, state.config.requestTimeoutTicks());
        this.waitsForNextView = new boolean[replicas];
    }

    private static long[] filled(int length) {
        long[] ticks = new long[length];
        Arrays.fill(ticks, NEVER);
        return ticks;
    }

    void onTick() {
        if (state.lastCommitted != committedAtLastTick) {
            committedAtLastTick = state.lastCommitted;
            stuckSinceTick = state.tick;
        }
        warnIfTooManyForgot();
        checkpoints.onTick(state.tick - stuckSinceTick >= patienceTicks());
        if (state.tick % state.config.statusIntervalTicks() == 0) {
            sayWhereIStand();
        }
    }

    /**
     * How long batches have time to bring this replica to a checkpoint that others are known to have, before it fetches
     * the state. The others let go of those batches, so as primary it would keep all of them waiting.
     */
    private long patienceTicks() {
        return (state.isPrimary() ? 1L : 2L) * state.config.statusIntervalTicks();
    }

    /** At the end of a step: who has nearly come to the end of what it was told asks for more. */
    void askForMore() {
        if (wasTold && state.lastCommitted - saidCommitted >= MAX_SLOTS - MAX_SLOTS / 4) {
            say();
        }
    }

    /** Says where this replica stands, and what it thinks of its primary. */
    void say() {
        wasTold = false;
        saidCommitted = state.lastCommitted;
        state.broadcast(status());
    }

    private Status status() {
        return new Status(
                state.view,
                !state.normal,
                state.lastCommitted,
                state.stable.sequence(),
                state.ledger.forgottenUpTo(),
                viewChanger.suspects());
    }

    private void sayWhereIStand() {
        committedBeforeThat = committedAtLastStatus;
        committedAtLastStatus = state.lastCommitted;
        say();
        viewChanger.own().ifPresent(signed -> {
            for (int replica = 0; replica < state.quorums.replicas(); replica++) {
                if (replica != state.self) {
                    state.emit(new Action.Forward(replica, signed));
                }
            }
        });
    }

    void onStatus(int sender, Status status) {
        Status earlier = lastStatus[sender];
        lastStatus[sender] = status;
        if (sender == state.self) {
            return;
        }
        boolean comes = comesToThisView(sender, status);
        if (!comes && state.tick - helpedAtTick[sender] < state.config.statusIntervalTicks()) {
            helpFurther(sender, status);
            return;
        }
        helpedAtTick[sender] = state.tick;
        welcomedInView[sender] = comes ? state.view : welcomedInView[sender];
        helpWithView(sender, status);
        helpWithCheckpoint(sender, status);
        boolean stuck = earlier != null && earlier.lastCommitted() == status.lastCommitted();
        if (comes || stuck || isOverdue(status.lastCommitted())) {
            helpWithCommitted(sender, status);
            helpWithVotes(sender, status);
        }
        helpRecovering(sender, status);
    }

    /** What was proposed in a view before it came there did not reach it, and need not wait for another interval. */
    private boolean comesToThisView(int sender, Status status) {
        return state.normal
                && status.view() == state.view
                && !status.viewChanging()
                && welcomedInView[sender] < state.view;
    }

    /**
     * Who has come to the end of what it was told gets the next part at once: it catches up as fast as it can take it,
     * and not by so many slots a status interval, while the others order more than that.
     */
    private void helpFurther(int sender, Status status) {
        if (helpedUpTo[sender] > 0 && status.lastCommitted() + MAX_SLOTS / 4 >= helpedUpTo[sender]) {
            helpWithCommitted(sender, status);
        }
    }

    /** Whether the other should have more by now, were nothing lost: so it need not say twice that it has not. */
    private boolean isOverdue(long committedThere) {
        boolean nothingCommits = state.tick - stuckSinceTick >= state.config.statusIntervalTicks();
        return committedThere < committedBeforeThat || (nothingCommits && committedThere <= state.lastCommitted);
    }

    private long countForgetful() {
        return Arrays.stream(lastStatus)
                .filter(status -> status != null && status.recoveringUpTo() > status.stable())
                .count();
    }

    /**
     * With more than f replicas that lost their memory, no quorum can vouch for the old state: say so, once. Only when
     * it has been so for a while, for what a replica said before it recovered may arrive late.
     */
    private void warnIfTooManyForgot() {
        long forgot = state.isRecovering() ? countForgetful() : 0;
        if (forgot <= state.quorums.faults()) {
            tooManyForgotSinceTick = state.tick;
        } else if (!warned && state.tick - tooManyForgotSinceTick >= 2L * state.config.requestTimeoutTicks()) {
            warned = true;
            state.announce(forgot + " replicas restarted without their memory, more than f=" + state.quorums.faults()
                    + ": nobody can vouch for the state of this cluster any more. Stop all replicas and make a"
                    + " new one");
        }
    }

    private void helpWithView(int sender, Status status) {
        if (state.enteredBy == null) {
            return;
        }
        long entered = state.enteredBy.message().view();
        if (status.view() < entered || (status.view() == entered && status.viewChanging())) {
            state.emit(new Action.Forward(sender, state.enteredBy));
        }
    }

    private void helpWithCheckpoint(int sender, Status status) {
        if (status.stable() < state.stable.sequence()) {
            state.send(sender, new StableCheckpoint(state.stable));
        }
        checkpoints.ownVotes().stream()
                .filter(vote -> vote.message().sequence() > status.stable())
                .forEach(vote -> state.emit(new Action.Forward(sender, vote)));
    }

    private void helpWithCommitted(int sender, Status status) {
        long from = Math.max(status.lastCommitted(), state.stable.sequence()) + 1;
        long to = Math.min(state.lastCommitted, from + MAX_SLOTS - 1);
        helpedUpTo[sender] = to - from + 1 == MAX_SLOTS ? to : 0;
        for (long sequence = from; sequence <= to; sequence++) {
            Optional<Digest> committed = state.existingSlot(sequence).flatMap(Slot::committed);
            if (committed.isPresent()) {
                state.send(sender, new Committed(sequence, committed.get()));
            }
        }
    }

    /**
     * What this replica said of the slots that are not committed there. Commits also of a view that it has left since:
     * to say again what was said is no new vote, and the other may need no more than that.
     */
    private void helpWithVotes(int sender, Status status) {
        state.slots.tailMap(status.lastCommitted(), false).values().stream()
                .limit(MAX_SLOTS)
                .forEach(slot -> slot.commitOf(state.self, status.view())
                        .ifPresent(digest -> state.send(sender, new Commit(status.view(), slot.sequence(), digest))));
        if (state.normal && !status.viewChanging() && status.view() == state.view) {
            helpWithProposals(sender, status);
        }
    }

    private void helpWithProposals(int sender, Status status) {
        long bodyBytes = 2L * state.config.maxBatchBytes();
        int slots = 0;
        for (Slot slot : state.slots.tailMap(status.lastCommitted(), false).values()) {
            if (++slots > MAX_SLOTS) {
                return;
            }
            Optional<Digest> accepted = slot.accepted(state.view);
            if (accepted.isPresent() && state.ledger.remembers(slot.sequence())) {
                repeatPrepare(sender, slot, accepted.get());
                bodyBytes -= repeatProposal(sender, slot, accepted.get(), bodyBytes);
            }
        }
    }

    /** What this primary itself proposed in this view; what the new view carries over, comes with that. */
    private long repeatProposal(int sender, Slot slot, Digest digest, long atMostBytes) {
        Optional<Batch> body = slot.body(digest);
        if (!state.isPrimary() || slot.sequence() < state.firstFresh() || body.isEmpty()) {
            return 0;
        }
        long bytes = body.get().size();
        if (bytes <= atMostBytes) {
            state.send(sender, new PrePrepare(state.view, slot.sequence(), body.get()));
        }
        return bytes;
    }

    private void repeatPrepare(int sender, Slot slot, Digest digest) {
        if (!state.isPrimary() && slot.hasPrepare(state.self, state.view)) {
            state.send(sender, new Prepare(state.view, slot.sequence(), digest));
        }
    }

    /**
     * A replica that lost its memory votes again when a stable checkpoint covers what it may have voted for. In an idle
     * group none would come, so the primary makes one with empty batches; and a primary that lost its memory cannot
     * propose, so it is replaced.
     */
    private void helpRecovering(int sender, Status status) {
        if (status.recoveringUpTo() <= state.stable.sequence() || !state.normal) {
            admit(sender, status);
            return;
        }
        waitsForNextView[sender] = status.viewChanging() && status.view() == state.view + 1;
        if (sender == state.primary() && state.tick - state.enteredAtTick >= state.config.statusIntervalTicks()) {
            state.suspect("the primary restarted and lost its memory");
        }
        long pause = (long) FILL_PAUSE_TIMEOUTS * state.config.requestTimeoutTicks();
        boolean knowsHowFar = status.recoveringUpTo() != VoteLedger.EVERYTHING;
        if (state.isPrimary() && knowsHowFar && state.tick - filledAtTick[sender] >= pause) {
            filledAtTick[sender] = state.tick;
            int interval = state.config.checkpointInterval();
            // It keeps out of two windows above a checkpoint that is certified (AmnesiaRecovery).
            long wanted = Math.min(status.recoveringUpTo(), state.nextSequence + 2L * state.config.logWindow());
            normalCase.fill((wanted + interval - 1) / interval * interval);
        }
    }

    /**
     * A replica that lost its disk may have left the present view for the next one without knowing it, so it cannot
     * vote in this one. Once it has caught up the others go there with it; seldom, since it may be a liar.
     */
    private void admit(int sender, Status status) {
        boolean stillWaits = status.viewChanging() && status.view() == state.view + 1;
        if (waitsForNextView[sender] && stillWaits && state.normal && status.recoveringUpTo() == 0) {
            waitsForNextView[sender] = false;
            if (admissions.admit(sender, state.tick)) {
                state.suspect("replica " + sender + " lost its memory and can take part again from the next view on");
            }
        }
    }

    void onConnected(int replica) {
        admissions.connected(replica);
    }

    PbftVerdict onCommitted(int sender, Committed message) {
        if (message.sequence() <= state.lastCommitted || message.sequence() <= state.stable.sequence()) {
            return PbftVerdict.DUPLICATE;
        }
        if (!state.inWindow(message.sequence())) {
            return PbftVerdict.OUTSIDE_WINDOW;
        }
        Slot slot = state.slot(message.sequence());
        if (slot.attest(sender, message.digest()) >= state.quorums.weak()) {
            wasTold = true;
            normalCase.learnCommitted(slot, message.digest());
        }
        return PbftVerdict.ACCEPT;
    }

    PbftVerdict onStableCheckpoint(StableCheckpoint message) {
        return checkpoints.onCertificate(message.certificate());
    }
}
