package org.tagma.protocol.raft;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
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
import org.tagma.network.codec.Checks;
import org.tagma.network.codec.StrictParser;
import org.tagma.network.wire.AppendEntriesPayload;
import org.tagma.network.wire.AppendEntriesReplyPayload;
import org.tagma.network.wire.EntryPart;
import org.tagma.network.wire.InstallSnapshotPayload;
import org.tagma.network.wire.ReadIndexPayload;
import org.tagma.network.wire.ReadIndexReplyPayload;
import org.tagma.network.wire.RequestSnapshotPayload;
import org.tagma.network.wire.RequestVotePayload;
import org.tagma.network.wire.RequestVoteReplyPayload;
import org.tagma.network.wire.SnapshotPart;
import org.tagma.network.wire.TimeoutNowPayload;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;

/** Decodes the payload of each of Raft's messages: one method a message, in the order of the schema. */
final class RaftDecoder {

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

    private RaftDecoder() {}

    static RequestVote requestVote(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        RequestVotePayload payload = REQUEST_VOTE.parse(bytes);
        return new RequestVote(
                term(payload.getTerm()),
                index(payload.getLastLogIndex()),
                term(payload.getLastLogTerm()),
                payload.getPreVote(),
                payload.getTransfer());
    }

    static RequestVoteReply requestVoteReply(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        RequestVoteReplyPayload payload = REQUEST_VOTE_REPLY.parse(bytes);
        return new RequestVoteReply(
                term(payload.getTerm()), term(payload.getElectionTerm()), payload.getPreVote(), payload.getGranted());
    }

    static AppendEntries appendEntries(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        AppendEntriesPayload payload = APPEND_ENTRIES.parse(
                bytes,
                (long) context.limits().maxWindow()
                        * (FIELDS_AN_ENTRY + context.limits().maxBatchRequests()),
                AppendEntriesPayload.ENTRIES_FIELD_NUMBER,
                EntryPart.BATCH_FIELD_NUMBER);
        int count = Checks.atMost(
                "entries", payload.getEntriesCount(), context.limits().maxWindow());
        List<Entry> entries = new ArrayList<>(count);
        for (EntryPart part : payload.getEntriesList()) {
            entries.add(RaftPartDecoder.entry(part, context));
        }
        return new AppendEntries(
                term(payload.getTerm()),
                index(payload.getPrevLogIndex()),
                term(payload.getPrevLogTerm()),
                entries,
                index(payload.getLeaderCommit()),
                Checks.counter("round", payload.getRound()));
    }

    static AppendEntriesReply appendEntriesReply(ByteString bytes, DecodeContext context)
            throws InvalidMessageException {
        AppendEntriesReplyPayload payload = APPEND_ENTRIES_REPLY.parse(bytes);
        return new AppendEntriesReply(
                term(payload.getTerm()),
                Checks.counter("round", payload.getRound()),
                payload.getSuccess(),
                index(payload.getIndex()),
                index(payload.getHintIndex()),
                term(payload.getHintTerm()),
                payload.getRecovering());
    }

    static InstallSnapshot installSnapshot(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        InstallSnapshotPayload payload = INSTALL_SNAPSHOT.parse(
                bytes,
                Configuration.MAX_MEMBERS,
                InstallSnapshotPayload.SNAPSHOT_FIELD_NUMBER,
                SnapshotPart.CONFIGURATION_FIELD_NUMBER);
        Checks.present("snapshot", payload.hasSnapshot());
        return new InstallSnapshot(term(payload.getTerm()), RaftPartDecoder.snapshot(payload.getSnapshot(), context));
    }

    static RequestSnapshot requestSnapshot(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        return new RequestSnapshot(term(REQUEST_SNAPSHOT.parse(bytes).getTerm()));
    }

    static TimeoutNow timeoutNow(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        return new TimeoutNow(term(TIMEOUT_NOW.parse(bytes).getTerm()));
    }

    static ReadIndex readIndex(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        ReadIndexPayload payload = READ_INDEX.parse(bytes);
        return new ReadIndex(term(payload.getTerm()), Checks.counter("context", payload.getContext()));
    }

    static ReadIndexReply readIndexReply(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        ReadIndexReplyPayload payload = READ_INDEX_REPLY.parse(bytes);
        return new ReadIndexReply(
                term(payload.getTerm()), Checks.counter("context", payload.getContext()), index(payload.getIndex()));
    }

    private static long term(long value) throws InvalidMessageException {
        return Checks.counter("term", value);
    }

    private static long index(long value) throws InvalidMessageException {
        return Checks.counter("index", value);
    }
}
