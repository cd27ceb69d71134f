package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * A {@link StateStore} over a {@link MerkleTree}: the tree as of now is its whole state. What the framework keeps in
 * the tree is not to be seen here.
 *
 * <p>Not thread-safe.
 */
public final class MerkleStateStore implements StateStore {

    private MerkleTree tree = MerkleTree.EMPTY;

    /** The batch that is being executed. */
    private long batch;

    /** Since which batch all that was read has been as it is. */
    private long readSince;

    /** The state as it is now, for ever; costs nothing. */
    public MerkleTree tree() {
        read(tree.since());
        return tree;
    }

    /** What is written from here on is written by this batch. */
    public void executes(long sequence) {
        batch = sequence;
    }

    /** Begins to watch what is read. */
    public void beginReading() {
        readSince = 0;
    }

    /** Since which batch, at the latest, all that was read since {@link #beginReading} has been as it was read. */
    public long readSince() {
        return readSince;
    }

    private void read(long since) {
        readSince = Math.max(readSince, since);
    }

    /** Replaces the whole state. */
    public void replace(MerkleTree state) {
        tree = state;
    }

    @Override
    public void put(ByteString key, ByteString value) {
        requireAtMost(MAX_KEY_BYTES, key, "key");
        requireAtMost(MAX_VALUE_BYTES, value, "value");
        tree = tree.with(key, ownCopy(value), batch);
    }

    private static void requireAtMost(int maxBytes, ByteString bytes, String what) {
        if (bytes.size() > maxBytes) {
            throw new IllegalArgumentException(
                    "a " + what + " has at most " + maxBytes + " bytes, not " + bytes.size());
        }
    }

    /** Bytes that came in a message are a part of it, and would keep all of it in memory. */
    private static ByteString ownCopy(ByteString bytes) {
        return ByteString.copyFrom(bytes.toByteArray());
    }

    @Override
    public boolean delete(ByteString key) {
        MerkleTree before = tree;
        tree = tree.without(key, batch);
        return tree != before;
    }

    @Override
    public Optional<ByteString> get(ByteString key) {
        read(tree.since(key));
        return tree.get(key);
    }

    @Override
    public Iterable<StateEntry> range(ByteString from, Optional<ByteString> before) {
        // All keys of a range begin with what its ends have in common.
        read(before.isEmpty() ? tree.since() : tree.sinceOfPrefix(common(from, before.get())));
        return tree.range(from, before);
    }

    @Override
    public Iterable<StateEntry> withPrefix(ByteString prefix) {
        read(tree.sinceOfPrefix(prefix));
        return tree.withPrefix(prefix);
    }

    private static ByteString common(ByteString one, ByteString other) {
        int length = 0;
        while (length < Math.min(one.size(), other.size()) && one.byteAt(length) == other.byteAt(length)) {
            length++;
        }
        return one.substring(0, length);
    }
}
