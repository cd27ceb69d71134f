package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.LifeMessage;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.TransferMessage;
import org.tagma.network.wire.BatchBodyPayload;
import org.tagma.network.wire.CheckpointPayload;
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
import org.tagma.network.wire.NewViewPayload;
import org.tagma.network.wire.PrePreparePayload;
import org.tagma.network.wire.PreparePayload;
import org.tagma.network.wire.QueryPayload;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.ReproposalPart;
import org.tagma.network.wire.RequestPayload;
import org.tagma.network.wire.StableCheckpointPayload;
import org.tagma.network.wire.StatusPayload;

/** Encodes the payload of each message: one method a message, in the order of the schema. */
final class PayloadEncoder {

    private PayloadEncoder() {}

    static ByteString encode(Message message) {
        if (message instanceof Request request) {
            return request.payload();
        }
        return build(message).toByteString();
    }

    private static MessageLite build(Message message) {
        return switch (MessageTypes.of(message)) {
            case MessageType.QUERY_VALUE -> query((ClientMessage.Query) message);
            case MessageType.REPLY_VALUE -> reply((ClientMessage.Reply) message);
            case MessageType.PRE_PREPARE_VALUE -> prePrepare((PbftMessage.PrePrepare) message);
            case MessageType.PREPARE_VALUE -> prepare((PbftMessage.Prepare) message);
            case MessageType.COMMIT_VALUE -> commit((PbftMessage.Commit) message);
            case MessageType.CHECKPOINT_VALUE -> checkpoint((PbftMessage.Checkpoint) message);
            case MessageType.VIEW_CHANGE_VALUE -> PartEncoder.viewChange((PbftMessage.ViewChange) message);
            case MessageType.NEW_VIEW_VALUE -> newView((PbftMessage.NewView) message);
            case MessageType.STATUS_VALUE -> status((PbftMessage.Status) message);
            case MessageType.STABLE_CHECKPOINT_VALUE -> stableCheckpoint((PbftMessage.StableCheckpoint) message);
            case MessageType.COMMITTED_VALUE -> committed((PbftMessage.Committed) message);
            case MessageType.FETCH_BATCH_VALUE -> fetchBatch((PbftMessage.FetchBatch) message);
            case MessageType.BATCH_BODY_VALUE -> batchBody((PbftMessage.BatchBody) message);
            case MessageType.FETCH_MANIFEST_VALUE -> fetchManifest((TransferMessage.FetchManifest) message);
            case MessageType.FETCH_CHUNK_VALUE -> fetchChunk((TransferMessage.FetchChunk) message);
            case MessageType.MANIFEST_ANSWER_VALUE -> manifestAnswer((TransferMessage.ManifestAnswer) message);
            case MessageType.CHUNK_ANSWER_VALUE -> chunkAnswer((TransferMessage.ChunkAnswer) message);
            case MessageType.ESTIMATION_QUERY_VALUE -> estimationQuery((EstimationQuery) message);
            case MessageType.ESTIMATION_REPLY_VALUE -> estimationReply((EstimationReply) message);
            case MessageType.CLOCK_PROBE_VALUE, MessageType.CLOCK_ANSWER_VALUE ->
                ClockCodec.encode((ClockMessage) message);
            case MessageType.LIFE_QUERY_VALUE, MessageType.LIFE_REPLY_VALUE -> LifeCodec.encode((LifeMessage) message);
            case MessageType.FETCH_PIECE_VALUE -> PiecePayloads.encode((TransferMessage.FetchPiece) message);
            case MessageType.PIECE_ANSWER_VALUE -> PiecePayloads.encode((TransferMessage.PieceAnswer) message);
            default -> RaftPayloadEncoder.build(message);
        };
    }

    static ByteString request(
            SessionId session, long number, RetrySemantics semantics, long acknowledged, ByteString operation) {
        return RequestPayload.newBuilder()
                .setClient(session.client())
                .setSession(session.session())
                .setNumber(number)
                .setSemantics(Codes.encode(semantics))
                .setOperation(operation)
                .setUnacknowledged(semantics.isFifo() ? number - 1 - acknowledged : 0)
                .build()
                .toByteString();
    }

    private static MessageLite query(ClientMessage.Query query) {
        return QueryPayload.newBuilder()
                .setClient(query.session().client())
                .setSession(query.session().session())
                .setNumber(query.number())
                .setOperation(query.operation())
                .build();
    }

