package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * Reads an ordered map from bytes to bytes. Keys are ordered as unsigned bytes, a shorter key before the longer ones
 * that begin with it. What an iteration gives is the map as it was when the iterator was made, whatever is written
 * meanwhile.
 */
public interface StateView {

    /** The longest key, in bytes. */
    int MAX_KEY_BYTES = 4_096;

    /** The longest value, in bytes. */
    int MAX_VALUE_BYTES = 1 << 20;

    /** The value of a key; empty if the key is not there. */
    Optional<ByteString> get(ByteString key);

    /** All entries, in the order of keys. */
    default Iterable<StateEntry> entries() {
        return range(ByteString.EMPTY, Optional.empty());
    }

    /**
     * The entries of a range, in the order of keys.
     *
     * @param from the first key that may be given
     * @param before the first key that is not given any more; empty for all to the end
     */
    Iterable<StateEntry> range(ByteString from, Optional<ByteString> before);

    /** The entries whose keys begin with {@code prefix}, in the order of keys. */
    Iterable<StateEntry> withPrefix(ByteString prefix);

    /** {@link #get(ByteString)} for arrays: a copy of the value. */
    default Optional<byte[]> get(byte[] key) {
        return get(ByteString.copyFrom(key)).map(ByteString::toByteArray);
    }

    /** {@link #withPrefix(ByteString)} for an array. */
    default Iterable<StateEntry> withPrefix(byte[] prefix) {
        return withPrefix(ByteString.copyFrom(prefix));
    }
}
