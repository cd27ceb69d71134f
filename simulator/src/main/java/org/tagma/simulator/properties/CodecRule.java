package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Message;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.NestedVerifier;
import org.tagma.simulator.kernel.FixedVerdict;

/**
 * Holds the codec to what it is for: what is decoded is what was encoded. It looks at some messages of each kind. Not
 * thread-safe.
 */
public final class CodecRule {

    /** The first of a kind are looked at, and then one in so many. */
    private static final int FIRST = 8;

    private static final int SAMPLE = 64;

    /** Types of messages have one byte. */
    private static final int TYPES = 256;

    private static final NestedVerifier BELIEVES_ALL = new FixedVerdict(true);

    private final MessageCodec codec;
    private final Violations violations;
    /** How many of each type. */
    private final int[] seen = new int[TYPES];

    private int replies;

    public CodecRule(MessageCodec codec, Violations violations) {
        this.codec = codec;
        this.violations = violations;
    }

    /** A correct replica says this to others. */
    public void says(int replica, Message message) {
        int count = ++seen[MessageCodec.type(message)];
        if (count > FIRST && count % SAMPLE != 0) {
            return;
        }
        Envelope envelope = new Envelope(
                new NodeId.Replica(replica),
                MessageCodec.type(message),
                MessageCodec.encodePayload(message),
                ByteString.EMPTY);
        Decoded<Message> read = codec.decode(envelope, BELIEVES_ALL);
        if (!(read instanceof Decoded.Ok<Message> ok) || !ok.value().equals(message)) {
            violations.report(
                    Property.SAME_WHEN_READ, "replica " + replica + " says " + message + ", and " + read + " is read");
        }
    }

    /** A reply arrives at a client as it was sent: what is read there says the same bytes. */
    public void hears(ByteString frame) {
        if (++replies % SAMPLE != 0
                || !(MessageCodec.parseEnvelope(frame) instanceof Decoded.Ok<Envelope> opened)
                || !(codec.decode(opened.value(), BELIEVES_ALL) instanceof Decoded.Ok<Message> read)) {
            return;
        }
        if (!MessageCodec.encodePayload(read.value()).equals(opened.value().payload())) {
            violations.report(
                    Property.SAME_WHEN_READ, "a client reads " + read.value() + ", which is not what was sent");
        }
    }
}
