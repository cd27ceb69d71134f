package org.tagma.client;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;

/** One call of invoke, from the call to its completion. Not thread-safe. */
final class PendingRequest {

    /** One number under which the request was sent; at-least-once requests get a new one for each retry. */
    record Attempt(
            PendingRequest request,
            Session session,
            RequestKind kind,
            long number,
            ByteString frame,
            ReplyTally tally) {}

    static final long NEVER = Long.MAX_VALUE;

    final long ordinal;
    final ByteString operation;
    final RetrySemantics semantics;
    final Completion completion;
    final long deadlineAt;

    /** Attempts that are still listened for, oldest first; none while it waits in the local queue. */
    final List<Attempt> attempts = new ArrayList<>();

    /** Who refused it for lack of room. */
    final BitSet refusedBy = new BitSet();

    /** Whether it was sent to all replicas, not to the primary alone. */
    boolean sentToAll;

    /** Whether its caller has been told; it may still be retransmitted for the sake of later requests of its session. */
    boolean completed;

    long retryAt = NEVER;
    long backOffMillis;

    PendingRequest(
            long ordinal, ByteString operation, RetrySemantics semantics, Completion completion, long deadlineAt) {
        this.ordinal = ordinal;
        this.operation = operation;
        this.semantics = semantics;
        this.completion = completion;
        this.deadlineAt = deadlineAt;
    }

    Attempt newestAttempt() {
        return attempts.get(attempts.size() - 1);
    }
}
