package org.tagma.core.pbft.message;

import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.LogRecord;

/** What a PBFT replica must remember across a restart. */
public sealed interface PbftRecord extends LogRecord {

    /**
     * Hi-lo reservation: this replica may vote in views from {@code view} on and at sequence numbers up to {@code
     * sequence}. It is written before the first such vote; so even a replica whose log was only in memory knows, after
     * a restart, where it may have voted, and keeps out of there.
     */
    record Reservation(long view, long sequence) implements PbftRecord {
        @Override
        public boolean survivesAmnesia() {
            return true;
        }
    }

    /**
     * In an incarnation that it does not remember it may have voted at sequence numbers up to {@code upTo}, and left
     * every view below {@code view}. Written once it has found that out; from then on its log is complete again.
     */
    record Forgotten(long view, long upTo) implements PbftRecord {
        @Override
        public long sequence() {
            return 0;
        }

        @Override
        public boolean survivesAmnesia() {
            return true;
        }

        @Override
        public boolean endsAmnesia() {
            return true;
        }
    }

    /** It accepted this batch at (view, sequence) and is about to vote for it: an entry of Q. */
    record PrePrepared(long view, long sequence, Batch batch) implements PbftRecord {}

    /** It took over this digest at (view, sequence) from a new view: an entry of Q, the body being kept elsewhere. */
    record Reproposed(long view, long sequence, Digest digest) implements PbftRecord {}

    /** It holds a prepared certificate and is about to commit: an entry of P. */
    record Prepared(long view, long sequence, Digest digest) implements PbftRecord {}

    /**
     * A batch that came without a pre-prepare of its own: fetched, or sent again after a new view took over its digest.
     */
    record KeptBatch(long sequence, Batch batch) implements PbftRecord {}

    /** It left the views below {@code view} with this view change. */
    record LeftFor(long view, PbftMessage.ViewChange viewChange) implements PbftRecord {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /** It entered a view with this new view. */
    record Entered(long view, Authenticated<PbftMessage.NewView> newView) implements PbftRecord {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /** It knows this checkpoint to be stable. */
    record Stable(CheckpointCertificate certificate) implements PbftRecord {
        @Override
        public long sequence() {
            return 0;
        }
    }
}
