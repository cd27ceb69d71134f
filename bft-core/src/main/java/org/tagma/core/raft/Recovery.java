package org.tagma.core.raft;

import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event.Memory;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Forgotten;
import org.tagma.core.raft.RaftRecord.HardState;
import org.tagma.core.raft.RaftRecord.Reservation;
import org.tagma.core.raft.RaftRecord.Snapshotted;
import org.tagma.core.raft.RaftRecord.SuffixRemoved;

/**
 * Rebuilds a replica from what its log gave back, so that it forgets nothing that it said before.
 *
 * <p>With a complete log it knows its term, its vote and every entry that it acknowledged. With a log that was in memory
 * only, it knows term and vote, and from the last {@link Reservation} up to which index it may have acknowledged entries
 * that it has lost. The rule then: it neither stands nor votes, and its leader counts it for nothing, until its commit
 * index has reached the reservation. Up to then every leader is elected without it, by a majority of the others; so that
 * majority holds every entry that was committed with its forgotten help. Afterwards its own log holds them again.
 *
 * <p>With nothing at all it asks the others first, see {@link LostMemory}.
 */
final class Recovery {

    private final RaftState state;
    private final Snapshots snapshots;
    private final LostMemory lostMemory;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();

    Recovery(RaftState state, Snapshots snapshots, LostMemory lostMemory) {
        this.state = state;
        this.snapshots = snapshots;
        this.lostMemory = lostMemory;
    }

    void recover(RecoveredLog log) {
        if (state.config.leaseReads() && log.memory() != Memory.FIRST_LIFE) {
            // It may have heard a leader just before the restart, and the lease of that leader counts on it.
            state.heardFromLeaderAtTick = state.tick;
        }
        SnapshotMeta newest = state.snapshot;
        for (LogRecord record : log.records()) {
            if (record instanceof Snapshotted snapshotted
                    && snapshotted.snapshot().index() >= newest.index()) {
                newest = snapshotted.snapshot();
            }
        }
        if (newest.index() > 0) {
            beginWith(newest);
        }
        log.records().forEach(this::replay);
        appendWhatIsLeft();
        if (knowsNothing(log)) {
            lostMemory.begin(log.nonce());
        } else if (log.memory() == Memory.SURVIVORS && state.reservedUpTo > 0) {
            state.recoveringUpTo = Math.max(state.recoveringUpTo, state.reservedUpTo);
            state.emit(new Action.Persist(new Forgotten(state.forgottenTerm, state.recoveringUpTo)));
            state.announce("restarted without the memory of its log: following, and voting again when all up to "
                    + state.recoveringUpTo + " is committed");
        }
        if (newest.index() > 0) {
            snapshots.restore(newest);
        }
    }

    /** A term that it came to know while it asked, before it was stopped again, says nothing of how it voted before that. */
    private static boolean knowsNothing(RecoveredLog log) {
        return switch (log.memory()) {
            case FIRST_LIFE, WHOLE -> false;
            case SURVIVORS -> log.records().stream().noneMatch(LogRecord::survivesAmnesia);
            case LOST -> true;
        };
    }

    private void beginWith(SnapshotMeta snapshot) {
        state.snapshot = snapshot;
        state.previousSnapshot = snapshot;
        state.log.reset(snapshot.index(), snapshot.term());
        state.memberships.reset(snapshot.index(), snapshot.configuration());
        state.commitIndex = snapshot.index();
        state.delivered = snapshot.index();
    }

    private void replay(LogRecord record) {
        if (record instanceof HardState hardState) {
            state.restoreHardState(hardState);
        } else if (record instanceof Forgotten forgotten) {
            state.forgottenTerm = forgotten.term();
            if (forgotten.index() > state.commitIndex) {
                state.recoveringUpTo = forgotten.index();
            }
        } else if (record instanceof Reservation reservation) {
            state.reservedUpTo = Math.max(state.reservedUpTo, reservation.index());
        } else if (record instanceof Appended appended) {
            entries.tailMap(appended.entry().index(), true).clear();
            entries.put(appended.entry().index(), appended.entry());
        } else if (record instanceof SuffixRemoved removed) {
            entries.tailMap(removed.from(), true).clear();
        }
    }

    /**
     * What is left once all records are read. Not one by one: a state that was installed may stand where a record before it
     * tells of an entry that contradicts it, and the record that removed that one comes after.
     */
    private void appendWhatIsLeft() {
        entries.tailMap(state.log.baseIndex(), false).values().forEach(state::append);
        entries.clear();
    }
}
