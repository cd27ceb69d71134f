package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import org.tagma.client.call.Completion;

/** One query that was sent to some replicas. Not thread-safe. */
public final class PendingQuery {

    final ByteString operation;
    final Completion completion;
    final long deadlineAt;
    final QueryTally tally;

    /** In which it is asked; another one once that is closed. */
    Session session;

    /** Who was asked so far. */
    final BitSet asked = new BitSet();

    /** Who has answered, whatever they said. */
    final BitSet answeredBy = new BitSet();

    /** When to stop waiting for those who were asked. */
    long fallBackAt = PendingRequest.NEVER;

    public PendingQuery(
            Session session, ByteString operation, Completion completion, long deadlineAt, QueryTally tally) {
        this.session = session;
        this.operation = operation;
        this.completion = completion;
        this.deadlineAt = deadlineAt;
        this.tally = tally;
    }

    /** Who was asked and has said nothing yet. */
    public BitSet silent() {
        BitSet silent = (BitSet) asked.clone();
        silent.andNot(answeredBy);
        return silent;
    }
}
