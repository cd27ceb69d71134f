package org.tagma.replica.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.replica.storage.state.StateTable;

/**
 * A table in memory whose machine fails at a write: of what was not durable, any number of writes is there afterwards,
 * and always the first ones.
 */
final class MemoryTable implements StateTable {

    private final TreeMap<ByteString, byte[]> durable = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final TreeMap<ByteString, byte[]> now = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final List<List<Change>> unsynced = new ArrayList<>();
    private int writesUntilCrash = Integer.MAX_VALUE;
    private int writes;
    private boolean crashed;

    /** The machine stopped; what the code under test makes of that does not matter. */
    static final class Crash extends IOException {
        private static final long serialVersionUID = 1;
    }

    void crashAfter(int moreWrites) {
        writesUntilCrash = moreWrites;
    }

    /** How many writes there were. */
    int writes() {
        return writes;
    }

    /** What the next incarnation finds. */
    MemoryTable afterCrash(int survivingWrites) {
        MemoryTable next = new MemoryTable();
        next.durable.putAll(durable);
        for (int at = 0; at < Math.min(survivingWrites, unsynced.size()); at++) {
            apply(next.durable, unsynced.get(at));
        }
        next.now.putAll(next.durable);
        return next;
    }

    private static void apply(Map<ByteString, byte[]> map, List<Change> changes) {
        for (Change change : changes) {
            ByteString key = ByteString.copyFrom(change.key());
            if (change.value() == null) {
                map.remove(key);
            } else {
                map.put(key, change.value());
            }
        }
    }

    /** Changes a value behind everybody's back. */
    void damage(byte[] key, byte[] value) {
        apply(now, List.of(new Change(key, value)));
    }

    @Override
    public byte[] get(byte[] key) throws IOException {
        requireRunning();
        return now.get(ByteString.copyFrom(key));
    }

    @Override
    public void write(List<Change> changes, boolean isDurable) throws IOException {
        requireRunning();
        unsynced.add(List.copyOf(changes));
        if (writesUntilCrash-- == 0) {
            crashed = true;
            throw new Crash();
        }
        writes++;
        apply(now, changes);
        if (isDurable) {
            unsynced.clear();
            durable.clear();
            durable.putAll(now);
        }
    }

    @Override
    public void scan(byte first, Visitor visitor) throws IOException {
        requireRunning();
        for (Map.Entry<ByteString, byte[]> entry : new TreeMap<>(now).entrySet()) {
            if (entry.getKey().byteAt(0) == first) {
                visitor.entry(entry.getKey().toByteArray(), entry.getValue());
            }
        }
    }

    private void requireRunning() throws Crash {
        if (crashed) {
            throw new Crash();
        }
    }

    @Override
    public void close() {}
}
