package org.tagma.client;

import com.google.protobuf.ByteString;
import java.util.BitSet;

/** One query that was sent to all replicas. Not thread-safe. */
final class PendingQuery {

    final Session session;
    final ByteString operation;
    final Completion completion;
    final long deadlineAt;
    final long fallBackAt;
    final ReplyTally tally;

    /** Who has answered, whatever they said. */
    final BitSet answeredBy = new BitSet();

    PendingQuery(
            Session session,
            ByteString operation,
            Completion completion,
            long deadlineAt,
            long fallBackAt,
            ReplyTally tally) {
        this.session = session;
        this.operation = operation;
        this.completion = completion;
        this.deadlineAt = deadlineAt;
        this.fallBackAt = fallBackAt;
        this.tally = tally;
    }
}
