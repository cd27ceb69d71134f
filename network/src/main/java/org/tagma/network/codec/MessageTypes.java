package org.tagma.network.codec;

import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.EstimationMessage;
import org.tagma.core.protocol.LifeMessage;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.RaftMessage;
import org.tagma.core.service.TransferMessage;
import org.tagma.network.wire.MessageType;

/** Which type number each message has. */
final class MessageTypes {

    private MessageTypes() {}

    /** @throws IllegalArgumentException if the schema has no such message, which is a bug of the caller */
    static int of(Message message) {
        if (message instanceof Request) {
            return MessageType.REQUEST_VALUE;
        }
        if (message instanceof PbftMessage pbft) {
            return of(pbft);
        }
        if (message instanceof ClientMessage client) {
            return client instanceof ClientMessage.Reply ? MessageType.REPLY_VALUE : MessageType.QUERY_VALUE;
        }
        if (message instanceof TransferMessage transfer) {
            return of(transfer);
        }
        if (message instanceof RaftMessage raft) {
            return of(raft);
        }
        if (message instanceof EstimationMessage estimation) {
            return estimation instanceof EstimationMessage.EstimationQuery
                    ? MessageType.ESTIMATION_QUERY_VALUE
                    : MessageType.ESTIMATION_REPLY_VALUE;
        }
        if (message instanceof ClockMessage clock) {
            return clock instanceof ClockMessage.ClockProbe
                    ? MessageType.CLOCK_PROBE_VALUE
                    : MessageType.CLOCK_ANSWER_VALUE;
        }
        if (message instanceof LifeMessage life) {
            return life instanceof LifeMessage.LifeQuery ? MessageType.LIFE_QUERY_VALUE : MessageType.LIFE_REPLY_VALUE;
        }
        throw new IllegalArgumentException("no message type for " + message.getClass());
    }

    private static int of(PbftMessage message) {
        if (message instanceof PbftMessage.Prepare) {
            return MessageType.PREPARE_VALUE;
        }
        if (message instanceof PbftMessage.Commit) {
            return MessageType.COMMIT_VALUE;
        }
        if (message instanceof PbftMessage.PrePrepare) {
            return MessageType.PRE_PREPARE_VALUE;
        }
        if (message instanceof PbftMessage.Checkpoint) {
            return MessageType.CHECKPOINT_VALUE;
        }
        if (message instanceof PbftMessage.ViewChange) {
            return MessageType.VIEW_CHANGE_VALUE;
        }
        if (message instanceof PbftMessage.NewView) {
            return MessageType.NEW_VIEW_VALUE;
        }
        return ofCatchingUp(message);
    }

    private static int ofCatchingUp(PbftMessage message) {
        if (message instanceof PbftMessage.Status) {
            return MessageType.STATUS_VALUE;
        }
        if (message instanceof PbftMessage.StableCheckpoint) {
            return MessageType.STABLE_CHECKPOINT_VALUE;
        }
        if (message instanceof PbftMessage.Committed) {
            return MessageType.COMMITTED_VALUE;
        }
        if (message instanceof PbftMessage.FetchBatch) {
            return MessageType.FETCH_BATCH_VALUE;
        }
        if (message instanceof PbftMessage.BatchBody) {
            return MessageType.BATCH_BODY_VALUE;
        }
        throw new IllegalArgumentException("no message type for " + message.getClass());
    }

    private static int of(TransferMessage message) {
        if (message instanceof TransferMessage.FetchManifest) {
            return MessageType.FETCH_MANIFEST_VALUE;
        }
        if (message instanceof TransferMessage.FetchChunk) {
            return MessageType.FETCH_CHUNK_VALUE;
        }
        if (message instanceof TransferMessage.ManifestAnswer) {
            return MessageType.MANIFEST_ANSWER_VALUE;
        }
        if (message instanceof TransferMessage.ChunkAnswer) {
            return MessageType.CHUNK_ANSWER_VALUE;
        }
        return message instanceof TransferMessage.FetchPiece
                ? MessageType.FETCH_PIECE_VALUE
                : MessageType.PIECE_ANSWER_VALUE;
    }

    private static int of(RaftMessage message) {
        if (message instanceof RaftMessage.AppendEntries) {
            return MessageType.APPEND_ENTRIES_VALUE;
        }
        if (message instanceof RaftMessage.AppendEntriesReply) {
            return MessageType.APPEND_ENTRIES_REPLY_VALUE;
        }
        if (message instanceof RaftMessage.ReadIndex) {
            return MessageType.READ_INDEX_VALUE;
        }
        if (message instanceof RaftMessage.ReadIndexReply) {
            return MessageType.READ_INDEX_REPLY_VALUE;
        }
        if (message instanceof RaftMessage.RequestVote) {
            return MessageType.REQUEST_VOTE_VALUE;
        }
        if (message instanceof RaftMessage.RequestVoteReply) {
            return MessageType.REQUEST_VOTE_REPLY_VALUE;
        }
        if (message instanceof RaftMessage.InstallSnapshot) {
            return MessageType.INSTALL_SNAPSHOT_VALUE;
        }
        return message instanceof RaftMessage.RequestSnapshot
                ? MessageType.REQUEST_SNAPSHOT_VALUE
                : MessageType.TIMEOUT_NOW_VALUE;
    }
}
