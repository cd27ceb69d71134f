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
 * @param showsSigned whether it shows what other replicas signed, so that it always stands on signatures
 * @param knownByDigest whether what it carries was asked for by its digest, so that the requests in it need no proof
 */
public record MessageKind<M extends Message>(
        int type,
        String name,
        Class<M> of,
        Proof proof,
        Function<M, ByteString> encoder,
        Decoder<M> decoder,
        boolean showsSigned,
        boolean knownByDigest) {

    private static final int MAX_TYPE = 255;

    /** A kind that neither shows signed messages nor was asked for by a digest. */
    public MessageKind(
            int type, String name, Class<M> of, Proof proof, Function<M, ByteString> encoder, Decoder<M> decoder) {
        this(type, name, of, proof, encoder, decoder, false, false);
    }

    public MessageKind {
        if (type < 1 || type > MAX_TYPE) {
            throw new IllegalArgumentException("message type " + type + " of " + name + " is not in 1.." + MAX_TYPE);
        }
    }

    /** The same, which shows what other replicas signed. */
    public MessageKind<M> showingSigned() {
        return new MessageKind<>(type, name, of, proof, encoder, decoder, true, knownByDigest);
    }

    /** The same, which was asked for by the digest of what it carries. */
    public MessageKind<M> askedForByDigest() {
        return new MessageKind<>(type, name, of, proof, encoder, decoder, showsSigned, true);
    }

    /** The payload of such a message. */
    public ByteString encode(Message message) {
        return encoder.apply(of.cast(message));
    }
}
