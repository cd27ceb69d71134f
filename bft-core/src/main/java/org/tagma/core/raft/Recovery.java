package org.tagma.core.raft;

import java.util.TreeMap;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftRecord.Appended;
import org.tagma.core.raft.message.RaftRecord.HardState;
import org.tagma.core.raft.message.RaftRecord.MemoryRegained;
import org.tagma.core.raft.message.RaftRecord.Snapshotted;
import org.tagma.core.raft.message.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.message.SnapshotMeta;

/**
 * Rebuilds a replica from what its log gave back, so that it forgets nothing that it said before.
 *
 * <p>With a complete log it knows its term, its vote and every entry that it acknowledged. With less it does not count
 * until what it forgot cannot matter, see {@link AmnesiaRecovery}. What a log that was in memory left, its term and
 * vote, is true.
 */
final class Recovery {

    private final RaftState state;
    private final Snapshots snapshots;
    private final AmnesiaRecovery amnesiaRecovery;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();

    Recovery(RaftState state, Snapshots snapshots, AmnesiaRecovery amnesiaRecovery) {
        this.state = state;
        this.snapshots = snapshots;
        this.amnesiaRecovery = amnesiaRecovery;
    }

    void recover(RecoveredLog log) {
        if (state.config.leaseReads() && log.memory() != LogIntegrity.FRESH) {
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
        if (log.memory() == LogIntegrity.PARTIAL || log.memory() == LogIntegrity.LOST) {
            amnesiaRecovery.begin(log.nonce());
        }
        if (newest.index() > 0) {
            snapshots.restore(newest);
        }
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
        } else if (record instanceof MemoryRegained regained) {
            state.votesAfterTerm = regained.term();
        } else if (record instanceof Appended appended) {
            entries.tailMap(appended.entry().index(), true).clear();
            entries.put(appended.entry().index(), appended.entry());
        } else if (record instanceof SuffixRemoved removed) {
            entries.tailMap(removed.from(), true).clear();
        }
    }

    /**
     * What is left once all records are read. Not one by one: a state that was installed may stand where a record
     * before it tells of an entry that contradicts it, and the record that removed that one comes after.
     */
    private void appendWhatIsLeft() {
        entries.tailMap(state.log.baseIndex(), false).values().forEach(state::append);
        entries.clear();
    }
}
