package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.Configuration;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage;
import org.tagma.network.wire.AppendEntriesPayload;
import org.tagma.network.wire.AppendEntriesReplyPayload;
import org.tagma.network.wire.EntryPart;
import org.tagma.network.wire.InstallSnapshotPayload;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.ReadIndexPayload;
import org.tagma.network.wire.ReadIndexReplyPayload;
import org.tagma.network.wire.RequestSnapshotPayload;
import org.tagma.network.wire.RequestVotePayload;
import org.tagma.network.wire.RequestVoteReplyPayload;
import org.tagma.network.wire.SnapshotPart;
import org.tagma.network.wire.TimeoutNowPayload;

/**
 * Decodes the payload of each of Raft's messages: one method a message, in the order of the schema.
 *
 * <p>Immutable and thread-safe.
 */
final class RaftPayloadDecoder {

    /** Fields of an entry and of a batch that are there at most once. */
    private static final int FIELDS_AN_ENTRY = 5;

    private static final StrictParser<RequestVotePayload> REQUEST_VOTE =
            new StrictParser<>(RequestVotePayload.parser());
    private static final StrictParser<RequestVoteReplyPayload> REQUEST_VOTE_REPLY =
            new StrictParser<>(RequestVoteReplyPayload.parser());
    private static final StrictParser<AppendEntriesPayload> APPEND_ENTRIES =
            new StrictParser<>(AppendEntriesPayload.parser());
    private static final StrictParser<AppendEntriesReplyPayload> APPEND_ENTRIES_REPLY =
            new StrictParser<>(AppendEntriesReplyPayload.parser());
    private static final StrictParser<InstallSnapshotPayload> INSTALL_SNAPSHOT =
            new StrictParser<>(InstallSnapshotPayload.parser());
    private static final StrictParser<RequestSnapshotPayload> REQUEST_SNAPSHOT =
            new StrictParser<>(RequestSnapshotPayload.parser());
    private static final StrictParser<TimeoutNowPayload> TIMEOUT_NOW = new StrictParser<>(TimeoutNowPayload.parser());
    private static final StrictParser<ReadIndexPayload> READ_INDEX = new StrictParser<>(ReadIndexPayload.parser());
    private static final StrictParser<ReadIndexReplyPayload> READ_INDEX_REPLY =
            new StrictParser<>(ReadIndexReplyPayload.parser());

    private final CodecLimits limits;
    private final RaftPartDecoder parts;

    RaftPayloadDecoder(CodecLimits limits) {
        this.limits = limits;
        this.parts = new RaftPartDecoder(limits);
    }

    Message decode(Envelope envelope, NestedVerifier verifier) throws Rejection {
        ByteString payload = envelope.payload();
        return switch (envelope.type()) {
            case MessageType.REQUEST_VOTE_VALUE -> requestVote(payload);
            case MessageType.REQUEST_VOTE_REPLY_VALUE -> requestVoteReply(payload);
            case MessageType.APPEND_ENTRIES_VALUE -> appendEntries(payload, verifier);
            case MessageType.APPEND_ENTRIES_REPLY_VALUE -> appendEntriesReply(payload);
            case MessageType.INSTALL_SNAPSHOT_VALUE -> installSnapshot(payload);
            case MessageType.REQUEST_SNAPSHOT_VALUE ->
                new RaftMessage.RequestSnapshot(
                        term(REQUEST_SNAPSHOT.parse(payload).getTerm()));
            case MessageType.TIMEOUT_NOW_VALUE ->
                new RaftMessage.TimeoutNow(term(TIMEOUT_NOW.parse(payload).getTerm()));
            case MessageType.READ_INDEX_VALUE -> readIndex(payload);
            case MessageType.READ_INDEX_REPLY_VALUE -> readIndexReply(payload);
            default -> throw new Rejection(RejectReason.UNKNOWN_TYPE, "message type " + envelope.type());
        };
    }

    private static Message requestVote(ByteString bytes) throws Rejection {
        RequestVotePayload payload = REQUEST_VOTE.parse(bytes);
        return new RaftMessage.RequestVote(
                term(payload.getTerm()),
                index(payload.getLastLogIndex()),
                term(payload.getLastLogTerm()),
                payload.getPreVote(),
                payload.getTransfer());
    }

    private static Message requestVoteReply(ByteString bytes) throws Rejection {
        RequestVoteReplyPayload payload = REQUEST_VOTE_REPLY.parse(bytes);
        return new RaftMessage.RequestVoteReply(
                term(payload.getTerm()), term(payload.getElectionTerm()), payload.getPreVote(), payload.getGranted());
    }

    private Message appendEntries(ByteString bytes, NestedVerifier verifier) throws Rejection {
        AppendEntriesPayload payload = APPEND_ENTRIES.parse(
                bytes,
                (long) limits.maxWindow() * (FIELDS_AN_ENTRY + limits.maxBatchRequests()),
                AppendEntriesPayload.ENTRIES_FIELD_NUMBER,
                EntryPart.BATCH_FIELD_NUMBER);
        int count = Checks.atMost("entries", payload.getEntriesCount(), limits.maxWindow());
        List<Entry> entries = new ArrayList<>(count);
        for (EntryPart part : payload.getEntriesList()) {
            entries.add(parts.entry(part, verifier));
        }
        return new RaftMessage.AppendEntries(
                term(payload.getTerm()),
                index(payload.getPrevLogIndex()),
                term(payload.getPrevLogTerm()),
                entries,
                index(payload.getLeaderCommit()),
                Checks.counter("round", payload.getRound()));
    }

    private static Message appendEntriesReply(ByteString bytes) throws Rejection {
        AppendEntriesReplyPayload payload = APPEND_ENTRIES_REPLY.parse(bytes);
        return new RaftMessage.AppendEntriesReply(
                term(payload.getTerm()),
                Checks.counter("round", payload.getRound()),
                payload.getSuccess(),
                index(payload.getIndex()),
                index(payload.getHintIndex()),
                term(payload.getHintTerm()),
                payload.getRecovering());
    }

    private Message installSnapshot(ByteString bytes) throws Rejection {
        InstallSnapshotPayload payload = INSTALL_SNAPSHOT.parse(
                bytes,
                Configuration.MAX_MEMBERS,
                InstallSnapshotPayload.SNAPSHOT_FIELD_NUMBER,
                SnapshotPart.CONFIGURATION_FIELD_NUMBER);
        Checks.present("snapshot", payload.hasSnapshot());
        return new RaftMessage.InstallSnapshot(term(payload.getTerm()), parts.snapshot(payload.getSnapshot()));
    }

    private static Message readIndex(ByteString bytes) throws Rejection {
        ReadIndexPayload payload = READ_INDEX.parse(bytes);
        return new RaftMessage.ReadIndex(term(payload.getTerm()), Checks.counter("context", payload.getContext()));
    }

    private static Message readIndexReply(ByteString bytes) throws Rejection {
        ReadIndexReplyPayload payload = READ_INDEX_REPLY.parse(bytes);
        return new RaftMessage.ReadIndexReply(
                term(payload.getTerm()), Checks.counter("context", payload.getContext()), index(payload.getIndex()));
    }

    private static long term(long value) throws Rejection {
        return Checks.counter("term", value);
    }

    private static long index(long value) throws Rejection {
        return Checks.counter("index", value);
    }
}
