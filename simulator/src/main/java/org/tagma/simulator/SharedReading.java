package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Message;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.MessageReader;
import org.tagma.network.codec.NestedVerifier;

/**
 * Decodes a frame once for all its receivers. Each still gives its own verdict on the sender and on everything that is
 * nested: what the codec asked about is asked of every receiver again, and where one answers otherwise than the first, the
 * codec itself decides for it. Equal bytes are one frame; what was damaged on the way is another.
 *
 * <p>Not thread-safe.
 */
final class SharedReading implements MessageReader {

    /** Frames remembered: all that are under way, and what is said again soon. */
    private static final int REMEMBERED = 1024;

    /** The codec asked about this, and was answered so. */
    private record Asked(
            boolean ofReplica, int sender, int type, ByteString payload, ByteString authenticator, boolean answer) {

        boolean isAnsweredAlikeBy(NestedVerifier verifier) {
            boolean again = ofReplica
                    ? verifier.verifyReplica(sender, type, payload, authenticator)
                    : verifier.verifyClient(sender, type, payload, authenticator);
            return again == answer;
        }
    }

    private static final class Reading {
        final ByteString frame;
        final Decoded<Envelope> opened;
        private List<Asked> asked = List.of();
        private Decoded<Message> decoded;

        Reading(ByteString frame, Decoded<Envelope> opened) {
            this.frame = frame;
            this.opened = opened;
        }
    }

    private final MessageCodec codec;
    private final Reading[] remembered = new Reading[REMEMBERED];
    private Reading latest = new Reading(ByteString.EMPTY, MessageCodec.parseEnvelope(ByteString.EMPTY));

    SharedReading(MessageCodec codec) {
        this.codec = codec;
    }

    @Override
    public Decoded<Envelope> open(ByteString frame) {
        int place = placeOf(frame);
        Reading reading = remembered[place];
        if (reading == null || !isSame(reading.frame, frame)) {
            reading = new Reading(frame, codec.open(frame));
            remembered[place] = reading;
        }
        latest = reading;
        return reading.opened;
    }

    /** By the last bytes, an authenticator in most frames: a hash of the whole frame would cost more than it saves. */
    private static int placeOf(ByteString frame) {
        int hash = frame.size();
        for (int i = Math.max(0, frame.size() - 6); i < frame.size(); i++) {
            hash = 31 * hash + frame.byteAt(i);
        }
        return (hash ^ (hash >>> 10)) & (REMEMBERED - 1);
    }

    /** Equal, compared by words. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(ByteString one, ByteString other) {
        return one == other
                || (one.size() == other.size() && one.asReadOnlyByteBuffer().equals(other.asReadOnlyByteBuffer()));
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public Decoded<Message> decode(Envelope envelope, NestedVerifier verifier) {
        Reading reading = latest;
        if (!(reading.opened instanceof Decoded.Ok<Envelope> ok) || ok.value() != envelope) {
            return codec.decode(envelope, verifier);
        }
        if (reading.decoded == null) {
            reading.asked = new ArrayList<>(0);
            reading.decoded = codec.decode(envelope, noting(reading.asked, verifier));
            return reading.decoded;
        }
        for (Asked each : reading.asked) {
            if (!each.isAnsweredAlikeBy(verifier)) {
                return codec.decode(envelope, verifier);
            }
        }
        return reading.decoded;
    }

    private static NestedVerifier noting(List<Asked> asked, NestedVerifier verifier) {
        return new NestedVerifier() {
            @Override
            public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
                boolean answer = verifier.verifyReplica(sender, type, payload, authenticator);
                asked.add(new Asked(true, sender, type, payload, authenticator, answer));
                return answer;
            }

            @Override
            public boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
                boolean answer = verifier.verifyClient(client, type, payload, authenticator);
                asked.add(new Asked(false, client, type, payload, authenticator, answer));
                return answer;
            }
        };
    }
}
