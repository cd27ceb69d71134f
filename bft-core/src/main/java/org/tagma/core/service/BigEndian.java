package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/** Fixed-width numbers as bytes, most significant first. */
final class BigEndian {

    private BigEndian() {}

    static ByteString ofInt(int value) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(Integer.BYTES).putInt(value).flip());
    }

    static ByteString ofLong(long value) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
    }
}
