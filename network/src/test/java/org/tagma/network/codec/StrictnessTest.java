package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.network.codec.Samples.CODEC;
import static org.tagma.network.codec.Samples.LIMITS;
import static org.tagma.network.codec.Samples.assertRejected;
import static org.tagma.network.codec.Samples.bytes;
import static org.tagma.network.codec.Samples.digest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.network.wire.BatchPart;
import org.tagma.network.wire.EnteredRecord;
import org.tagma.network.wire.KeptBatchRecord;
import org.tagma.network.wire.LeftForRecord;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.PrePreparePayload;
import org.tagma.network.wire.PrePreparedRecord;
import org.tagma.network.wire.PreparePayload;
import org.tagma.network.wire.RequestPayload;
import org.tagma.network.wire.SemanticsCode;
import org.tagma.network.wire.SenderKind;
import org.tagma.network.wire.StableCheckpointPayload;
import org.tagma.network.wire.ViewChangePayload;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.RejectionReason;

/** Each kind of bad input, and the reason that is given. */
class StrictnessTest {

    private static final Prepare PREPARE = new Prepare(9, 131, digest("a"));

    /** Field 1000, a varint, which no message has. */
    private static final ByteString UNKNOWN_FIELD =
            ByteString.copyFrom(new byte[] {(byte) 0xc0, (byte) 0x3e, (byte) 0x01});

