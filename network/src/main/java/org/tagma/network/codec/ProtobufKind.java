package org.tagma.network.codec;

import com.google.protobuf.MessageLite;
import java.util.function.Function;
import org.tagma.core.protocol.Message;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.Decoder;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Proof;

/** Makes rows of tables of messages whose payloads the schema of this module describes. */
public final class ProtobufKind {

    private ProtobufKind() {}

    /** A kind with the number and the name that the schema gives it. */
    public static <M extends Message> MessageKind<M> kind(
            MessageType type, Class<M> of, Proof proof, Function<M, MessageLite> encoder, Decoder<M> decoder) {
        return new MessageKind<>(
                type.getNumber(),
                type.name(),
                of,
                proof,
                message -> encoder.apply(message).toByteString(),
                decoder);
    }
}
