package org.tagma.core.pbft;

import java.util.Optional;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord.Entered;
import org.tagma.core.pbft.message.PbftRecord.Forgotten;
import org.tagma.core.pbft.message.PbftRecord.KeptBatch;
import org.tagma.core.pbft.message.PbftRecord.LeftFor;
import org.tagma.core.pbft.message.PbftRecord.PrePrepared;
import org.tagma.core.pbft.message.PbftRecord.Prepared;
import org.tagma.core.pbft.message.PbftRecord.Reproposed;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.pbft.message.PbftRecord.Stable;
import org.tagma.core.pbft.quorum.VoteLedger;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;

/**
 * Rebuilds a replica from what its log gave back, so that it contradicts nothing that it said before.
 *
 * <p>With a complete log it knows every vote. With a log that was in memory only, it knows the last {@link
 * Reservation}: the views that it left and the highest sequence number at which it may have voted. It keeps out
 * of both: it follows the group and serves no vote, until a stable checkpoint lies above them; as in PBFT's
 * recovery (TOCS 2002, 5), until then it counts as one of the f faulty replicas. With no log at all it asks the
 * others first, see {@link AmnesiaRecovery}.
 */
final class Recovery {

    private final PbftState state;
    private final ViewChanger viewChanger;
    private final CheckpointTracker checkpoints;
    private final AmnesiaRecovery amnesiaRecovery;

    Recovery(PbftState state, ViewChanger viewChanger, CheckpointTracker checkpoints, AmnesiaRecovery amnesiaRecovery) {
        this.state = state;
        this.viewChanger = viewChanger;
        this.checkpoints = checkpoints;
        this.amnesiaRecovery = amnesiaRecovery;
    }

    void recover(RecoveredLog log) {
        switch (log.memory()) {
            case FRESH -> {
                state.trust.beginFresh();
                replay(log);
            }
            case COMPLETE -> replay(log);
            case PARTIAL -> {
                restoreStable(log);
                forgotten(log).ifPresentOrElse(this::forgetVotes, () -> amnesiaRecovery.begin(log.nonce()));
            }
            case LOST -> {
                // A reservation made while it asked, before it was stopped, covers nothing of what it said before.
                restoreStable(log);
                amnesiaRecovery.begin(log.nonce());
            }
        }
    }

    private void restoreStable(RecoveredLog log) {
        newest(log, Stable.class).ifPresent(record -> checkpoints.restore(record.certificate()));
    }

    private static <R extends LogRecord> Optional<R> newest(RecoveredLog log, Class<R> type) {
        Optional<R> newest = Optional.empty();
        for (LogRecord record : log.records()) {
            if (type.isInstance(record)) {
                newest = Optional.of(type.cast(record));
            }
        }
        return newest;
    }

    /** Where it may have voted, by what it reserved and by what it had forgotten before that. */
    private static Optional<Forgotten> forgotten(RecoveredLog log) {
        Optional<Reservation> reserved = newest(log, Reservation.class);
        Optional<Forgotten> earlier = newest(log, Forgotten.class);
        if (reserved.isEmpty()) {
            return earlier;
        }
        Reservation last = reserved.get();
        return Optional.of(new Forgotten(
                Math.max(last.view(), earlier.map(Forgotten::view).orElse(0L)),
                Math.max(last.sequence(), earlier.map(Forgotten::upTo).orElse(0L))));
    }

    private void forgetVotes(Forgotten forgotten) {
        state.view = forgotten.view();
        // View 0 is entered by nobody's leave. A later one may have been left for and never entered.
        state.normal = forgotten.view() == 0;
        state.reservedUpTo = forgotten.upTo();
        viewChanger.restoreOpened();
        state.ledger.promise(forgotten.view());
        state.emit(new Action.Persist(forgotten));
        if (forgotten.upTo() > state.stable.sequence()) {
            state.ledger.forget(forgotten.upTo());
            state.announce("restarted without the memory of its votes: following, and voting again when a stable "
                    + "checkpoint reaches sequence " + forgotten.upTo());
        }
    }

    private void replay(RecoveredLog log) {
        // Votes lie in the window above the last stable checkpoint, so that comes first.
        restoreStable(log);
        Optional<ViewChange> left = Optional.empty();
        for (LogRecord record : log.records()) {
            replay(record);
            if (record instanceof PrePrepared || record instanceof KeptBatch) {
                // Whatever it executed, it had the body of.
                state.executedBefore = Math.max(state.executedBefore, record.sequence());
            }
            if (record instanceof LeftFor leftFor) {
                left = Optional.of(leftFor.viewChange());
            }
        }
        state.slots.values().forEach(Slot::keepNeeded);
        if (state.normal) {
            state.releaseLeftOver();
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
        } else if (record instanceof Forgotten forgotten) {
            replay(forgotten);
        } else if (record instanceof LeftFor left) {
            viewChanger.restoreLeft(left.viewChange());
        } else if (record instanceof Entered entered) {
            viewChanger.restoreEntered(entered.newView());
        } else if (state.inWindow(record.sequence())) {
            replayVote(state.slot(record.sequence()), record);
        }
    }

    private void replay(Forgotten forgotten) {
        viewChanger.restoreForgotten(forgotten.view());
        if (forgotten.upTo() > state.stable.sequence()) {
            state.ledger.forget(forgotten.upTo());
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
