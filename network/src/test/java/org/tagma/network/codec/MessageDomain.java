package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.state.NodePath;
import org.tagma.core.state.TreeAssembler;
import org.tagma.protocol.CodecLimits;

/** Any message and any record, up to the limits of {@link Samples#LIMITS}. */
final class MessageDomain extends DomainContextBase {

    private static final CodecLimits LIMITS = Samples.LIMITS;

    private static Arbitrary<Long> counters() {
        return Arbitraries.longs().between(0, CodecLimits.MAX_COUNTER);
    }

    private static Arbitrary<Long> positives() {
        return Arbitraries.longs().between(1, CodecLimits.MAX_COUNTER);
    }

    private static Arbitrary<Integer> nodes() {
        return Arbitraries.integers().between(0, CodecLimits.MAX_NODES - 1);
    }

    private static Arbitrary<Integer> chunkIndexes() {
        return Arbitraries.integers().between(0, LIMITS.maxChunkIndex());
    }

    private static Arbitrary<ByteString> bytes(int maxSize) {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(maxSize).map(ByteString::copyFrom);
    }

    private static Arbitrary<ByteString> operations() {
        return bytes(LIMITS.maxOperationBytes());
    }

    private static Arbitrary<Digest> digests() {
        Arbitrary<Digest> any = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(Digest.LENGTH)
                .map(array -> new Digest(ByteString.copyFrom(array)));
        return Arbitraries.oneOf(any, Arbitraries.just(Digest.NULL));
    }

    private static <M extends Message> Arbitrary<List<Authenticated<M>>> signed(Arbitrary<M> messages) {
        return Combinators.combine(nodes(), messages)
                .as(FakeSignatures::signed)
                .list()
                .ofMaxSize(LIMITS.maxReplicas());
    }

    private static Arbitrary<List<VoteInfo>> votes(int limit) {
        return Combinators.combine(counters(), digests(), counters())
                .as(VoteInfo::new)
                .list()
                .ofMaxSize(limit);
    }

    private static Arbitrary<Batch> batches() {
        Arbitrary<Batch> any = Combinators.combine(counters(), requests().list().ofMaxSize(LIMITS.maxBatchRequests()))
                .as(Batch::of);
        return Arbitraries.frequencyOf(Tuple.of(9, any), Tuple.of(1, Arbitraries.just(Batch.NULL)));
    }

    private static Arbitrary<CheckpointCertificate> certificates() {
        return Combinators.combine(counters(), digests(), signed(checkpoints())).as(CheckpointCertificate::new);
    }

    private static Arbitrary<SessionId> sessions() {
        return Combinators.combine(nodes(), positives()).as(SessionId::new);
    }

    @Provide
    static Arbitrary<Request> requests() {
        return Combinators.combine(sessions(), positives(), Arbitraries.of(RetrySemantics.values()), operations())
                .as(FakeSignatures::request);
    }

    @Provide
    static Arbitrary<Query> queries() {
        return Combinators.combine(sessions(), counters(), operations()).as(Query::new);
    }

    @Provide
    static Arbitrary<Reply> replies() {
        return Combinators.combine(
                        nodes(),
                        counters(),
                        Arbitraries.integers().between(-1, CodecLimits.MAX_NODES - 1),
                        sessions(),
                        Arbitraries.of(RequestKind.values()),
                        counters(),
                        Arbitraries.of(ReplyStatus.values()),
                        bytes(200))
                .as(Reply::new);
    }

    @Provide
    static Arbitrary<PrePrepare> prePrepares() {
        return Combinators.combine(counters(), counters(), batches()).as(PrePrepare::new);
    }

    @Provide
    static Arbitrary<Prepare> prepares() {
        return Combinators.combine(counters(), counters(), digests()).as(Prepare::new);
    }

    @Provide
    static Arbitrary<Commit> commits() {
        return Combinators.combine(counters(), counters(), digests()).as(Commit::new);
    }

    @Provide
    static Arbitrary<Checkpoint> checkpoints() {
        return Combinators.combine(counters(), digests()).as(Checkpoint::new);
    }

    @Provide
    static Arbitrary<ViewChange> viewChanges() {
        return Combinators.combine(
                        counters(), certificates(), votes(LIMITS.maxWindow()), votes(Samples.MAX_PRE_PREPARED_ENTRIES))
                .as(ViewChange::new);
    }

