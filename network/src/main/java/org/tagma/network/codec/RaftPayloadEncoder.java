package org.tagma.network.codec;

import com.google.protobuf.MessageLite;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.RaftMessage;
import org.tagma.network.wire.AppendEntriesPayload;
import org.tagma.network.wire.AppendEntriesReplyPayload;
import org.tagma.network.wire.InstallSnapshotPayload;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.ReadIndexPayload;
import org.tagma.network.wire.ReadIndexReplyPayload;
import org.tagma.network.wire.RequestSnapshotPayload;
import org.tagma.network.wire.RequestVotePayload;
import org.tagma.network.wire.RequestVoteReplyPayload;
import org.tagma.network.wire.TimeoutNowPayload;

/** Encodes the payload of each of Raft's messages: one method a message, in the order of the schema. */
final class RaftPayloadEncoder {

    private RaftPayloadEncoder() {}

    static MessageLite build(Message message) {
        return switch (MessageTypes.of(message)) {
            case MessageType.REQUEST_VOTE_VALUE -> requestVote((RaftMessage.RequestVote) message);
            case MessageType.REQUEST_VOTE_REPLY_VALUE -> requestVoteReply((RaftMessage.RequestVoteReply) message);
            case MessageType.APPEND_ENTRIES_VALUE -> appendEntries((RaftMessage.AppendEntries) message);
            case MessageType.APPEND_ENTRIES_REPLY_VALUE -> appendEntriesReply((RaftMessage.AppendEntriesReply) message);
            case MessageType.INSTALL_SNAPSHOT_VALUE -> installSnapshot((RaftMessage.InstallSnapshot) message);
            case MessageType.REQUEST_SNAPSHOT_VALUE ->
                RequestSnapshotPayload.newBuilder()
                        .setTerm(((RaftMessage.RequestSnapshot) message).term())
                        .build();
            case MessageType.TIMEOUT_NOW_VALUE ->
                TimeoutNowPayload.newBuilder()
                        .setTerm(((RaftMessage.TimeoutNow) message).term())
                        .build();
            case MessageType.READ_INDEX_VALUE -> readIndex((RaftMessage.ReadIndex) message);
            case MessageType.READ_INDEX_REPLY_VALUE -> readIndexReply((RaftMessage.ReadIndexReply) message);
            default -> throw new IllegalArgumentException("no encoding for " + message.getClass());
        };
    }

    private static MessageLite requestVote(RaftMessage.RequestVote request) {
        return RequestVotePayload.newBuilder()
                .setTerm(request.term())
                .setLastLogIndex(request.lastLogIndex())
                .setLastLogTerm(request.lastLogTerm())
                .setPreVote(request.preVote())
                .setTransfer(request.transfer())
                .build();
    }

    private static MessageLite requestVoteReply(RaftMessage.RequestVoteReply reply) {
        return RequestVoteReplyPayload.newBuilder()
                .setTerm(reply.term())
                .setElectionTerm(reply.electionTerm())
                .setPreVote(reply.preVote())
                .setGranted(reply.granted())
                .build();
    }

    private static MessageLite appendEntries(RaftMessage.AppendEntries append) {
        AppendEntriesPayload.Builder payload = AppendEntriesPayload.newBuilder()
                .setTerm(append.term())
                .setPrevLogIndex(append.prevLogIndex())
                .setPrevLogTerm(append.prevLogTerm())
                .setLeaderCommit(append.leaderCommit())
                .setRound(append.round());
        append.entries().forEach(entry -> payload.addEntries(RaftPartEncoder.entry(entry)));
        return payload.build();
    }

    private static MessageLite appendEntriesReply(RaftMessage.AppendEntriesReply reply) {
        return AppendEntriesReplyPayload.newBuilder()
                .setTerm(reply.term())
                .setRound(reply.round())
                .setSuccess(reply.success())
                .setIndex(reply.index())
                .setHintIndex(reply.hintIndex())
                .setHintTerm(reply.hintTerm())
                .setRecovering(reply.recovering())
                .build();
    }

    private static MessageLite installSnapshot(RaftMessage.InstallSnapshot install) {
        return InstallSnapshotPayload.newBuilder()
                .setTerm(install.term())
                .setSnapshot(RaftPartEncoder.snapshot(install.snapshot()))
                .build();
    }

    private static MessageLite readIndex(RaftMessage.ReadIndex read) {
        return ReadIndexPayload.newBuilder()
                .setTerm(read.term())
                .setContext(read.context())
                .build();
    }

    private static MessageLite readIndexReply(RaftMessage.ReadIndexReply reply) {
        return ReadIndexReplyPayload.newBuilder()
                .setTerm(reply.term())
                .setContext(reply.context())
                .setIndex(reply.index())
                .build();
    }
}
