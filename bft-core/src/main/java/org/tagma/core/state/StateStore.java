package org.tagma.core.state;

import com.google.protobuf.ByteString;

/**
 * The state of a replicated service: an ordered map from bytes to bytes whose digest follows every change at a cost
 * that does not depend on how much there is.
 *
 * <p>Used by one thread at a time.
 */
public interface StateStore extends StateView {

    /**
     * Sets a key.
     *
     * @param key at most {@link #MAX_KEY_BYTES} bytes; may be empty
     * @param value at most {@link #MAX_VALUE_BYTES} bytes; may be empty
     * @throws IllegalArgumentException if one of them is longer; nothing has changed then
     */
    void put(ByteString key, ByteString value);

    /** Removes a key; says whether it was there. */
    boolean delete(ByteString key);

    /** {@link #put(ByteString, ByteString)} of copies. */
    default void put(byte[] key, byte[] value) {
        put(ByteString.copyFrom(key), ByteString.copyFrom(value));
    }

    /** {@link #delete(ByteString)} for an array. */
    default boolean delete(byte[] key) {
        return delete(ByteString.copyFrom(key));
    }
}
