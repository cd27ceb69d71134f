package org.tagma.protocol.raft;

import com.google.protobuf.MessageLite;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;
import org.tagma.core.raft.message.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.message.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;
import org.tagma.network.wire.AppendEntriesPayload;
import org.tagma.network.wire.AppendEntriesReplyPayload;
import org.tagma.network.wire.InstallSnapshotPayload;
import org.tagma.network.wire.ReadIndexPayload;
import org.tagma.network.wire.ReadIndexReplyPayload;
import org.tagma.network.wire.RequestSnapshotPayload;
import org.tagma.network.wire.RequestVotePayload;
import org.tagma.network.wire.RequestVoteReplyPayload;
import org.tagma.network.wire.TimeoutNowPayload;

/** Encodes the payload of each of Raft's messages: one method a message, in the order of the schema. */
final class RaftEncoder {

    private RaftEncoder() {}

    static MessageLite requestVote(RequestVote request) {
        return RequestVotePayload.newBuilder()
                .setTerm(request.term())
                .setLastLogIndex(request.lastLogIndex())
                .setLastLogTerm(request.lastLogTerm())
                .setPreVote(request.preVote())
                .setTransfer(request.transfer())
                .build();
    }

    static MessageLite requestVoteReply(RequestVoteReply reply) {
        return RequestVoteReplyPayload.newBuilder()
                .setTerm(reply.term())
                .setElectionTerm(reply.electionTerm())
                .setPreVote(reply.preVote())
                .setGranted(reply.granted())
                .build();
    }

    static MessageLite appendEntries(AppendEntries append) {
        AppendEntriesPayload.Builder payload = AppendEntriesPayload.newBuilder()
                .setTerm(append.term())
                .setPrevLogIndex(append.prevLogIndex())
                .setPrevLogTerm(append.prevLogTerm())
                .setLeaderCommit(append.leaderCommit())
                .setRound(append.round());
        append.entries().forEach(entry -> payload.addEntries(RaftPartEncoder.entry(entry)));
        return payload.build();
    }

    static MessageLite appendEntriesReply(AppendEntriesReply reply) {
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

    static MessageLite installSnapshot(InstallSnapshot install) {
        return InstallSnapshotPayload.newBuilder()
                .setTerm(install.term())
                .setSnapshot(RaftPartEncoder.snapshot(install.snapshot()))
                .build();
    }

    static MessageLite requestSnapshot(RequestSnapshot message) {
        return RequestSnapshotPayload.newBuilder().setTerm(message.term()).build();
    }

    static MessageLite timeoutNow(TimeoutNow message) {
        return TimeoutNowPayload.newBuilder().setTerm(message.term()).build();
    }

    static MessageLite readIndex(ReadIndex read) {
        return ReadIndexPayload.newBuilder()
                .setTerm(read.term())
                .setContext(read.context())
                .build();
    }

    static MessageLite readIndexReply(ReadIndexReply reply) {
        return ReadIndexReplyPayload.newBuilder()
                .setTerm(reply.term())
                .setContext(reply.context())
                .setIndex(reply.index())
                .build();
    }
}
