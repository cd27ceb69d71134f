package org.tagma.core.state;

import com.google.protobuf.ByteString;

/** A key with its value. Immutable. */
public record StateEntry(ByteString key, ByteString value) {

    /** A copy of the key. */
    public byte[] keyBytes() {
        return key.toByteArray();
    }

    /** A copy of the value. */
    public byte[] valueBytes() {
        return value.toByteArray();
    }
}
