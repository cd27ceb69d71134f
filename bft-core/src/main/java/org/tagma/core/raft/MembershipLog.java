package org.tagma.core.raft;

import java.util.TreeMap;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;

/** The configurations in the log, by the index of their entries; the first is the snapshot's, or the initial one. */
final class MembershipLog {

    private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

    MembershipLog(Configuration initial) {
        configurations.put(0L, initial);
    }

    /** The one that counts: the latest in the log, committed or not (Raft 6). */
    Configuration latest() {
        return configurations.lastEntry().getValue();
    }

    /** The index of the entry that holds the latest; 0 or a snapshot's index if none does. */
    long latestIndex() {
        return configurations.lastKey();
    }

    /** The group as of an index at or above the base. */
    Configuration at(long index) {
        return configurations.floorEntry(index).getValue();
    }

    void appended(Entry entry) {
        if (entry instanceof Entry.Reconfiguration reconfiguration) {
            configurations.put(entry.index(), reconfiguration.configuration());
        }
    }

    void removedFrom(long index) {
        configurations.tailMap(index, true).clear();
    }

    void compact(long index) {
        Long base = configurations.floorKey(index);
        configurations.headMap(base, false).clear();
    }

    void reset(long index, Configuration configuration) {
        configurations.clear();
        configurations.put(index, configuration);
    }
}
