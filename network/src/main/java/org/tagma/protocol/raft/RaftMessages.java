package org.tagma.protocol.raft;

import com.google.protobuf.MessageLite;
import java.util.List;
import java.util.function.Function;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;
import org.tagma.core.raft.message.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.message.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;
import org.tagma.network.codec.ProtobufKind;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.Decoder;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Proof;

/** Raft's messages: their numbers in the schema. Each goes from one replica to another, and is shown to nobody else. */
final class RaftMessages {

    static final List<MessageKind<?>> ALL = List.of(
            kind(MessageType.REQUEST_VOTE, RequestVote.class, RaftEncoder::requestVote, RaftDecoder::requestVote),
            kind(
                    MessageType.REQUEST_VOTE_REPLY,
                    RequestVoteReply.class,
                    RaftEncoder::requestVoteReply,
                    RaftDecoder::requestVoteReply),
            kind(
                    MessageType.APPEND_ENTRIES,
                    AppendEntries.class,
                    RaftEncoder::appendEntries,
                    RaftDecoder::appendEntries),
            kind(
                    MessageType.APPEND_ENTRIES_REPLY,
                    AppendEntriesReply.class,
                    RaftEncoder::appendEntriesReply,
                    RaftDecoder::appendEntriesReply),
            kind(
                    MessageType.INSTALL_SNAPSHOT,
                    InstallSnapshot.class,
                    RaftEncoder::installSnapshot,
                    RaftDecoder::installSnapshot),
            kind(
                    MessageType.REQUEST_SNAPSHOT,
                    RequestSnapshot.class,
                    RaftEncoder::requestSnapshot,
                    RaftDecoder::requestSnapshot),
            kind(MessageType.TIMEOUT_NOW, TimeoutNow.class, RaftEncoder::timeoutNow, RaftDecoder::timeoutNow),
            kind(MessageType.READ_INDEX, ReadIndex.class, RaftEncoder::readIndex, RaftDecoder::readIndex),
            kind(
                    MessageType.READ_INDEX_REPLY,
                    ReadIndexReply.class,
                    RaftEncoder::readIndexReply,
                    RaftDecoder::readIndexReply));

    private RaftMessages() {}

    private static <M extends Message> MessageKind<M> kind(
            MessageType type, Class<M> of, Function<M, MessageLite> encoder, Decoder<M> decoder) {
        return ProtobufKind.kind(type, of, Proof.MAC, encoder, decoder);
    }
}
