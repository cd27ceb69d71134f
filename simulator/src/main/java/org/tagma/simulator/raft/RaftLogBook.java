package org.tagma.simulator.raft;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.message.RaftRecord.Appended;
import org.tagma.core.raft.message.RaftRecord.HardState;
import org.tagma.core.raft.message.RaftRecord.Snapshotted;
import org.tagma.core.raft.message.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.message.SnapshotMeta;

/**
 * What a replica's records say: its term and vote, and the terms of its entries. Found out independently of the
 * protocol's own recovery; what was compacted is remembered, to check against. Not thread-safe.
 */
final class RaftLogBook {

    /** The term of an entry that is not known. */
    static final long UNKNOWN = -1;

    private static final HardState NEW = new HardState(0, -1);

    private final TreeMap<Long, Long> terms = new TreeMap<>();
    private HardState hardState = NEW;
    private long snapshotIndex;
    private Optional<SnapshotMeta> snapshot = Optional.empty();

    /** Begins an incarnation with these records. */
    void recover(List<LogRecord> records) {
        terms.clear();
        hardState = NEW;
        snapshotIndex = 0;
        snapshot = Optional.empty();
        records.forEach(this::apply);
    }

    void apply(LogRecord record) {
        if (record instanceof HardState newer) {
            hardState = newer;
        } else if (record instanceof Appended appended) {
            long index = appended.entry().index();
            terms.tailMap(index, true).clear();
            terms.put(index, appended.entry().term());
        } else if (record instanceof SuffixRemoved removed) {
            terms.tailMap(removed.from(), true).clear();
        } else if (record instanceof Snapshotted snapshotted) {
            beginAfter(snapshotted.snapshot());
        }
    }

    /** A log that has the snapshot's last entry agrees with it; any other is replaced by it up to there. */
    private void beginAfter(SnapshotMeta begin) {
        if (termAt(begin.index()) != begin.term()) {
            terms.headMap(begin.index(), true).clear();
            terms.put(begin.index(), begin.term());
        }
        if (begin.index() >= snapshotIndex) {
            snapshotIndex = begin.index();
            snapshot = Optional.of(begin);
        }
    }

    /** The newest state that it has, if it has one. */
    Optional<SnapshotMeta> snapshot() {
        return snapshot;
    }

    HardState hardState() {
        return hardState;
    }

    long lastIndex() {
        return terms.isEmpty() ? 0 : terms.lastKey();
    }

    /** The term of the entry at an index, or {@link #UNKNOWN}. */
    long termAt(long index) {
        return index == 0 ? 0 : terms.getOrDefault(index, UNKNOWN);
    }

    /** Whether it has a state that includes this index. */
    boolean coversBySnapshot(long index) {
        return index <= snapshotIndex;
    }
}