    @Provide
    static Arbitrary<NewView> newViews() {
        var reproposals = Combinators.combine(counters(), digests())
                .as(Reproposal::new)
                .list()
                .ofMaxSize(LIMITS.maxWindow());
        return Combinators.combine(counters(), signed(viewChanges()), reproposals)
                .as(NewView::new);
    }

    @Provide
    static Arbitrary<Status> statuses() {
        return Combinators.combine(
                        counters(),
                        Arbitraries.of(true, false),
                        counters(),
                        counters(),
                        counters(),
                        Arbitraries.of(true, false))
                .as(Status::new);
    }

    @Provide
    static Arbitrary<StableCheckpoint> stableCheckpoints() {
        return certificates().map(StableCheckpoint::new);
    }

    @Provide
    static Arbitrary<Committed> committeds() {
        return Combinators.combine(counters(), digests()).as(Committed::new);
    }

    @Provide
    static Arbitrary<FetchBatch> fetchBatches() {
        return Combinators.combine(counters(), digests()).as(FetchBatch::new);
    }

    @Provide
    static Arbitrary<BatchBody> batchBodies() {
        return Combinators.combine(counters(), batches()).as(BatchBody::new);
    }

    @Provide
    static Arbitrary<FetchManifest> fetchManifests() {
        return Combinators.combine(counters(), digests()).as(FetchManifest::new);
    }

    @Provide
    static Arbitrary<FetchChunk> fetchChunks() {
        return Combinators.combine(counters(), digests(), chunkIndexes()).as(FetchChunk::new);
    }

    @Provide
    static Arbitrary<ManifestAnswer> manifestAnswers() {
        return Combinators.combine(counters(), bytes(LIMITS.maxManifestBytes())).as(ManifestAnswer::new);
    }

    @Provide
    static Arbitrary<ChunkAnswer> chunkAnswers() {
        return Combinators.combine(counters(), chunkIndexes(), bytes(LIMITS.maxChunkBytes()))
                .as(ChunkAnswer::new);
    }

    private static Arbitrary<NodePath> paths() {
        return bytes(6).flatMap(prefix -> Arbitraries.of(prefix.size() * 9, prefix.size() * 9 + 1))
                .flatMap(bits -> Arbitraries.bytes()
                        .array(byte[].class)
                        .ofSize(bits / 9)
                        .map(prefix -> new NodePath(ByteString.copyFrom(prefix), bits)));
    }

    @Provide
    static Arbitrary<FetchPiece> fetchPieces() {
        Arbitrary<Integer> sizes = Arbitraries.integers().between(1, TreeAssembler.MAX_WHOLE_BYTES);
        return Combinators.combine(counters(), digests(), paths(), sizes).as(FetchPiece::new);
    }

    @Provide
    static Arbitrary<PieceAnswer> pieceAnswers() {
        return Combinators.combine(counters(), paths(), bytes(200)).as(PieceAnswer::new);
    }

    @Provide
    static Arbitrary<PbftRecord> logRecords() {
        Arbitrary<PbftRecord> reservations =
                Combinators.combine(counters(), counters()).as(PbftRecord.Reservation::new);
        Arbitrary<PbftRecord> prePrepared =
                Combinators.combine(counters(), counters(), batches()).as(PbftRecord.PrePrepared::new);
        Arbitrary<PbftRecord> reproposed =
                Combinators.combine(counters(), counters(), digests()).as(PbftRecord.Reproposed::new);
        Arbitrary<PbftRecord> prepared =
                Combinators.combine(counters(), counters(), digests()).as(PbftRecord.Prepared::new);
        Arbitrary<PbftRecord> kept = Combinators.combine(counters(), batches()).as(PbftRecord.KeptBatch::new);
        Arbitrary<PbftRecord> left =
                Combinators.combine(counters(), viewChanges()).as(PbftRecord.LeftFor::new);
        Arbitrary<PbftRecord> entered = Combinators.combine(
                        counters(), Combinators.combine(nodes(), newViews()).as(FakeSignatures::signed))
                .as(PbftRecord.Entered::new);
        Arbitrary<PbftRecord> stable = certificates().map(PbftRecord.Stable::new);
        return Arbitraries.oneOf(List.of(reservations, prePrepared, reproposed, prepared, kept, left, entered, stable));
    }
}
