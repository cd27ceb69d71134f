package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Message;
import org.tagma.core.service.TransferMessage;
import org.tagma.network.wire.BatchBodyPayload;
import org.tagma.network.wire.ChunkAnswerPayload;
import org.tagma.network.wire.CommitPayload;
import org.tagma.network.wire.CommittedPayload;
import org.tagma.network.wire.EstimationQueryPayload;
import org.tagma.network.wire.EstimationReplyPayload;
import org.tagma.network.wire.FetchBatchPayload;
import org.tagma.network.wire.FetchChunkPayload;
import org.tagma.network.wire.FetchManifestPayload;
import org.tagma.network.wire.ManifestAnswerPayload;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.PrePreparePayload;
import org.tagma.network.wire.PreparePayload;
import org.tagma.network.wire.QueryPayload;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.StableCheckpointPayload;
import org.tagma.network.wire.StatusPayload;

/**
 * Decodes the payload of each message: one method a message, in the order of the schema.
 *
 * <p>Immutable and thread-safe.
 */
final class PayloadDecoder {

    private static final StrictParser<QueryPayload> QUERY = new StrictParser<>(QueryPayload.parser());
    private static final StrictParser<ReplyPayload> REPLY = new StrictParser<>(ReplyPayload.parser());
    private static final StrictParser<PrePreparePayload> PRE_PREPARE = new StrictParser<>(PrePreparePayload.parser());
    private static final StrictParser<PreparePayload> PREPARE = new StrictParser<>(PreparePayload.parser());
    private static final StrictParser<CommitPayload> COMMIT = new StrictParser<>(CommitPayload.parser());
    private static final StrictParser<StatusPayload> STATUS = new StrictParser<>(StatusPayload.parser());
    private static final StrictParser<StableCheckpointPayload> STABLE_CHECKPOINT =
            new StrictParser<>(StableCheckpointPayload.parser());
    private static final StrictParser<CommittedPayload> COMMITTED = new StrictParser<>(CommittedPayload.parser());
    private static final StrictParser<FetchBatchPayload> FETCH_BATCH = new StrictParser<>(FetchBatchPayload.parser());
    private static final StrictParser<BatchBodyPayload> BATCH_BODY = new StrictParser<>(BatchBodyPayload.parser());
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

    private final CodecLimits limits;
    private final PartDecoder parts;
    private final RaftPayloadDecoder raft;

    PayloadDecoder(CodecLimits limits) {
        this.limits = limits;
        this.parts = new PartDecoder(limits);
        this.raft = new RaftPayloadDecoder(limits);
    }

    Message decode(Envelope envelope, NestedVerifier verifier) throws Rejection {
        PartDecoder.checkSenderKind(envelope);
        ByteString payload = envelope.payload();
        return switch (envelope.type()) {
            case MessageType.REQUEST_VALUE -> parts.request(envelope, verifier, RejectReason.BAD_AUTHENTICATOR);
            case MessageType.QUERY_VALUE -> query(envelope);
            case MessageType.REPLY_VALUE -> reply(envelope.sender(), payload);
            case MessageType.PRE_PREPARE_VALUE -> prePrepare(payload, verifier);
            case MessageType.PREPARE_VALUE -> prepare(payload);
            case MessageType.COMMIT_VALUE -> commit(payload);
            case MessageType.CHECKPOINT_VALUE -> parts.checkpoint(payload);
            case MessageType.VIEW_CHANGE_VALUE -> parts.viewChange(payload, verifier);
            case MessageType.NEW_VIEW_VALUE -> parts.newView(payload, verifier);
            case MessageType.STATUS_VALUE -> status(payload);
            case MessageType.STABLE_CHECKPOINT_VALUE -> stableCheckpoint(payload, verifier);
            case MessageType.COMMITTED_VALUE -> committed(payload);
            case MessageType.FETCH_BATCH_VALUE -> fetchBatch(payload);
            case MessageType.BATCH_BODY_VALUE -> batchBody(payload, verifier);
            case MessageType.FETCH_MANIFEST_VALUE -> fetchManifest(payload);
            case MessageType.FETCH_CHUNK_VALUE -> fetchChunk(payload);
            case MessageType.FETCH_PIECE_VALUE -> PiecePayloads.fetchPiece(payload);
            case MessageType.PIECE_ANSWER_VALUE -> PiecePayloads.pieceAnswer(payload);
            case MessageType.MANIFEST_ANSWER_VALUE -> manifestAnswer(payload);
            case MessageType.CHUNK_ANSWER_VALUE -> chunkAnswer(payload);
            case MessageType.ESTIMATION_QUERY_VALUE -> estimationQuery(payload);
            case MessageType.ESTIMATION_REPLY_VALUE -> estimationReply(payload);
            case MessageType.CLOCK_PROBE_VALUE -> ClockCodec.probe(payload);
            case MessageType.CLOCK_ANSWER_VALUE -> ClockCodec.answer(payload);
            case MessageType.LIFE_QUERY_VALUE -> LifeCodec.query(payload);
            case MessageType.LIFE_REPLY_VALUE -> LifeCodec.reply(payload);
            default -> raft.decode(envelope, verifier);
        };
    }

    private Message query(Envelope envelope) throws Rejection {
        QueryPayload payload = QUERY.parse(envelope.payload());
        PartDecoder.sameClient(envelope.sender().id(), payload.getClient());
        return new ClientMessage.Query(
                Checks.session(payload.getClient(), payload.getSession()),
                Checks.counter("number", payload.getNumber()),
                parts.operation(payload.getOperation()));
    }

