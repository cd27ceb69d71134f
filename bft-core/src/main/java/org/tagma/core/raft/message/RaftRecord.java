package org.tagma.core.raft.message;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;

/** What a Raft replica must remember across a restart. */
public sealed interface RaftRecord extends LogRecord {

    @Override
    default long sequence() {
        return 0;
    }

    /**
     * Its term, and whom it voted for in it.
     *
     * @param votedFor a replica, or -1
     */
    record HardState(long term, int votedFor) implements RaftRecord {
        @Override
        public boolean survivesAmnesia() {
            return true;
        }
    }

    /**
     * What it said in an incarnation that it does not remember matters no more, if it votes in later terms only; from
     * now on its log is complete again.
     */
    record MemoryRegained(long term) implements RaftRecord {
        @Override
        public boolean survivesAmnesia() {
            return true;
        }

        @Override
        public boolean endsAmnesia() {
            return true;
        }
    }

    /** It has this entry; it had none at this index or after, or they were removed. */
    record Appended(Entry entry) implements RaftRecord {
        @Override
        public long sequence() {
            return entry.index();
        }
    }

    /**
     * It removed entries that contradicted a leader's.
     *
     * @param through the last of them: the record must be kept as long as any entry that it removes may be
     */
    record SuffixRemoved(long from, long through) implements RaftRecord {
        @Override
        public long sequence() {
            return through;
        }
    }

    /** It has this state, and needs no entry up to its index. */
    record Snapshotted(SnapshotMeta snapshot) implements RaftRecord {}

    /** The log of a replica that was in this term, had cast this vote and holds these entries, the first at index 1. */
    static RecoveredLog logOf(long term, int votedFor, List<Entry> entries) {
        List<LogRecord> records = new ArrayList<>();
        records.add(new HardState(term, votedFor));
        entries.forEach(entry -> records.add(new Appended(entry)));
        return new RecoveredLog(records, LogIntegrity.COMPLETE);
    }
}
