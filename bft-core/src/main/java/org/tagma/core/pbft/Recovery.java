package org.tagma.core.pbft;

import java.util.Optional;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftRecord.Entered;
import org.tagma.core.pbft.PbftRecord.KeptBatch;
import org.tagma.core.pbft.PbftRecord.LeftFor;
import org.tagma.core.pbft.PbftRecord.PrePrepared;
import org.tagma.core.pbft.PbftRecord.Prepared;
import org.tagma.core.pbft.PbftRecord.Reproposed;
import org.tagma.core.pbft.PbftRecord.Reservation;
import org.tagma.core.pbft.PbftRecord.Stable;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;

/**
 * Rebuilds a replica from what its log gave back, so that it contradicts nothing that it said before.
 *
 * <p>With a complete log it knows every vote. With a log that was in memory only, it knows the last {@link Reservation}:
 * the views that it left and the highest sequence number at which it may have voted. It keeps out of both: it follows
 * the group and serves no vote, until a stable checkpoint lies above them; as in PBFT's recovery (TOCS 2002, 5), until
 * then it counts as one of the f faulty replicas.
 */
final class Recovery {

    private final PbftState state;
    private final ViewChanger viewChanger;
    private final CheckpointTracker checkpoints;

    Recovery(PbftState state, ViewChanger viewChanger, CheckpointTracker checkpoints) {
        this.state = state;
        this.viewChanger = viewChanger;
        this.checkpoints = checkpoints;
    }

    void recover(RecoveredLog log) {
        if (log.complete()) {
            replay(log);
        } else {
            log.records().stream()
                    .filter(record -> record instanceof Reservation)
                    .map(record -> (Reservation) record)
                    .forEach(this::forgetVotes);
        }
    }

    private void forgetVotes(Reservation reservation) {
        state.view = reservation.view();
        // View 0 is entered by nobody's leave. A later one may have been left for and never entered.
        state.normal = reservation.view() == 0;
        state.reservedUpTo = reservation.sequence();
        viewChanger.restoreOpened();
        state.ledger.promise(reservation.view());
        state.ledger.forget(reservation.sequence());
        if (reservation.sequence() > 0) {
            state.announce("restarted without the memory of its votes: following, and voting again when a stable "
                    + "checkpoint reaches sequence " + reservation.sequence());
        }
    }

    private void replay(RecoveredLog log) {
        // Votes lie in the window above the last stable checkpoint, so that comes first.
        Optional<Stable> stable = Optional.empty();
        for (LogRecord record : log.records()) {
            if (record instanceof Stable newer) {
                stable = Optional.of(newer);
            }
        }
        stable.ifPresent(record -> checkpoints.restore(record.certificate()));
        Optional<ViewChange> left = Optional.empty();
        for (LogRecord record : log.records()) {
            replay(record);
            if (record instanceof LeftFor leftFor) {
                left = Optional.of(leftFor.viewChange());
            }
        }
        viewChanger.restoreOpened();
        left.ifPresent(viewChanger::repeat);
        state.nextSequence = Math.max(state.firstFresh(), state.stable.sequence() + 1);
        for (Slot slot : state.slots.values()) {
            if (slot.accepted(state.view).isPresent()) {
                state.nextSequence = Math.max(state.nextSequence, slot.sequence() + 1);
            }
        }
    }

    private void replay(LogRecord record) {
        if (record instanceof Reservation reservation) {
            state.reservedUpTo = Math.max(state.reservedUpTo, reservation.sequence());
        } else if (record instanceof LeftFor left) {
            viewChanger.restoreLeft(left.viewChange());
        } else if (record instanceof Entered entered) {
            viewChanger.restoreEntered(entered.newView());
        } else if (state.inWindow(record.sequence())) {
            replayVote(state.slot(record.sequence()), record);
        }
    }

    private void replayVote(Slot slot, LogRecord record) {
        if (record instanceof PrePrepared vote) {
            slot.addBody(vote.batch());
            slot.restorePrePrepared(vote.view(), vote.batch().digest());
            slot.prepare(state.self, vote.view(), vote.batch().digest());
            slot.prepare(
                    state.quorums.primary(vote.view()),
                    vote.view(),
                    vote.batch().digest());
            state.ledger.restore(
                    VoteLedger.Phase.PREPARE,
                    vote.view(),
                    vote.sequence(),
                    vote.batch().digest());
        } else if (record instanceof Reproposed vote) {
            slot.restorePrePrepared(vote.view(), vote.digest());
            slot.prepare(state.self, vote.view(), vote.digest());
            slot.prepare(state.quorums.primary(vote.view()), vote.view(), vote.digest());
            state.ledger.restore(VoteLedger.Phase.PREPARE, vote.view(), vote.sequence(), vote.digest());
        } else if (record instanceof Prepared vote) {
            slot.setPrepared(vote.view(), vote.digest());
            slot.commit(state.self, vote.view(), vote.digest());
            state.ledger.restore(VoteLedger.Phase.COMMIT, vote.view(), vote.sequence(), vote.digest());
        } else if (record instanceof KeptBatch kept) {
            slot.addBody(kept.batch());
        }
    }
}
