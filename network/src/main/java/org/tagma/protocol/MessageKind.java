package org.tagma.protocol;

import com.google.protobuf.ByteString;
import java.util.function.Function;
import org.tagma.core.protocol.Message;

/**
 * One kind of message between replicas: a row of its protocol's table of messages. Immutable.
 *
 * @param type the number that it has in envelopes, 1..255, and that its proof covers; no other message of any protocol
 *     has it. 96 to 127 are for protocols from outside
 * @param name in capitals, for people: PRE_PREPARE
 * @param of its class
 * @param proof what proves who sent it
 * @param encoder gives its payload: equal messages give equal bytes
 * @param decoder reads its payload
 */
public record MessageKind<M extends Message>(
        int type, String name, Class<M> of, Proof proof, Function<M, ByteString> encoder, Decoder<M> decoder) {

    private static final int MAX_TYPE = 255;

    public MessageKind {
        if (type < 1 || type > MAX_TYPE) {
            throw new IllegalArgumentException("message type " + type + " of " + name + " is not in 1.." + MAX_TYPE);
        }
    }

    /** The payload of such a message. */
    public ByteString encode(Message message) {
        return encoder.apply(of.cast(message));
    }
}