    private static MessageLite reply(ClientMessage.Reply reply) {
        return ReplyPayload.newBuilder()
                .setView(reply.view())
                .setClient(reply.session().client())
                .setSession(reply.session().session())
                .setKind(Codes.encode(reply.kind()))
                .setNumber(reply.number())
                .setStatus(Codes.encode(reply.status()))
                .setResult(reply.result())
                .setPrimary(reply.primary() + 1)
                .setSince(reply.since())
                .setUntil(reply.until())
                .build();
    }

    private static MessageLite prePrepare(PbftMessage.PrePrepare prePrepare) {
        return PrePreparePayload.newBuilder()
                .setView(prePrepare.view())
                .setSequence(prePrepare.sequence())
                .setBatch(PartEncoder.batch(prePrepare.batch()))
                .build();
    }

    private static MessageLite prepare(PbftMessage.Prepare prepare) {
        return PreparePayload.newBuilder()
                .setView(prepare.view())
                .setSequence(prepare.sequence())
                .setDigest(prepare.digest().bytes())
                .build();
    }

    private static MessageLite commit(PbftMessage.Commit commit) {
        return CommitPayload.newBuilder()
                .setView(commit.view())
                .setSequence(commit.sequence())
                .setDigest(commit.digest().bytes())
                .build();
    }

    private static MessageLite checkpoint(PbftMessage.Checkpoint checkpoint) {
        return CheckpointPayload.newBuilder()
                .setSequence(checkpoint.sequence())
                .setStateDigest(checkpoint.stateDigest().bytes())
                .build();
    }

    private static MessageLite newView(PbftMessage.NewView newView) {
        NewViewPayload.Builder payload = NewViewPayload.newBuilder().setView(newView.view());
        newView.viewChanges().forEach(viewChange -> payload.addViewChanges(EnvelopeCodec.encode(viewChange)));
        newView.reproposals()
                .forEach(reproposal -> payload.addReproposals(ReproposalPart.newBuilder()
                        .setSequence(reproposal.sequence())
                        .setDigest(reproposal.digest().bytes())));
        return payload.build();
    }

    private static MessageLite status(PbftMessage.Status status) {
        return StatusPayload.newBuilder()
                .setView(status.view())
                .setViewChanging(status.viewChanging())
                .setLastCommitted(status.lastCommitted())
                .setStable(status.stable())
                .setRecoveringUpTo(status.recoveringUpTo())
                .setSuspects(status.suspects())
                .build();
    }

    private static MessageLite stableCheckpoint(PbftMessage.StableCheckpoint stable) {
        return StableCheckpointPayload.newBuilder()
                .setCertificate(PartEncoder.certificate(stable.certificate()))
                .build();
    }

    private static MessageLite committed(PbftMessage.Committed committed) {
        return CommittedPayload.newBuilder()
                .setSequence(committed.sequence())
                .setDigest(committed.digest().bytes())
                .build();
    }

    private static MessageLite fetchBatch(PbftMessage.FetchBatch fetch) {
        return FetchBatchPayload.newBuilder()
                .setSequence(fetch.sequence())
                .setDigest(fetch.digest().bytes())
                .build();
    }

    private static MessageLite batchBody(PbftMessage.BatchBody body) {
        return BatchBodyPayload.newBuilder()
                .setSequence(body.sequence())
                .setBatch(PartEncoder.batch(body.batch()))
                .build();
    }

    private static MessageLite fetchManifest(TransferMessage.FetchManifest fetch) {
        return FetchManifestPayload.newBuilder()
                .setSequence(fetch.sequence())
                .setStateDigest(fetch.stateDigest().bytes())
                .build();
    }

    private static MessageLite fetchChunk(TransferMessage.FetchChunk fetch) {
        return FetchChunkPayload.newBuilder()
                .setSequence(fetch.sequence())
                .setStateDigest(fetch.stateDigest().bytes())
                .setIndex(fetch.index())
                .build();
    }

    private static MessageLite manifestAnswer(TransferMessage.ManifestAnswer answer) {
        return ManifestAnswerPayload.newBuilder()
                .setSequence(answer.sequence())
                .setManifest(answer.manifest())
                .build();
    }

    private static MessageLite chunkAnswer(TransferMessage.ChunkAnswer answer) {
        return ChunkAnswerPayload.newBuilder()
                .setSequence(answer.sequence())
                .setIndex(answer.index())
                .setChunk(answer.chunk())
                .build();
    }

    private static MessageLite estimationQuery(EstimationQuery query) {
        return EstimationQueryPayload.newBuilder().setNonce(query.nonce()).build();
    }

    private static MessageLite estimationReply(EstimationReply reply) {
        return EstimationReplyPayload.newBuilder()
                .setNonce(reply.nonce())
                .setView(reply.view())
                .setSequence(reply.sequence())
                .build();
    }
}
