package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.RequestProof;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.MessageReader;
import org.tagma.protocol.NestedVerifier;

/**
 * Decodes a frame once for all its receivers. Each still gives its own verdict on the sender and on everything that is
 * nested: what the codec asked about is asked of every receiver again, and where one answers otherwise than the first,
 * the codec itself decides for it. Equal bytes are one frame; what was damaged on the way is another.
 *
 * <p>Not thread-safe.
 */
public final class SharedReading implements MessageReader {

    /** Frames remembered: all that are under way, and what is said again soon. */
    private static final int REMEMBERED = 1024;

    /** The codec asked about this, and was answered so. */
    private record Asked(
            boolean ofReplica, int sender, int type, ByteString payload, ByteString authenticator, Object answer) {

        boolean isAnsweredAlikeBy(NestedVerifier verifier) {
            Object again = ofReplica
                    ? verifier.verifyReplica(sender, type, payload, authenticator)
                    : verifier.verifyClient(sender, type, payload, authenticator);
            return again.equals(answer);
        }
    }

    /**
     * What was sent in one frame or in several: with MACs, each receiver has a frame of its own around the same
     * payload.
     */
    private static final class Content {
        final Envelope envelope;
        List<Asked> asked = List.of();
        Decoded<Message> decoded;

        Content(Envelope envelope) {
            this.envelope = envelope;
        }

        boolean isIn(Envelope other) {
            return envelope.type() == other.type()
                    && envelope.sender().equals(other.sender())
                    && isSame(envelope.payload(), other.payload());
        }
    }

    private static final class Reading {
        final ByteString frame;
        final Decoded<Envelope> opened;
        private Content content;

        Reading(ByteString frame, Decoded<Envelope> opened) {
            this.frame = frame;
            this.opened = opened;
        }
    }

    private final MessageCodec codec;
    private final Reading[] remembered = new Reading[REMEMBERED];
    private final Content[] contents = new Content[REMEMBERED];
    private Reading latest = new Reading(ByteString.EMPTY, MessageCodec.parseEnvelope(ByteString.EMPTY));

    public SharedReading(MessageCodec codec) {
        this.codec = codec;
    }

    @Override
    public Decoded<Envelope> open(ByteString frame) {
        int place = placeOf(frame, 0);
        Reading reading = remembered[place];
        if (reading == null || !isSame(reading.frame, frame)) {
            reading = new Reading(frame, codec.open(frame));
            remembered[place] = reading;
        }
        latest = reading;
        return reading.opened;
    }

    /** By the last bytes, part of an authenticator or a digest mostly: a hash of all would cost more than it saves. */
    private static int placeOf(ByteString bytes, int salt) {
        int hash = 31 * salt + bytes.size();
        for (int i = Math.max(0, bytes.size() - 6); i < bytes.size(); i++) {
            hash = 31 * hash + bytes.byteAt(i);
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
        if (reading.content == null) {
            reading.content = contentOf(envelope);
        }
        Content content = reading.content;
        if (content.decoded == null) {
            content.asked = new ArrayList<>(0);
            content.decoded = codec.decode(envelope, noting(content.asked, verifier));
            return content.decoded;
        }
        for (Asked each : content.asked) {
            if (!each.isAnsweredAlikeBy(verifier)) {
                return codec.decode(envelope, verifier);
            }
        }
        return content.decoded;
    }

    /** A client's authenticator is part of what it asks for; a replica's is checked before, and of no further use. */
    private Content contentOf(Envelope envelope) {
        if (!(envelope.sender() instanceof NodeId.Replica)) {
            return new Content(envelope);
        }
        int place = placeOf(
                envelope.payload(), 31 * envelope.type() + envelope.sender().id());
        if (contents[place] == null || !contents[place].isIn(envelope)) {
            contents[place] = new Content(envelope);
        }
        return contents[place];
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
            public Optional<RequestProof> verifyClient(
                    int client, int type, ByteString payload, ByteString authenticator) {
                Optional<RequestProof> answer = verifier.verifyClient(client, type, payload, authenticator);
                asked.add(new Asked(false, client, type, payload, authenticator, answer));
                return answer;
            }
        };
    }
}
