package org.tagma.benchmarks.load;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;

/**
 * A state machine that does nothing but count, so that a benchmark measures the replication and not the service. An
 * operation says in its first four bytes how many bytes it wants back; a shorter one wants none.
 */
public final class NullService implements StateMachine {

    /** The longest result. */
    public static final int MAX_REPLY_BYTES = 1 << 20;

    /** Refusal: more bytes are wanted than {@link #MAX_REPLY_BYTES}, or fewer than none. */
    public static final String BAD_REPLY_SIZE = "bad-reply-size";

    private long applied;
    private ByteString lastReply = ByteString.EMPTY;

    /**
     * An operation of so many bytes that wants so many back; it is longer than asked for if it could not say so
     * otherwise.
     *
     * @param payloadBytes at least 0
     * @param replyBytes 0 to {@link #MAX_REPLY_BYTES}
     */
    public static ByteString operation(int payloadBytes, int replyBytes) {
        int size = replyBytes == 0 ? payloadBytes : Math.max(Integer.BYTES, payloadBytes);
        ByteBuffer bytes = ByteBuffer.allocate(size);
        if (size >= Integer.BYTES) {
            bytes.putInt(0, replyBytes);
        }
        return ByteString.copyFrom(bytes);
    }

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        ByteString result = query(operation);
        applied++;
        return result;
    }

    @Override
    public ByteString query(ByteString operation) throws OperationRejectedException {
        if (operation.size() < Integer.BYTES) {
            return ByteString.EMPTY;
        }
        int wanted = operation.asReadOnlyByteBuffer().getInt();
        if (wanted < 0 || wanted > MAX_REPLY_BYTES) {
            throw new OperationRejectedException(BAD_REPLY_SIZE, "a reply has 0 to " + MAX_REPLY_BYTES + " bytes");
        }
        if (lastReply.size() != wanted) {
            lastReply = ByteString.copyFrom(new byte[wanted]);
        }
        return lastReply;
    }

    @Override
    public ByteString snapshot() {
        return ByteString.copyFrom(
                ByteBuffer.allocate(Long.BYTES).putLong(applied).flip());
    }

    @Override
    public void restore(ByteString snapshot) {
        applied = snapshot.asReadOnlyByteBuffer().getLong();
    }
}
