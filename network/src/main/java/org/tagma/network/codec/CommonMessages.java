package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.util.List;
import java.util.function.Function;
import org.tagma.core.Digest;
import org.tagma.core.protocol.ClockMessage.ClockAnswer;
import org.tagma.core.protocol.ClockMessage.ClockProbe;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.IncarnationMessage.IncarnationQuery;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.network.wire.ChunkAnswerPayload;
import org.tagma.network.wire.EstimationQueryPayload;
import org.tagma.network.wire.EstimationReplyPayload;
import org.tagma.network.wire.FetchChunkPayload;
import org.tagma.network.wire.FetchManifestPayload;
import org.tagma.network.wire.ManifestAnswerPayload;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.Decoder;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Proof;

/** The messages that replicas send each other under every protocol: one method a message and direction. */
final class CommonMessages {

    /** All of them. None is ever shown to a third replica. */
    static final List<MessageKind<?>> BETWEEN_REPLICAS = List.of(
            kind(
                    MessageType.FETCH_MANIFEST,
                    FetchManifest.class,
                    CommonMessages::fetchManifest,
                    (bytes, context) -> fetchManifest(bytes)),
            kind(MessageType.FETCH_CHUNK, FetchChunk.class, CommonMessages::fetchChunk, CommonMessages::fetchChunk),
            kind(
                    MessageType.MANIFEST_ANSWER,
                    ManifestAnswer.class,
                    CommonMessages::manifestAnswer,
                    CommonMessages::manifestAnswer),
            kind(MessageType.CHUNK_ANSWER, ChunkAnswer.class, CommonMessages::chunkAnswer, CommonMessages::chunkAnswer),
            kind(
                    MessageType.FETCH_PIECE,
                    FetchPiece.class,
                    PiecePayloads::encode,
                    (bytes, context) -> PiecePayloads.fetchPiece(bytes)),
            kind(
                    MessageType.PIECE_ANSWER,
                    PieceAnswer.class,
                    PiecePayloads::encode,
                    (bytes, context) -> PiecePayloads.pieceAnswer(bytes)),
            kind(
                    MessageType.CLOCK_PROBE,
                    ClockProbe.class,
                    ClockCodec::encode,
                    (bytes, context) -> ClockCodec.probe(bytes)),
            kind(
                    MessageType.CLOCK_ANSWER,
                    ClockAnswer.class,
                    ClockCodec::encode,
                    (bytes, context) -> ClockCodec.answer(bytes)),
            kind(
                    MessageType.INCARNATION_QUERY,
                    IncarnationQuery.class,
                    IncarnationCodec::encode,
                    (bytes, context) -> IncarnationCodec.query(bytes)),
            kind(
                    MessageType.INCARNATION_REPLY,
                    IncarnationReply.class,
                    IncarnationCodec::encode,
                    (bytes, context) -> IncarnationCodec.reply(bytes)),
            kind(
                    MessageType.ESTIMATION_QUERY,
                    EstimationQuery.class,
                    CommonMessages::estimationQuery,
                    (bytes, context) -> estimationQuery(bytes)),
            kind(
                    MessageType.ESTIMATION_REPLY,
                    EstimationReply.class,
                    CommonMessages::estimationReply,
                    (bytes, context) -> estimationReply(bytes)));

    private static final StrictParser<EstimationQueryPayload> ESTIMATION_QUERY =
            new StrictParser<>(EstimationQueryPayload.parser());
    private static final StrictParser<EstimationReplyPayload> ESTIMATION_REPLY =
            new StrictParser<>(EstimationReplyPayload.parser());
    private static final StrictParser<FetchManifestPayload> FETCH_MANIFEST =
            new StrictParser<>(FetchManifestPayload.parser());
    private static final StrictParser<FetchChunkPayload> FETCH_CHUNK = new StrictParser<>(FetchChunkPayload.parser());
    private static final StrictParser<ManifestAnswerPayload> MANIFEST_ANSWER =
            new StrictParser<>(ManifestAnswerPayload.parser());
    private static final StrictParser<ChunkAnswerPayload> CHUNK_ANSWER =
            new StrictParser<>(ChunkAnswerPayload.parser());

    private CommonMessages() {}