    static List<Message> messages() {
        return Samples.messages();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void anUnknownFieldIsRefused(Message message) {
        assertNotCanonical(message, MessageCodec.encodePayload(message).concat(UNKNOWN_FIELD));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void fieldsThatComeTwiceAreRefused(Message message) {
        ByteString payload = MessageCodec.encodePayload(message);
        Decoded<Message> decoded = Samples.decode(message, payload.concat(payload), FakeSignatures.ACCEPT_ALL);
        assertRejected(decoded, RejectionReason.NOT_CANONICAL);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void trailingBytesAreRefused(Message message) {
        ByteString zero = ByteString.copyFrom(new byte[1]);
        Decoded<Message> decoded =
                Samples.decode(message, MessageCodec.encodePayload(message).concat(zero), FakeSignatures.ACCEPT_ALL);
        assertRejected(decoded, RejectionReason.MALFORMED);
    }

    @Test
    void anUnknownFieldInANestedPartIsRefused() throws Exception {
        BatchPart tampered = BatchPart.parseFrom(
                PartEncoder.batch(Samples.batch()).toByteString().concat(UNKNOWN_FIELD));
        ByteString payload = PrePreparePayload.newBuilder()
                .setView(9)
                .setSequence(131)
                .setBatch(tampered)
                .build()
                .toByteString();
        assertNotCanonical(new PrePrepare(9, 131, Samples.batch()), payload);
    }

    @Test
    void aZeroWrittenOutOrAPaddedNumberIsRefused() {
        ByteString rest = MessageCodec.encodePayload(new Prepare(0, 131, digest("a")));
        assertThat(Samples.decode(PREPARE, rest, FakeSignatures.ACCEPT_ALL))
                .isEqualTo(new Decoded.Ok<>(new Prepare(0, 131, digest("a"))));
        assertNotCanonical(PREPARE, ByteString.copyFrom(new byte[] {8, 0}).concat(rest));
        assertNotCanonical(
                PREPARE, ByteString.copyFrom(new byte[] {8, (byte) 0x89, 0}).concat(rest));
    }

    @Test
    void anUnknownTypeIsRefused() {
        for (int type : new int[] {4, 28, 54, 73, 96, 255}) {
            assertRejected(
                    CODEC.decode(
                            new Envelope(new NodeId.Replica(1), type, ByteString.EMPTY, ByteString.EMPTY),
                            FakeSignatures.ACCEPT_ALL),
                    RejectionReason.UNKNOWN_TYPE);
        }
        for (int type : new int[] {-1, 0, 256}) {
            ByteString frame = MessageCodec.envelope(new NodeId.Replica(1), type, ByteString.EMPTY, ByteString.EMPTY);
            assertRejected(MessageCodec.parseEnvelope(frame), RejectionReason.UNKNOWN_TYPE);
        }
    }

    @Test
    void anEnvelopeWithoutAProperSenderIsRefused() {
        var noKind = wireEnvelope().setSenderKind(SenderKind.SENDER_KIND_UNSPECIFIED);
        var unknownKind = wireEnvelope().setSenderKindValue(9);
        var highId = wireEnvelope().setSender(CodecLimits.MAX_NODES);
        var negativeId = wireEnvelope().setSender(-1);
        for (var envelope : List.of(noKind, unknownKind, highId, negativeId)) {
            assertRejected(MessageCodec.parseEnvelope(envelope.build().toByteString()), RejectionReason.BAD_VALUE);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void theOtherKindOfSenderIsRefused(Message message) {
        Envelope sealed = Samples.envelope(message);
        int id = sealed.sender().id();
        NodeId other = sealed.sender() instanceof NodeId.Client ? new NodeId.Replica(id) : new NodeId.Client(id);
        Envelope envelope = new Envelope(other, sealed.type(), sealed.payload(), sealed.authenticator());
        assertRejected(CODEC.decode(envelope, FakeSignatures.ACCEPT_ALL), RejectionReason.WRONG_SENDER);
    }

    @Test
    void aClientCannotUseTheSessionOfAnother() {
        NodeId other = new NodeId.Client(8);
        for (Message message : List.of(Samples.request(1), new Query(Samples.SESSION, 4, bytes("get k")))) {
            Decoded<Message> decoded = CODEC.decode(FakeSignatures.seal(other, message), FakeSignatures.ACCEPT_ALL);
            assertRejected(decoded, RejectionReason.WRONG_SENDER);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, CodecLimits.MAX_COUNTER + 1, Long.MAX_VALUE})
    void countersOutOfRangeAreRefused(long value) {
        assertRejected(decodePrepare(PreparePayload.newBuilder().setView(value)), RejectionReason.BAD_VALUE);
        assertRejected(decodePrepare(PreparePayload.newBuilder().setSequence(value)), RejectionReason.BAD_VALUE);
        assertRejected(decodeRequest(requestPayload().setSession(value)), RejectionReason.BAD_VALUE);
        assertRejected(decodeRequest(requestPayload().setNumber(value)), RejectionReason.BAD_VALUE);
        var batch =
                PrePreparePayload.newBuilder().setBatch(BatchPart.newBuilder().setTimeMillis(value));
        assertRejected(decodePrePrepare(batch), RejectionReason.BAD_VALUE);
    }

    @Test
    void sessionsAndRequestsCountFromOne() {
        assertThat(decodeRequest(requestPayload())).isInstanceOf(Decoded.Ok.class);
        assertRejected(decodeRequest(requestPayload().setSession(0)), RejectionReason.BAD_VALUE);
        assertRejected(decodeRequest(requestPayload().setNumber(0)), RejectionReason.BAD_VALUE);
    }

    @Test
    void unknownSemanticsAreRefused() {
        assertRejected(decodeRequest(requestPayload().setSemanticsValue(0)), RejectionReason.BAD_VALUE);
        assertRejected(decodeRequest(requestPayload().setSemanticsValue(4)), RejectionReason.BAD_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33})
    void digestsOfAnotherLengthAreRefused(int length) {
        var payload = PreparePayload.newBuilder().setView(1).setSequence(1).setDigest(zeros(length));
        assertRejected(
                Samples.decode(PREPARE, payload.build().toByteString(), FakeSignatures.ACCEPT_ALL),
                RejectionReason.BAD_VALUE);
    }

    @Test
    void missingPartsAreRefused() {
        Message prePrepare = new PrePrepare(9, 131, Batch.NULL);
        assertRejected(decodePrePrepare(PrePreparePayload.newBuilder().setView(1)), RejectionReason.BAD_VALUE);
        for (Message message : List.of(
                prePrepare,
                new BatchBody(131, Batch.NULL),
                new StableCheckpoint(CheckpointCertificate.GENESIS),
                Samples.viewChange())) {
            assertRejected(
                    Samples.decode(message, ByteString.EMPTY, FakeSignatures.ACCEPT_ALL), RejectionReason.BAD_VALUE);
        }
        assertRejected(MessageCodec.decodeRecord(ByteString.EMPTY), RejectionReason.UNKNOWN_TYPE);
        for (var empty : List.of(
                LogRecordPayload.newBuilder().setPrePrepared(PrePreparedRecord.getDefaultInstance()),
                LogRecordPayload.newBuilder().setKeptBatch(KeptBatchRecord.getDefaultInstance()),
                LogRecordPayload.newBuilder().setLeftFor(LeftForRecord.getDefaultInstance()),
                LogRecordPayload.newBuilder().setEntered(EnteredRecord.getDefaultInstance()))) {
            assertRejected(MessageCodec.decodeRecord(empty.build().toByteString()), RejectionReason.BAD_VALUE);
        }
    }

    @Test
    void aNullBatchWithContentsIsRefused() {
        BatchPart.Builder withTime = BatchPart.newBuilder().setNullBatch(true).setTimeMillis(1);
        BatchPart.Builder withRequest =
                BatchPart.newBuilder().setNullBatch(true).addRequests(EnvelopeCodec.encode(Samples.request(1)));
        for (BatchPart.Builder batch : List.of(withTime, withRequest)) {
            assertRejected(decodePrePrepare(PrePreparePayload.newBuilder().setBatch(batch)), RejectionReason.BAD_VALUE);
        }
    }

    @Test
    void aNestedEnvelopeOfAnotherTypeOrKindOfSenderIsRefused() {
        var checkpoint = EnvelopeCodec.encode(Samples.certificate().votes().get(0));
        var asRequest =
                PrePreparePayload.newBuilder().setBatch(BatchPart.newBuilder().addRequests(checkpoint));
        assertRejected(decodePrePrepare(asRequest), RejectionReason.BAD_VALUE);

        var byReplica = EnvelopeCodec.encode(Samples.request(1)).toBuilder().setSenderKind(SenderKind.REPLICA);
        var requestByReplica =
                PrePreparePayload.newBuilder().setBatch(BatchPart.newBuilder().addRequests(byReplica));
        assertRejected(decodePrePrepare(requestByReplica), RejectionReason.WRONG_SENDER);
    }

    @Test
    void asMuchAsTheLimitsAllowIsAcceptedAndOneMoreIsOversized() {
        assertLimit(
                LIMITS.maxBatchRequests(),
                count -> new PrePrepare(1, 1, Batch.of(1, Collections.nCopies(count, Samples.request(1)))));
        assertLimit(
                LIMITS.maxBatchRequests(),
                count -> new BatchBody(1, Batch.of(1, Collections.nCopies(count, Samples.request(1)))));
        assertLimit(LIMITS.maxReplicas(), count -> new StableCheckpoint(certificate(count)));
        assertLimit(LIMITS.maxReplicas(), count -> new ViewChange(1, certificate(count), List.of(), List.of()));
        assertLimit(LIMITS.maxWindow(), count -> new ViewChange(1, certificate(0), votes(count), List.of()));
        assertLimit(
                Samples.MAX_PRE_PREPARED_ENTRIES, count -> new ViewChange(1, certificate(0), List.of(), votes(count)));
        assertLimit(
                LIMITS.maxReplicas(),
                count -> new NewView(
                        1, Collections.nCopies(count, FakeSignatures.signed(1, Samples.viewChange())), List.of()));
        assertLimit(
                LIMITS.maxWindow(),
                count -> new NewView(1, List.of(), Collections.nCopies(count, new Reproposal(1, digest("a")))));
    }

    @Test
    void bytesAreLimitedToo() {
        assertLimit(
                LIMITS.maxOperationBytes(),
                size -> FakeSignatures.request(Samples.SESSION, 1, RetrySemantics.AT_MOST_ONCE, zeros(size)));
        assertLimit(LIMITS.maxOperationBytes(), size -> new Query(Samples.SESSION, 1, zeros(size)));
        assertLimit(LIMITS.maxManifestBytes(), size -> new ManifestAnswer(1, zeros(size)));
        assertLimit(LIMITS.maxChunkBytes(), size -> new ChunkAnswer(1, 1, zeros(size)));
        assertLimit(LIMITS.maxChunkIndex(), index -> new ChunkAnswer(1, index, zeros(1)));
        assertLimit(LIMITS.maxChunkIndex(), index -> new FetchChunk(1, digest("state"), index));
    }

    @Test
    void aMillionEmptyElementsAreRefusedBeforeTheyAreParsed() {
        byte[] empties = new byte[2_000_000];
        for (int index = 0; index < empties.length; index += 2) {
            empties[index] = (ViewChangePayload.PREPARED_FIELD_NUMBER << 3) | 2;
        }
        ByteString elements = UnsafeByteOperations.unsafeWrap(empties);
        assertRejected(
                Samples.decode(Samples.viewChange(), elements, FakeSignatures.ACCEPT_ALL), RejectionReason.OVERSIZED);

        // The same inside the nested part: field 3 of a batch holds the requests.
        ByteString header = lengthDelimited(PrePreparePayload.BATCH_FIELD_NUMBER, elements.size());
        assertRejected(
                Samples.decode(new PrePrepare(1, 1, Batch.NULL), header.concat(elements), FakeSignatures.ACCEPT_ALL),
                RejectionReason.OVERSIZED);
        ByteString certificate = lengthDelimited(StableCheckpointPayload.CERTIFICATE_FIELD_NUMBER, elements.size());
        assertRejected(
                Samples.decode(
                        new StableCheckpoint(Samples.certificate()),
                        certificate.concat(elements),
                        FakeSignatures.ACCEPT_ALL),
                RejectionReason.OVERSIZED);
    }

    @Test
    void recordsHaveNoLimitsSoThatLowerLimitsDoNotLoseThem() {
        Batch large = Batch.of(1, Collections.nCopies(LIMITS.maxBatchRequests() + 40, Samples.request(1)));
        var kept = new PbftRecord.KeptBatch(5, large);
        assertThat(MessageCodec.decodeRecord(MessageCodec.encodeRecord(kept))).isEqualTo(new Decoded.Ok<>(kept));
    }

    private interface Sized {
        Message of(int size);
    }

    private static void assertLimit(int limit, Sized sized) {
        assertThat(CODEC.decode(Samples.envelope(sized.of(limit)), FakeSignatures.VERIFIER))
                .isEqualTo(new Decoded.Ok<>(sized.of(limit)));
        assertRejected(
                CODEC.decode(Samples.envelope(sized.of(limit + 1)), FakeSignatures.VERIFIER),
                RejectionReason.OVERSIZED);
        assertRejected(
                CODEC.decode(Samples.envelope(sized.of(limit + 40)), FakeSignatures.VERIFIER),
                RejectionReason.OVERSIZED);
    }

    private static CheckpointCertificate certificate(int votes) {
        return new CheckpointCertificate(
                128,
                digest("state"),
                Collections.nCopies(votes, Samples.certificate().votes().get(0)));
    }

    private static List<VoteInfo> votes(int count) {
        return Collections.nCopies(count, new VoteInfo(1, digest("a"), 1));
    }

    private static ByteString zeros(int size) {
        return ByteString.copyFrom(new byte[size]);
    }

    private static ByteString lengthDelimited(int field, int length) {
        byte[] header = {
            (byte) (field << 3 | 2), (byte) (length | 0x80), (byte) (length >> 7 | 0x80), (byte) (length >> 14)
        };
        return ByteString.copyFrom(header);
    }

    private static void assertNotCanonical(Message message, ByteString payload) {
        assertRejected(Samples.decode(message, payload, FakeSignatures.ACCEPT_ALL), RejectionReason.NOT_CANONICAL);
    }

    private static org.tagma.network.wire.Envelope.Builder wireEnvelope() {
        return org.tagma.network.wire.Envelope.newBuilder()
                .setType(MessageType.PREPARE)
                .setSenderKind(SenderKind.REPLICA)
                .setSender(1);
    }

    private static RequestPayload.Builder requestPayload() {
        return RequestPayload.newBuilder()
                .setClient(Samples.SESSION.client())
                .setSession(1)
                .setNumber(1)
                .setSemantics(SemanticsCode.SEMANTICS_EXACTLY_ONCE);
    }

    private static Decoded<Message> decodeRequest(RequestPayload.Builder payload) {
        return Samples.decode(Samples.request(1), payload.build().toByteString(), FakeSignatures.ACCEPT_ALL);
    }

    private static Decoded<Message> decodePrepare(PreparePayload.Builder payload) {
        ByteString bytes = payload.setDigest(digest("a").bytes()).build().toByteString();
        return Samples.decode(PREPARE, bytes, FakeSignatures.ACCEPT_ALL);
    }

    private static Decoded<Message> decodePrePrepare(PrePreparePayload.Builder payload) {
        Message as = new PrePrepare(1, 1, Batch.NULL);
        return Samples.decode(as, payload.build().toByteString(), FakeSignatures.ACCEPT_ALL);
    }
}
