package org.tagma.protocol;

import com.google.protobuf.ByteString;

/** Reads a message or a log record from its bytes. Stateless and thread-safe. */
@FunctionalInterface
public interface Decoder<T> {

    /**
     * Reads it. The bytes of a message may be anything, and every way to write one message but one must be refused.
     * Byte strings of what is returned may be slices of the bytes.
     *
     * @throws InvalidMessageException if the bytes are not the encoding of such a thing, or of one above the limits
     */
    T decode(ByteString bytes, DecodeContext context) throws InvalidMessageException;
}
