package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tagma.client.call.Completion;
import org.tagma.core.protocol.RetrySemantics;

/** One call of invoke, from the call to its completion. Not thread-safe. */
public final class PendingRequest {

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

    /** Who refused it for any reason since it was last repeated, and so is not silent. */
    final BitSet refusedLatelyBy = new BitSet();

    /** Who did not take it for lack of a leader, since it was last repeated. */
    final BitSet strandedAt = new BitSet();

    /** Who was sent it last. */
    BitSet receivers = new BitSet();

    /** Whether it was sent to anybody yet, under whatever number. */
    boolean wasSent;

    /** How often it was sent again for lack of an answer. */
    int repetitions;

    /**
     * Whether its caller has been told; it may still be retransmitted for the sake of later requests of its session.
     */
    boolean completed;

    /** How much of what may be under way it takes; see {@link InFlight}. */
    long bytesUnderWay;

    /** Whether it waits until the replicas have room for it. */
    boolean isHeld;

    /** Whether it does so though nothing else is under way whose answer would make room. */
    boolean isHeldAlone;

    /** When it was sent last. */
    long sentAt;

    long retryAt = NEVER;
    long backOffMillis;

    public PendingRequest(
            long ordinal, ByteString operation, RetrySemantics semantics, Completion completion, long deadlineAt) {
        this.ordinal = ordinal;
        this.operation = operation;
        this.semantics = semantics;
        this.completion = completion;
        this.deadlineAt = deadlineAt;
    }

    /** When something is to be done about it at the latest. */
    public long dueAt() {
        return completed ? retryAt : Math.min(retryAt, deadlineAt);
    }

    /** Whether it is sent again without a refusal. */
    public boolean isRepeatable() {
        return semantics != RetrySemantics.AT_MOST_ONCE;
    }

    public void forgetRefusals() {
        refusedLatelyBy.clear();
        strandedAt.clear();
    }

    public Attempt newestAttempt() {
        return attempts.get(attempts.size() - 1);
    }
}
