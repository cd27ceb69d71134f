package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.PbftConfig;
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
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.ClockMessage.ClockAnswer;
import org.tagma.core.protocol.ClockMessage.ClockProbe;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.IncarnationMessage.IncarnationQuery;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.IncarnationRecord;
import org.tagma.core.protocol.IncarnationRecord.Incarnation;
import org.tagma.core.protocol.LogRecord;
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
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;
import org.tagma.core.raft.message.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.message.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.core.state.NodePath;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.RejectionReason;

/** One small, full message of every type and one record of every kind; no field of them is zero or empty. */
final class Samples {

    static final CodecLimits LIMITS = new CodecLimits(4, 64, 4, 8, 128, 256);

    /** Entries of Q. */
    static final int MAX_PRE_PREPARED_ENTRIES = 8 * PbftConfig.MAX_DIGESTS_PER_SEQUENCE;

    static final MessageCodec CODEC = new MessageCodec(LIMITS);

    static final SessionId SESSION = new SessionId(7, 1_700_000_000_000_000L);

    private Samples() {}

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static Digest digest(String text) {
        return Digest.of(bytes(text));
    }

    static Request request(long number) {
        return FakeSignatures.request(SESSION, number, RetrySemantics.EXACTLY_ONCE, bytes("put k" + number));
    }

    static Batch batch() {
        return Batch.of(1_700_000_000_123L, List.of(request(1), request(2)));
    }

    static CheckpointCertificate certificate() {
        Checkpoint checkpoint = new Checkpoint(128, digest("state"));
        return new CheckpointCertificate(
                128,
                digest("state"),
                List.of(FakeSignatures.signed(1, checkpoint), FakeSignatures.signed(3, checkpoint)));
    }

    static ViewChange viewChange() {
        return new ViewChange(
                9,
                certificate(),
                List.of(new VoteInfo(129, digest("a"), 8)),
                List.of(new VoteInfo(129, digest("a"), 8), new VoteInfo(130, digest("b"), 5)));
    }

    static NewView newView() {
        return new NewView(
                9,
                List.of(FakeSignatures.signed(1, viewChange())),
                List.of(new Reproposal(129, digest("a")), new Reproposal(130, Digest.NULL)));
    }

    static Reply reply() {
        return new Reply(3, 300, 2, SESSION, RequestKind.FIFO, 5, ReplyStatus.REJECTED, bytes("no such key"));
    }

    static SnapshotMeta snapshot() {
        return new SnapshotMeta(128, 8, digest("state"), new Configuration(List.of(0, 1), List.of(1, 2), List.of(3)));
    }

    static List<Entry> entries() {
        return List.of(
                new Entry.Requests(131, 8, batch()),
                new Entry.NoOp(132, 9),
                new Entry.Reconfiguration(133, 9, snapshot().configuration()));
    }

    static List<Message> messages() {
        return List.of(
                request(1),
                new Query(SESSION, 4, bytes("get k")),
                reply(),
                new PrePrepare(9, 131, batch()),
                new Prepare(9, 131, digest("a")),
                new Commit(9, 131, digest("a")),
                new Unchecked(9, 131, digest("a")),
                new Checkpoint(128, digest("state")),
                viewChange(),
                newView(),
                new Status(9, true, 131, 128, 500, true),
                new StableCheckpoint(certificate()),
                new Committed(131, digest("a")),
                new FetchBatch(131, digest("a")),
                new BatchBody(131, batch()),
                new FetchManifest(128, digest("state")),
                new FetchChunk(128, digest("state"), 3),
                new ManifestAnswer(128, bytes("a manifest")),
                new ChunkAnswer(128, 3, bytes("a chunk")),
                new FetchPiece(128, digest("state"), new NodePath(bytes("acc"), 27), 8_192),
                new PieceAnswer(128, new NodePath(bytes("acc"), 27), bytes("some nodes")),
                new EstimationQuery(7),
                new EstimationReply(7, 3, 128),
                new ClockProbe(7),
                new ClockAnswer(7, 1_700_000_000_000L),
                new IncarnationQuery(7, 2),
                new IncarnationReply(7, new Incarnation(2, 9), new Position(3, 128)),
                new RequestVote(9, 131, 8, true, true),
                new RequestVoteReply(8, 9, true, true),
                new AppendEntries(9, 130, 8, entries(), 129, 77),
                new AppendEntriesReply(9, 77, true, 133, 120, 7, true),
                new InstallSnapshot(9, snapshot()),
                new RequestSnapshot(9),
                new TimeoutNow(9),
                new ReadIndex(9, 4_242),
                new ReadIndexReply(9, 4_242, 131));
    }

    static List<LogRecord> logRecords() {
        return List.of(
                new PbftRecord.Reservation(9, 640),
                new PbftRecord.PrePrepared(9, 131, batch()),
                new PbftRecord.Reproposed(9, 129, digest("a")),
                new PbftRecord.Prepared(9, 131, digest("a")),
                new PbftRecord.KeptBatch(131, batch()),
                new PbftRecord.LeftFor(9, viewChange()),
                new PbftRecord.Entered(9, FakeSignatures.signed(1, newView())),
                new PbftRecord.Stable(certificate()),
                new PbftRecord.Forgotten(3, 1_408),
                new IncarnationRecord.OwnIncarnation(new Incarnation(2, 9)),
                new IncarnationRecord.KnownIncarnations(List.of(new Incarnation(2, 9), Incarnation.NONE)),
                new RaftRecord.HardState(9, 2),
                new RaftRecord.MemoryRegained(9),
                new RaftRecord.Appended(entries().get(0)),
                new RaftRecord.Appended(entries().get(1)),
                new RaftRecord.Appended(entries().get(2)),
                new RaftRecord.SuffixRemoved(131, 133),
                new RaftRecord.Snapshotted(snapshot()));
    }

    /** Who sends such a message. */
    static NodeId sender(Message message) {
        if (message instanceof Request request) {
            return new NodeId.Client(request.session().client());
        }
        if (message instanceof Query query) {
            return new NodeId.Client(query.session().client());
        }
        return new NodeId.Replica(message instanceof Reply reply ? reply.replica() : 3);
    }

    static Envelope envelope(Message message) {
        return FakeSignatures.seal(sender(message), message);
    }

    static Decoded<Message> decode(Message as, ByteString payload, NestedVerifier verifier) {
        return CODEC.decode(new Envelope(sender(as), MessageCodec.type(as), payload, ByteString.EMPTY), verifier);
    }

    static void assertRejected(Decoded<?> decoded, RejectionReason reason) {
        assertThat(decoded).isInstanceOf(Decoded.Rejected.class);
        Decoded.Rejected<?> rejected = (Decoded.Rejected<?>) decoded;
        assertThat(rejected.reason()).as(rejected.detail()).isEqualTo(reason);
    }
}
