package org.tagma.replica;

import com.google.protobuf.ByteString;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;

/** Counts operations; some of them have an effect of their own. */
final class CountingMachine implements StateMachine {

    private long count;

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        String text = operation.toStringUtf8();
        if (text.equals("refuse")) {
            throw new OperationRejectedException("refused", "as asked");
        }
        if (text.equals("exhaust")) {
            throw new OutOfMemoryError("scripted");
        }
        count++;
        return snapshot();
    }

    @Override
    public ByteString query(ByteString operation) {
        return snapshot();
    }

    @Override
    public ByteString snapshot() {
        return ByteString.copyFromUtf8(Long.toString(count));
    }

    @Override
    public void restore(ByteString snapshot) {
        count = Long.parseLong(snapshot.toStringUtf8());
    }
}
