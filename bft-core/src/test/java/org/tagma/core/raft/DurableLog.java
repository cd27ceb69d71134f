package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftRecord.Appended;
import org.tagma.core.raft.message.RaftRecord.HardState;
import org.tagma.core.raft.message.RaftRecord.Snapshotted;
import org.tagma.core.raft.message.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.message.SnapshotMeta;

/** What a replica has on its disk, and what that says, found out independently of the protocol's own recovery. */
final class DurableLog {

    private final List<LogRecord> records = new ArrayList<>();
    private final boolean wiped;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private HardState hardState = new HardState(0, -1);
    private SnapshotMeta snapshot;

    /**
     * An empty one.
     *
     * @param wiped whether there was another before it
     */
    DurableLog(boolean wiped) {
        this.wiped = wiped;
    }

    void append(LogRecord record) {
        records.add(record);
        if (record instanceof HardState newer) {
            hardState = newer;
        } else if (record instanceof Appended appended) {
            entries.tailMap(appended.entry().index(), true).clear();
            entries.put(appended.entry().index(), appended.entry());
        } else if (record instanceof SuffixRemoved removed) {
            entries.tailMap(removed.from(), true).clear();
        } else if (record instanceof Snapshotted snapshotted) {
            snapshot = snapshotted.snapshot();
        }
    }

    /** The records may go; what they said of the log's past is still remembered here, to check against. */
    void truncate(long sequence) {
        records.removeIf(record -> record.sequence() > 0 && record.sequence() <= sequence);
    }

    /** Only what survives a restart of a log in memory is left. */
    void forget() {
        HardState state = hardState;
        boolean voted = records.stream().anyMatch(record -> record instanceof HardState);
        records.clear();
        entries.clear();
        snapshot = null;
        if (voted) {
            append(state);
        }
    }

    RecoveredLog recover(boolean whole, long nonce) {
        LogIntegrity known = whole ? LogIntegrity.COMPLETE : LogIntegrity.PARTIAL;
        return new RecoveredLog(
                records(), isLost() ? LogIntegrity.LOST : records.isEmpty() ? LogIntegrity.FRESH : known, nonce);
    }

    /** Whether it is the log of one who forgot. */
    boolean isLost() {
        return wiped && records.stream().noneMatch(LogRecord::endsAmnesia);
    }

    List<LogRecord> records() {
        return List.copyOf(records);
    }

    SnapshotMeta snapshot() {
        return snapshot;
    }

    HardState hardState() {
        return hardState;
    }

    /** The end of the log. */
    long lastIndex() {
        long last = entries.isEmpty() ? 0 : entries.lastKey();
        return snapshot == null ? last : Math.max(last, snapshot.index());
    }

    /** The term of the entry at an index; -1 if it is not known. */
    long term(long index) {
        if (index == 0) {
            return 0;
        }
        if (snapshot != null && snapshot.index() == index) {
            return snapshot.term();
        }
        Entry entry = entries.get(index);
        return entry == null ? -1 : entry.term();
    }

    boolean covers(long index) {
        return snapshot != null && index <= snapshot.index();
    }
}
