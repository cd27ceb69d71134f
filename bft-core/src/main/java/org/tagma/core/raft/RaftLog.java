package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.raft.message.Entry;

/**
 * The log as it is in memory: the entries above a base, which a snapshot covers. Pure bookkeeping; persists nothing.
 */
final class RaftLog {

    /** The term of an index that the log knows nothing of. */
    static final long UNKNOWN_TERM = -1;

    private final ArrayList<Place> entries = new ArrayList<>();
    private long baseIndex;
    private long baseTerm;
    /** What was appended up to the base, in bytes, counted from wherever the log began. */
    private long bytesUpToBase;

    /**
     * An entry in its place.
     *
     * @param bytesUpTo what was appended up to here, this entry included, in bytes
     */
    private record Place(Entry entry, long bytesUpTo) {}

    /** The last index that was compacted away, or 0. */
    long baseIndex() {
        return baseIndex;
    }

    long lastIndex() {
        return baseIndex + entries.size();
    }

    long lastTerm() {
        return term(lastIndex());
    }

    /** The term of an index, {@link #UNKNOWN_TERM} below the base and after the end. */
    long term(long index) {
        if (index == baseIndex) {
            return baseTerm;
        }
        return index < baseIndex || index > lastIndex()
                ? UNKNOWN_TERM
                : get(index).term();
    }

    boolean matches(long index, long term) {
        return term(index) == term;
    }

    /** The entry at an index above the base. */
    Entry get(long index) {
        return place(index).entry();
    }

    private Place place(long index) {
        return entries.get(Math.toIntExact(index - baseIndex - 1));
    }

    private long bytesUpTo(long index) {
        return index <= baseIndex
                ? bytesUpToBase
                : place(Math.min(index, lastIndex())).bytesUpTo();
    }

    /** Whether a log that ends so is at least as up-to-date as this one (Raft 5.4.1). */
    boolean isUpToDate(long otherLastIndex, long otherLastTerm) {
        return otherLastTerm > lastTerm() || (otherLastTerm == lastTerm() && otherLastIndex >= lastIndex());
    }

    /** The entries from an index on, so many and so many bytes at most, but at least one if there is one. */
    List<Entry> from(long index, int maxEntries, int maxBytes) {
        List<Entry> slice = new ArrayList<>();
        long bytes = 0;
        long end = Math.min(lastIndex(), index + maxEntries - 1);
        for (long next = index; next <= end; next++) {
            Entry entry = get(next);
            bytes += entry.size();
            if (bytes > maxBytes && !slice.isEmpty()) {
                break;
            }
            slice.add(entry);
        }
        return slice;
    }

    /** What the entries from one index to another weigh, as far as they are here. */
    long bytes(long from, long through) {
        return through < from ? 0 : bytesUpTo(through) - bytesUpTo(from - 1);
    }

    /** What all entries weigh. */
    long bytes() {
        return bytesUpTo(lastIndex()) - bytesUpToBase;
    }

    /** The lowest index above which, up to an index, there are so many entries and bytes at most. */
    long tailBelow(long index, int maxEntries, long maxBytes) {
        long low = Math.max(baseIndex, index - maxEntries);
        while (bytes(low + 1, index) > maxBytes) {
            low++;
        }
        return low;
    }

    /** All entries above an index. */
    List<Entry> after(long index) {
        return entries.subList(Math.toIntExact(Math.max(index, baseIndex) - baseIndex), entries.size()).stream()
                .map(Place::entry)
                .toList();
    }

    void append(Entry entry) {
        if (entry.index() != lastIndex() + 1 || entry.term() < lastTerm()) {
            throw new IllegalStateException("entry " + entry.index() + " of term " + entry.term() + " cannot follow "
                    + lastIndex() + " of term " + lastTerm());
        }
        entries.add(new Place(entry, bytesUpTo(lastIndex()) + entry.size()));
    }

    /** Removes the entries from an index on. */
    void removeFrom(long index) {
        entries.subList(Math.toIntExact(index - baseIndex - 1), entries.size()).clear();
    }

    /** Lets go of the entries up to an index that the log has. */
    void compact(long index) {
        if (index > baseIndex) {
            long term = term(index);
            bytesUpToBase = bytesUpTo(index);
            entries.subList(0, Math.toIntExact(index - baseIndex)).clear();
            baseIndex = index;
            baseTerm = term;
        }
    }

    /** Drops everything: the log begins anew after a snapshot. */
    void reset(long index, long term) {
        entries.clear();
        baseIndex = index;
        baseTerm = term;
    }

    /**
     * The highest index, up to {@code index}, whose term is not above {@code term}: two logs, of which one has an entry
     * of that term at {@code index}, cannot agree after it (Raft 5.3: back by terms, not by entries).
     */
    long lastIndexNotAbove(long index, long term) {
        long candidate = Math.min(index, lastIndex());
        while (candidate > baseIndex && term(candidate) > term) {
            candidate--;
        }
        return candidate;
    }

    long stateHash() {
        return ((baseIndex * 31 + baseTerm) * 31 + lastIndex()) * 31 + lastTerm();
    }
}
