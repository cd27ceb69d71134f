package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.network.codec.Samples.CODEC;
import static org.tagma.network.codec.Samples.assertRejected;
import static org.tagma.network.codec.Samples.bytes;
import static org.tagma.network.codec.Samples.digest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.RejectionReason;

/** What the codec does with good messages, and who it asks before it believes what they show of others. */
class MessageCodecTest {

    private record Asked(NodeId sender, int type, ByteString payload, ByteString authenticator) {}

    /** Accepts everything and remembers what it was asked about. */
    private static final class RecordingVerifier implements NestedVerifier {
        private final List<Asked> asked = new ArrayList<>();

        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return asked.add(new Asked(new NodeId.Replica(sender), type, payload, authenticator));
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            asked.add(new Asked(new NodeId.Client(client), type, payload, authenticator));
            return Optional.of(RequestProof.SIGNED);
        }
    }

    static List<Message> messages() {
        return Samples.messages();
    }

    @Test
    void everyTypeOfTheSchemaHasASample() {
        assertThat(Samples.messages()).extracting(MessageCodec::type).doesNotHaveDuplicates();
        // Two of the enum's constants are no types: the unspecified one and the one for unknown numbers.
        assertThat(Samples.messages()).hasSize(MessageType.values().length - 2);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aSampleComesBackEqual(Message message) {
        assertThat(CODEC.decode(Samples.envelope(message), FakeSignatures.VERIFIER))
                .isEqualTo(new Decoded.Ok<>(message));
    }

    @Test
    void nestedRequestsKeepTheirBytes() {
        // Fields in another order than ours: a client may encode as it likes, and its bytes are what it signed.
        ByteString canonical = Samples.request(1).payload();
        ByteString operationFirst = canonical.substring(canonical.size() - 8);
        ByteString reordered = operationFirst.concat(canonical.substring(0, canonical.size() - 8));
        NodeId client = Samples.sender(Samples.request(1));
        ByteString signature = FakeSignatures.sign(client, MessageType.REQUEST_VALUE, reordered);
        Envelope envelope = new Envelope(client, MessageType.REQUEST_VALUE, reordered, signature);

        Request request = (Request)
                CODEC.decode(envelope, FakeSignatures.VERIFIER).asOptional().orElseThrow();
        assertThat(request.payload()).isEqualTo(reordered).isNotEqualTo(canonical);
        PrePrepare prePrepare = new PrePrepare(0, 1, Batch.of(5, List.of(request)));
        PrePrepare decoded = (PrePrepare) CODEC.decode(Samples.envelope(prePrepare), FakeSignatures.VERIFIER)
                .asOptional()
                .orElseThrow();
        assertThat(decoded).isEqualTo(prePrepare);
        assertThat(decoded.batch().requests().get(0).payload()).isEqualTo(reordered);
    }

    @Test
    void relayedAndForwardedMessagesAreTheFramesTheyCameIn() {
        Request request = Samples.request(1);
        Authenticated<ViewChange> viewChange = FakeSignatures.signed(2, Samples.viewChange());

        assertThat(MessageCodec.parseEnvelope(MessageCodec.envelope(request)))
                .isEqualTo(new Decoded.Ok<>(new Envelope(
                        Samples.sender(request),
                        MessageType.REQUEST_VALUE,
                        request.payload(),
                        request.authenticator())));
        assertThat(MessageCodec.parseEnvelope(MessageCodec.envelope(viewChange)))
                .isEqualTo(new Decoded.Ok<>(new Envelope(
                        new NodeId.Replica(2),
                        MessageType.VIEW_CHANGE_VALUE,
                        viewChange.payload(),
                        viewChange.authenticator())));
    }

    @Test
    void theNullBatchComesBackAsItself() {
        PrePrepare prePrepare = new PrePrepare(3, 7, Batch.NULL);

        PrePrepare decoded = (PrePrepare) CODEC.decode(Samples.envelope(prePrepare), FakeSignatures.REFUSE_ALL)
                .asOptional()
                .orElseThrow();
        assertThat(decoded.batch()).isSameAs(Batch.NULL);
    }

    @Test
    void anEmptyBatchIsNotTheNullBatch() {
        PrePrepare prePrepare = new PrePrepare(3, 7, Batch.of(0, List.of()));

        PrePrepare decoded = (PrePrepare) CODEC.decode(Samples.envelope(prePrepare), FakeSignatures.REFUSE_ALL)
                .asOptional()
                .orElseThrow();
        assertThat(decoded).isEqualTo(prePrepare);
        assertThat(decoded.batch().isNull()).isFalse();
    }

    @Test
    void verifierIsAskedAboutEveryNestedEnvelopeFromTheOutsideIn() {
        NewView newView = Samples.newView();
        RecordingVerifier verifier = new RecordingVerifier();

        assertThat(CODEC.decode(Samples.envelope(newView), verifier)).isEqualTo(new Decoded.Ok<>(newView));

        Authenticated<ViewChange> viewChange = newView.viewChanges().get(0);
        List<Asked> expected = new ArrayList<>();
        expected.add(asked(MessageType.VIEW_CHANGE_VALUE, viewChange));
        viewChange.message().stable().votes().forEach(vote -> expected.add(asked(MessageType.CHECKPOINT_VALUE, vote)));
        assertThat(verifier.asked).isEqualTo(expected);
    }

    @Test
    void verifierIsAskedAboutEveryRequestOfABatch() {
        PrePrepare prePrepare = new PrePrepare(9, 131, Samples.batch());
        RecordingVerifier verifier = new RecordingVerifier();

        assertThat(CODEC.decode(Samples.envelope(prePrepare), verifier)).isEqualTo(new Decoded.Ok<>(prePrepare));
        assertThat(verifier.asked)
                .extracting(Asked::payload)
                .isEqualTo(prePrepare.batch().requests().stream()
                        .map(Request::payload)
                        .toList());
        assertThat(verifier.asked).extracting(Asked::type).containsOnly(MessageType.REQUEST_VALUE);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aRefusingVerifierLetsNothingNestedThrough(Message message) {
        Decoded<Message> decoded = CODEC.decode(Samples.envelope(message), FakeSignatures.REFUSE_ALL);

        switch (MessageType.forNumber(MessageCodec.type(message))) {
            case REQUEST -> assertRejected(decoded, RejectionReason.BAD_AUTHENTICATOR);
            case PRE_PREPARE, VIEW_CHANGE, NEW_VIEW, STABLE_CHECKPOINT, BATCH_BODY, APPEND_ENTRIES ->
                assertRejected(decoded, RejectionReason.BAD_NESTED_AUTHENTICATOR);
            default -> assertThat(decoded).isEqualTo(new Decoded.Ok<>(message));
        }
    }

    @Test
    void byteStringsAreSlicesOfTheFrame() {
        byte[] frame = MessageCodec.envelope(Samples.request(1)).toByteArray();
        Envelope envelope = MessageCodec.parseEnvelope(UnsafeByteOperations.unsafeWrap(frame))
                .asOptional()
                .orElseThrow();
        Request request = (Request)
                CODEC.decode(envelope, FakeSignatures.VERIFIER).asOptional().orElseThrow();
        assertThat(request.operation()).isEqualTo(bytes("put k1"));

        Arrays.fill(frame, (byte) '!');
        assertThat(request.operation()).isEqualTo(bytes("!!!!!!"));
    }

    @Test
    void aPrepareIsSmall() {
        ByteString payload = MessageCodec.encodePayload(new Prepare(3, 1_000_000, digest("a")));
        ByteString frame = MessageCodec.envelope(
                new NodeId.Replica(2), MessageType.PREPARE_VALUE, payload, ByteString.copyFrom(new byte[64]));

        assertThat(payload.size()).isEqualTo(2 + 4 + 34);
        assertThat(frame.size()).isEqualTo(2 + 2 + 2 + (2 + 40) + (2 + 64));
    }

    @Test
    void typeNumbersNeverChange() {
        assertThat(Samples.messages())
                .extracting(MessageCodec::type)
                .containsExactly(
                        1, 2, 3, 16, 17, 18, 27, 19, 20, 21, 22, 23, 24, 25, 26, 48, 49, 50, 51, 52, 53, 62, 63, 58, 59,
                        60, 61, 64, 65, 66, 67, 68, 69, 70, 71, 72);
    }

    @Test
    void theMessageTableNamesEveryTypeWithItsNumber() throws IOException {
        String table = Files.readString(Path.of("..", "docs", "messages.md"));

        assertThat(Samples.messages())
                .extracting(MessageCodec::type)
                .allSatisfy(
                        type -> assertThat(table).contains("| " + type + " | `" + MessageType.forNumber(type) + "` |"));
    }

    @Test
    void whatTheSchemaDoesNotKnowIsABugOfTheCaller() {
        Message unknown = new Message() {};
        LogRecord unknownRecord = () -> 1;

        assertThatThrownBy(() -> MessageCodec.type(unknown)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MessageCodec.encodePayload(unknown)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MessageCodec.encodeRecord(unknownRecord)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CodecLimits(0, 1, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Asked asked(int type, Authenticated<?> nested) {
        return new Asked(new NodeId.Replica(nested.sender()), type, nested.payload(), nested.authenticator());
    }
}
