package org.tagma.core.state;

import com.google.protobuf.ByteString;

/**
 * Whose a key of a {@link MerkleTree} is: every key in the tree begins with a byte that says so. So what the framework
 * keeps (sessions, agreed settings) lies in one tree with the user's state, is certified, fetched and kept on disk with
 * it, and no operation of the user's can name it.
 */
enum KeySpace {
    FRAMEWORK,
    USER;

    /** The longest key in a tree, in bytes. */
    static final int MAX_KEY_BYTES = 1 + StateView.MAX_KEY_BYTES;

    /** The longest value in a tree, in bytes: one of a user's, with a few bytes that the framework keeps beside it. */
    static final int MAX_VALUE_BYTES = StateView.MAX_VALUE_BYTES + 64;

    /** The key as it is in the tree; keeps nothing of the message that it may have come in. */
    ByteString inTree(ByteString key) {
        byte[] bytes = new byte[1 + key.size()];
        bytes[0] = (byte) ordinal();
        key.copyTo(bytes, 1);
        return ByteString.copyFrom(bytes);
    }

    /** Whether a key in the tree is one of these. */
    boolean has(ByteString inTree) {
        return !inTree.isEmpty() && inTree.byteAt(0) == ordinal();
    }

    /** The key as whose it is knows it. */
    static ByteString fromTree(ByteString inTree) {
        return inTree.substring(1);
    }
}
