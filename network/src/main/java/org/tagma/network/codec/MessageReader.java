package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.Message;
import org.tagma.protocol.NestedVerifier;

/**
 * Takes frames apart for a receiver, in the two steps between which it authenticates them; see {@link MessageCodec},
 * which does it. One that stands before the codec may remember what it read: what is decoded is immutable.
 */
public interface MessageReader {

    /** Takes a frame apart. Nothing is authenticated yet. */
    Decoded<Envelope> open(ByteString frame);

    /** Reads the payload of an envelope; every verdict on what is nested in it is this verifier's. */
    Decoded<Message> decode(Envelope envelope, NestedVerifier verifier);
}
