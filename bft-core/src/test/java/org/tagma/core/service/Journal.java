package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * A state machine whose state is the list of operations that it executed, each with its context; so that whatever was
 * executed twice, or in another order, shows.
 */
final class Journal implements StateMachine {

    private final List<String> lines = new ArrayList<>();

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        String text = operation.toStringUtf8();
        switch (text) {
            case "reject" -> throw new OperationRejectedException("refused", "no, thanks");
            case "throw" -> throw new IllegalArgumentException("identity " + System.identityHashCode(this));
            case "null" -> {
                return null;
            }
            case "huge" -> {
                return ByteString.copyFrom(new byte[ReplicatedService.MAX_RESULT_BYTES + 1]);
            }
            case "error" -> throw new AssertionError("this replica is broken");
            default ->
                lines.add(context.sequence() + "." + context.indexInBatch() + " " + context.session() + " @"
                        + context.timeMillis() + " " + text);
        }
        return ByteString.copyFromUtf8(text + " is line " + lines.size());
    }

    @Override
    public ByteString query(ByteString operation) throws OperationRejectedException {
        return switch (operation.toStringUtf8()) {
            case "count" -> ByteString.copyFromUtf8(Integer.toString(lines.size()));
            case "throw" -> throw new IllegalStateException("boom");
            default -> throw new OperationRejectedException("not-a-query", "only count");
        };
    }

    @Override
    public ByteString snapshot() {
        return ByteString.copyFromUtf8(String.join("\n", lines));
    }

    @Override
    public void restore(ByteString snapshot) {
        lines.clear();
        if (!snapshot.isEmpty()) {
            lines.addAll(List.of(snapshot.toStringUtf8().split("\n")));
        }
    }
}