    /** The length of a result has no limit of its own: what a replica may send is bounded by the frame. */
    private static Message reply(NodeId replica, ByteString bytes) throws Rejection {
        ReplyPayload payload = REPLY.parse(bytes);
        return new ClientMessage.Reply(
                replica.id(),
                Checks.counter("view", payload.getView()),
                Checks.atMost("primary", payload.getPrimary(), CodecLimits.MAX_NODES) - 1,
                Checks.session(payload.getClient(), payload.getSession()),
                Codes.decode(payload.getKind()),
                Checks.counter("number", payload.getNumber()),
                Codes.decode(payload.getStatus()),
                payload.getResult(),
                Checks.counter("since", payload.getSince()),
                Checks.counter("until", payload.getUntil()));
    }

    private Message prePrepare(ByteString bytes, NestedVerifier verifier) throws Rejection {
        PrePreparePayload payload =
                PRE_PREPARE.parse(bytes, limits.maxBatchRequests(), PrePreparePayload.BATCH_FIELD_NUMBER);
        long view = view(payload.getView());
        long sequence = sequence(payload.getSequence());
        Checks.present("batch", payload.hasBatch());
        return new PbftMessage.PrePrepare(view, sequence, parts.batch(payload.getBatch(), verifier));
    }

    private static Message prepare(ByteString bytes) throws Rejection {
        PreparePayload payload = PREPARE.parse(bytes);
        return new PbftMessage.Prepare(
                view(payload.getView()), sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    private static Message commit(ByteString bytes) throws Rejection {
        CommitPayload payload = COMMIT.parse(bytes);
        return new PbftMessage.Commit(
                view(payload.getView()), sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    private static Message status(ByteString bytes) throws Rejection {
        StatusPayload payload = STATUS.parse(bytes);
        return new PbftMessage.Status(
                view(payload.getView()),
                payload.getViewChanging(),
                sequence(payload.getLastCommitted()),
                sequence(payload.getStable()),
                sequence(payload.getRecoveringUpTo()),
                payload.getSuspects());
    }

    private Message stableCheckpoint(ByteString bytes, NestedVerifier verifier) throws Rejection {
        StableCheckpointPayload payload =
                STABLE_CHECKPOINT.parse(bytes, limits.maxReplicas(), StableCheckpointPayload.CERTIFICATE_FIELD_NUMBER);
        Checks.present("certificate", payload.hasCertificate());
        return new PbftMessage.StableCheckpoint(parts.certificate(payload.getCertificate(), verifier));
    }

    private static Message committed(ByteString bytes) throws Rejection {
        CommittedPayload payload = COMMITTED.parse(bytes);
        return new PbftMessage.Committed(sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    private static Message fetchBatch(ByteString bytes) throws Rejection {
        FetchBatchPayload payload = FETCH_BATCH.parse(bytes);
        return new PbftMessage.FetchBatch(sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    private Message batchBody(ByteString bytes, NestedVerifier verifier) throws Rejection {
        BatchBodyPayload payload =
                BATCH_BODY.parse(bytes, limits.maxBatchRequests(), BatchBodyPayload.BATCH_FIELD_NUMBER);
        long sequence = sequence(payload.getSequence());
        Checks.present("batch", payload.hasBatch());
        return new PbftMessage.BatchBody(sequence, parts.batch(payload.getBatch(), verifier));
    }

    private static Message fetchManifest(ByteString bytes) throws Rejection {
        FetchManifestPayload payload = FETCH_MANIFEST.parse(bytes);
        return new TransferMessage.FetchManifest(
                sequence(payload.getSequence()), Checks.digest(payload.getStateDigest()));
    }

    private Message fetchChunk(ByteString bytes) throws Rejection {
        FetchChunkPayload payload = FETCH_CHUNK.parse(bytes);
        Digest stateDigest = Checks.digest(payload.getStateDigest());
        return new TransferMessage.FetchChunk(
                sequence(payload.getSequence()), stateDigest, chunkIndex(payload.getIndex()));
    }

    private Message manifestAnswer(ByteString bytes) throws Rejection {
        ManifestAnswerPayload payload = MANIFEST_ANSWER.parse(bytes);
        ByteString manifest =
                Checks.sizeAtMost("bytes of a manifest", payload.getManifest(), limits.maxManifestBytes());
        return new TransferMessage.ManifestAnswer(sequence(payload.getSequence()), manifest);
    }

    private Message chunkAnswer(ByteString bytes) throws Rejection {
        ChunkAnswerPayload payload = CHUNK_ANSWER.parse(bytes);
        ByteString chunk = Checks.sizeAtMost("bytes of a chunk", payload.getChunk(), limits.maxChunkBytes());
        return new TransferMessage.ChunkAnswer(sequence(payload.getSequence()), chunkIndex(payload.getIndex()), chunk);
    }

    private static Message estimationQuery(ByteString bytes) throws Rejection {
        return new EstimationQuery(
                Checks.counter("nonce", ESTIMATION_QUERY.parse(bytes).getNonce()));
    }

    private static Message estimationReply(ByteString bytes) throws Rejection {
        EstimationReplyPayload payload = ESTIMATION_REPLY.parse(bytes);
        return new EstimationReply(
                Checks.counter("nonce", payload.getNonce()), view(payload.getView()), sequence(payload.getSequence()));
    }

    private int chunkIndex(int index) throws Rejection {
        return Checks.atMost("index of a chunk", index, limits.maxChunkIndex());
    }

    private static long view(long value) throws Rejection {
        return Checks.counter("view", value);
    }

    private static long sequence(long value) throws Rejection {
        return Checks.counter("sequence", value);
    }
}
