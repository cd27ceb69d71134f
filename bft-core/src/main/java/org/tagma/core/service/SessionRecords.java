package org.tagma.core.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.Session.CachedReply;
import org.tagma.core.state.FrameworkState;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.StateEntry;

/**
 * How the {@link SessionTable} lies in the state's tree: an entry for each client, each live session and each reply
 * that is kept, so that a checkpoint costs what changed. Keys have a letter and fixed widths, big endian; values are
 * varints.
 */
final class SessionRecords {

    private static final char CLIENT = 'c';
    private static final char SESSION = 'n';
    private static final char REPLY = 'r';

    private SessionRecords() {}

    static ByteString clientKey(int client) {
        return key(1 + Integer.BYTES, CLIENT).putInt(client).bytes();
    }

    static ByteString sessionKey(SessionId id) {
        return key(1 + Integer.BYTES + Long.BYTES, SESSION)
                .putInt(id.client())
                .putLong(id.session())
                .bytes();
    }

    static ByteString replyKey(SessionId id, long number) {
        return key(1 + Integer.BYTES + 2 * Long.BYTES, REPLY)
                .putInt(id.client())
                .putLong(id.session())
                .putLong(number)
                .bytes();
    }

    static ByteString client(long newestSession, long highestEnded) {
        return encode(out -> {
            out.writeUInt64NoTag(newestSession);
            out.writeUInt64NoTag(highestEnded);
        });
    }

    static ByteString session(Session session) {
        return encode(out -> {
            out.writeUInt64NoTag(session.nextNumber());
            out.writeUInt64NoTag(session.lastUnordered());
            out.writeUInt64NoTag(session.lastOrder());
            out.writeUInt64NoTag(session.lastMillis());
        });
    }

    /** The order and the status, and to the end the result. */
    static ByteString reply(CachedReply reply) {
        ByteString head = encode(out -> {
            out.writeUInt64NoTag(reply.order());
            out.writeUInt32NoTag(code(reply.status()));
        });
        // Flat: the value must not keep the message in memory that the result may be a part of.
        byte[] flat = new byte[head.size() + reply.resultBytes()];
        head.copyTo(flat, 0);
        reply.result().copyTo(flat, head.size());
        return ByteString.copyFrom(flat);
    }

    /** What is to be answered, from an entry that was read. */
    static ServiceReply reply(ByteString value) {
        try {
            CachedReply reply = parse(value);
            return new ServiceReply(reply.status(), reply.result());
        } catch (IOException e) {
            throw new UncheckedIOException("a reply in the tree is not one", e);
        }
    }

    private static CachedReply parse(ByteString value) throws IOException {
        CodedInputStream in = value.newCodedInput();
        long order = in.readUInt64();
        ReplyStatus status = status(in.readUInt32());
        ByteString result = value.substring(in.getTotalBytesRead());
        return new CachedReply(order, status, result.size(), result);
    }

    /**
     * Reads what is in a tree into an empty table.
     *
     * @throws IOException if it is not what a table wrote
     */
    static void read(MerkleTree tree, SessionTable table) throws IOException {
        for (StateEntry entry : entries(tree, CLIENT)) {
            CodedInputStream in = entry.value().newCodedInput();
            int client = fields(entry, 1 + Integer.BYTES).getInt();
            long newest = in.readUInt64();
            long ended = in.readUInt64();
            require(ended >= 0 && ended <= newest && in.isAtEnd());
            table.restoreClient(client, newest, ended);
        }
        for (StateEntry entry : entries(tree, SESSION)) {
            CodedInputStream in = entry.value().newCodedInput();
            ByteBuffer key = fields(entry, 1 + Integer.BYTES + Long.BYTES);
            Session session = new Session(
                    new SessionId(key.getInt(), key.getLong()),
                    in.readUInt64(),
                    in.readUInt64(),
                    in.readUInt64(),
                    in.readUInt64());
            require(in.isAtEnd() && session.nextNumber() >= 1 && session.lastUnordered() >= 0);
            require(table.restoreSession(session));
        }
        for (StateEntry entry : entries(tree, REPLY)) {
            ByteBuffer key = fields(entry, 1 + Integer.BYTES + 2 * Long.BYTES);
            SessionId id = new SessionId(key.getInt(), key.getLong());
            require(table.restoreReply(id, key.getLong(), parse(entry.value())));
        }
    }

    private static Iterable<StateEntry> entries(MerkleTree tree, char kind) {
        return FrameworkState.withPrefix(tree, ByteString.copyFrom(new byte[] {(byte) kind}));
    }

    private static ByteBuffer fields(StateEntry entry, int length) throws IOException {
        require(entry.key().size() == length);
        return entry.key().substring(1).asReadOnlyByteBuffer();
    }

    private static void require(boolean condition) throws IOException {
        if (!condition) {
            throw new InvalidProtocolBufferException("a session record that cannot be");
        }
    }

    private static int code(ReplyStatus status) {
        return switch (status) {
            case OK -> 0;
            case REJECTED -> 1;
            case FAILED -> 2;
            default -> throw new IllegalStateException("a reply with status " + status + " is never cached");
        };
    }

    private static ReplyStatus status(int code) throws InvalidProtocolBufferException {
        return switch (code) {
            case 0 -> ReplyStatus.OK;
            case 1 -> ReplyStatus.REJECTED;
            case 2 -> ReplyStatus.FAILED;
            default -> throw new InvalidProtocolBufferException("no cached reply has status code " + code);
        };
    }

    private static Key key(int length, char kind) {
        return new Key(ByteBuffer.allocate(length).put((byte) kind));
    }

    /** A key in the making. */
    private record Key(ByteBuffer buffer) {
        Key putInt(int value) {
            buffer.putInt(value);
            return this;
        }

        Key putLong(long value) {
            buffer.putLong(value);
            return this;
        }

        ByteString bytes() {
            return ByteString.copyFrom(buffer.array());
        }
    }

    /** Writes varints. */
    interface Writer {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    static ByteString encode(Writer writer) {
        ByteString.Output bytes = ByteString.newOutput();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            writer.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteString();
    }
}
