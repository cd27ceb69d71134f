package org.tagma.core;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.StateMachine;

/** A state machine that remembers the operations in order, and the agreed times it was shown. */
public final class Journal implements StateMachine {

    public final List<ByteString> operations = new ArrayList<>();
    public final List<Long> times = new ArrayList<>();

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) {
        operations.add(operation);
        times.add(context.timeMillis());
        return ByteString.copyFromUtf8(Integer.toString(operations.size()));
    }

    @Override
    public ByteString query(ByteString operation) {
        return ByteString.copyFromUtf8(Integer.toString(operations.size()));
    }

    @Override
    public ByteString snapshot() {
        List<ByteString> parts = new ArrayList<>();
        for (ByteString operation : operations) {
            parts.add(ByteString.copyFrom(
                    ByteBuffer.allocate(Integer.BYTES).putInt(operation.size()).flip()));
            parts.add(operation);
        }
        return ByteString.copyFrom(parts);
    }

    @Override
    public void restore(ByteString snapshot) {
        operations.clear();
        ByteBuffer bytes = snapshot.asReadOnlyByteBuffer();
        while (bytes.hasRemaining()) {
            int size = bytes.getInt();
            operations.add(ByteString.copyFrom(bytes, size));
        }
    }

    public boolean has(String operation) {
        return operations.contains(ByteString.copyFromUtf8(operation));
    }
}
