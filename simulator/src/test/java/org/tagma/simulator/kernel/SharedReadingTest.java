package org.tagma.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;

/** What is read once for all is still judged by each. */
class SharedReadingTest {

    private static final ByteString FRAME = MessageCodec.envelope(
            new NodeId.Client(1),
            MessageType.REQUEST_VALUE,
            MessageCodec.encodeRequestPayload(
                    new SessionId(1, 1), 1, RetrySemantics.EXACTLY_ONCE, ByteString.copyFromUtf8("operation")),
            ByteString.copyFromUtf8("a proof"));

    private final SharedReading reading =
            new SharedReading(new MessageCodec(new CodecLimits(16, 1 << 10, 4, 32, 1 << 10, 1 << 10)));
    private final AtomicInteger asked = new AtomicInteger();

    private NestedVerifier who(boolean accepts) {
        return new NestedVerifier() {
            @Override
            public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
                throw new AssertionError("a request shows nothing of replicas");
            }

            @Override
            public Optional<RequestProof> verifyClient(
                    int client, int type, ByteString payload, ByteString authenticator) {
                asked.incrementAndGet();
                return accepts ? Optional.of(RequestProof.SIGNED) : Optional.empty();
            }
        };
    }

    private Decoded<Message> read(ByteString frame, NestedVerifier verifier) {
        Envelope envelope = reading.open(frame).asOptional().orElseThrow();
        return reading.decode(envelope, verifier);
    }

    private static boolean isTaken(Decoded<Message> decoded) {
        return decoded instanceof Decoded.Ok;
    }

    @Test
    void receiversShareOneMessageAndEachIsAsked() {
        Message first = read(FRAME, who(true)).asOptional().orElseThrow();
        Message second = read(ByteString.copyFrom(FRAME.toByteArray()), who(true))
                .asOptional()
                .orElseThrow();

        assertThat(second).isSameAs(first);
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatOneBelievesAnotherMayRefuse() {
        assertThat(isTaken(read(FRAME, who(true)))).isTrue();
        assertThat(isTaken(read(FRAME, who(false)))).isFalse();
        assertThat(isTaken(read(FRAME, who(true)))).isTrue();
    }

    @Test
    void whatOneRefusesAnotherMayBelieve() {
        assertThat(isTaken(read(FRAME, who(false)))).isFalse();
        assertThat(isTaken(read(FRAME, who(true)))).isTrue();
        assertThat(isTaken(read(FRAME, who(false)))).isFalse();
    }

    @Test
    void aDamagedFrameIsAnother() {
        Message truth = read(FRAME, who(true)).asOptional().orElseThrow();

        for (int at = 0; at < FRAME.size(); at++) {
            byte[] damaged = FRAME.toByteArray();
            damaged[at] ^= 1;
            reading.open(ByteString.copyFrom(damaged))
                    .asOptional()
                    .flatMap(envelope -> reading.decode(envelope, who(true)).asOptional())
                    .ifPresent(message -> assertThat(message).isNotEqualTo(truth));
        }
    }

    @Test
    void anEnvelopeOpenedEarlierIsDecodedAllTheSame() {
        Envelope envelope = reading.open(FRAME).asOptional().orElseThrow();
        reading.open(ByteString.copyFromUtf8("something else"));

        assertThat(isTaken(reading.decode(envelope, who(true)))).isTrue();
        assertThat(isTaken(reading.decode(envelope, who(false)))).isFalse();
    }

    @Test
    void framesForDifferentReceiversShareTheMessageInThem() {
        Message first = vote(1, MessageType.COMMIT_VALUE, "for one");

        assertThat(vote(1, MessageType.COMMIT_VALUE, "for another")).isSameAs(first);
    }

    @Test
    void theSameWordsOfAnotherOrOfAnotherTypeAreAnotherMessage() {
        Message first = vote(1, MessageType.COMMIT_VALUE, "a proof");

        assertThat(vote(2, MessageType.COMMIT_VALUE, "a proof")).isNotSameAs(first);
        assertThat(vote(1, MessageType.PREPARE_VALUE, "a proof")).isInstanceOf(PbftMessage.Prepare.class);
    }

    /** A commit and a prepare are written alike. */
    private Message vote(int sender, int type, String proof) {
        ByteString payload = MessageCodec.encodePayload(new PbftMessage.Commit(3, 7, Digest.NULL));
        ByteString frame =
                MessageCodec.envelope(new NodeId.Replica(sender), type, payload, ByteString.copyFromUtf8(proof));
        return read(frame, who(false)).asOptional().orElseThrow();
    }
}
