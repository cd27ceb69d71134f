package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * What the framework keeps in the tree of a replicated state, beside what its user keeps there. Neither can name what
 * is the other's.
 */
public final class FrameworkState {

    private FrameworkState() {}

    /** The value of a key; empty if the key is not there. */
    public static Optional<ByteString> get(MerkleTree tree, ByteString key) {
        return tree.find(KeySpace.FRAMEWORK, key);
    }

    /** The entries whose keys begin with {@code prefix}, in the order of keys. */
    public static Iterable<StateEntry> withPrefix(MerkleTree tree, ByteString prefix) {
        return () -> {
            Iterator<StateEntry> entries = tree.entries(KeySpace.FRAMEWORK, prefix);
            return entries;
        };
    }

    /**
     * The tree with these changes.
     *
     * @param changes the new value of a key; empty if it is to go
     * @param batch the last that was executed
     */
    public static MerkleTree with(MerkleTree tree, Map<ByteString, Optional<ByteString>> changes, long batch) {
        MerkleTree changed = tree;
        for (Map.Entry<ByteString, Optional<ByteString>> change : changes.entrySet()) {
            Optional<ByteString> value = change.getValue();
            changed = value.isPresent()
                    ? changed.with(KeySpace.FRAMEWORK, change.getKey(), value.get(), batch)
                    : changed.without(KeySpace.FRAMEWORK, change.getKey(), batch);
        }
        return changed;
    }
}