    /** Whether clients send it, or are sent it. */
    static boolean isOfClients(int type) {
        return type == MessageType.REQUEST_VALUE || type == MessageType.QUERY_VALUE || type == MessageType.REPLY_VALUE;
    }

    private static <M extends Message> MessageKind<M> kind(
            MessageType type, Class<M> of, Function<M, MessageLite> encoder, Decoder<M> decoder) {
        return ProtobufKind.kind(type, of, Proof.MAC, encoder, decoder);
    }

    private static MessageLite fetchManifest(FetchManifest fetch) {
        return FetchManifestPayload.newBuilder()
                .setSequence(fetch.sequence())
                .setStateDigest(fetch.stateDigest().bytes())
                .build();
    }

    private static FetchManifest fetchManifest(ByteString bytes) throws InvalidMessageException {
        FetchManifestPayload payload = FETCH_MANIFEST.parse(bytes);
        return new FetchManifest(sequence(payload.getSequence()), Checks.digest(payload.getStateDigest()));
    }

    private static MessageLite fetchChunk(FetchChunk fetch) {
        return FetchChunkPayload.newBuilder()
                .setSequence(fetch.sequence())
                .setStateDigest(fetch.stateDigest().bytes())
                .setIndex(fetch.index())
                .build();
    }

    private static FetchChunk fetchChunk(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        FetchChunkPayload payload = FETCH_CHUNK.parse(bytes);
        Digest stateDigest = Checks.digest(payload.getStateDigest());
        return new FetchChunk(sequence(payload.getSequence()), stateDigest, chunkIndex(payload.getIndex(), context));
    }

    private static MessageLite manifestAnswer(ManifestAnswer answer) {
        return ManifestAnswerPayload.newBuilder()
                .setSequence(answer.sequence())
                .setManifest(answer.manifest())
                .build();
    }

    private static ManifestAnswer manifestAnswer(ByteString bytes, DecodeContext context)
            throws InvalidMessageException {
        ManifestAnswerPayload payload = MANIFEST_ANSWER.parse(bytes);
        ByteString manifest = Checks.sizeAtMost(
                "bytes of a manifest", payload.getManifest(), context.limits().maxManifestBytes());
        return new ManifestAnswer(sequence(payload.getSequence()), manifest);
    }

    private static MessageLite chunkAnswer(ChunkAnswer answer) {
        return ChunkAnswerPayload.newBuilder()
                .setSequence(answer.sequence())
                .setIndex(answer.index())
                .setChunk(answer.chunk())
                .build();
    }

    private static ChunkAnswer chunkAnswer(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        ChunkAnswerPayload payload = CHUNK_ANSWER.parse(bytes);
        ByteString chunk = Checks.sizeAtMost(
                "bytes of a chunk", payload.getChunk(), context.limits().maxChunkBytes());
        return new ChunkAnswer(sequence(payload.getSequence()), chunkIndex(payload.getIndex(), context), chunk);
    }

    private static MessageLite estimationQuery(EstimationQuery query) {
        return EstimationQueryPayload.newBuilder().setNonce(query.nonce()).build();
    }

    private static EstimationQuery estimationQuery(ByteString bytes) throws InvalidMessageException {
        return new EstimationQuery(
                Checks.counter("nonce", ESTIMATION_QUERY.parse(bytes).getNonce()));
    }

    private static MessageLite estimationReply(EstimationReply reply) {
        return EstimationReplyPayload.newBuilder()
                .setNonce(reply.nonce())
                .setView(reply.view())
                .setSequence(reply.sequence())
                .build();
    }

    private static EstimationReply estimationReply(ByteString bytes) throws InvalidMessageException {
        EstimationReplyPayload payload = ESTIMATION_REPLY.parse(bytes);
        return new EstimationReply(
                Checks.counter("nonce", payload.getNonce()), view(payload.getView()), sequence(payload.getSequence()));
    }

    private static int chunkIndex(int index, DecodeContext context) throws InvalidMessageException {
        return Checks.atMost("index of a chunk", index, context.limits().maxChunkIndex());
    }

    private static long view(long value) throws InvalidMessageException {
        return Checks.counter("view", value);
    }

    private static long sequence(long value) throws InvalidMessageException {
        return Checks.counter("sequence", value);
    }
}
