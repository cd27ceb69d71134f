/**
 * Turns messages and log records into bytes and back, by the schema in {@code tagma.proto} and {@code log.proto}.
 *
 * <p>{@link org.tagma.network.codec.MessageCodec} is the way in. Bytes from outside become either a message, with
 * everything nested in it verified, or a {@link org.tagma.network.codec.Decoded.Rejected rejection}; never an
 * exception.
 */
package org.tagma.network.codec;
