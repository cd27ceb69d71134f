package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * A {@link StateStore} over a {@link MerkleTree}: the tree as of now is its whole state. What the framework keeps in the tree
 * is not to be seen here.
 *
 * <p>Not thread-safe.
 */
public final class MerkleStateStore implements StateStore {

    private MerkleTree tree = MerkleTree.EMPTY;

    /** The state as it is now, for ever; costs nothing. */
    public MerkleTree tree() {
        return tree;
    }

    /** Replaces the whole state. */
    public void replace(MerkleTree state) {
        tree = state;
    }

    @Override
    public void put(ByteString key, ByteString value) {
        requireAtMost(MAX_KEY_BYTES, key, "key");
        requireAtMost(MAX_VALUE_BYTES, value, "value");
        tree = tree.with(key, ownCopy(value));
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
        tree = tree.without(key);
        return tree != before;
    }

    @Override
    public Optional<ByteString> get(ByteString key) {
        return tree.get(key);
    }

    @Override
    public Iterable<StateEntry> range(ByteString from, Optional<ByteString> before) {
        return tree.range(from, before);
    }

    @Override
    public Iterable<StateEntry> withPrefix(ByteString prefix) {
        return tree.withPrefix(prefix);
    }
}
