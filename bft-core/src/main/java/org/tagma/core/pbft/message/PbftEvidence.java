package org.tagma.core.pbft.message;

import org.tagma.core.Digest;
import org.tagma.core.protocol.Evidence;
import org.tagma.core.service.FetchOutcome;

/** What a replica does that no correct one does. */
public sealed interface PbftEvidence extends Evidence {

    /** A primary sent this replica two batches for one place. */
    record TwoProposals(long view, long sequence, Digest first, Digest second) implements PbftEvidence {
        @Override
        public String description() {
            return "two pre-prepares for view " + view + ", sequence " + sequence;
        }
    }

    /** A primary sent this replica one batch, and f+1 others prepared another one. */
    record DifferentProposals(long view, long sequence, Digest sentHere) implements PbftEvidence {
        @Override
        public String description() {
            return "different pre-prepares to different replicas for view " + view + ", sequence " + sequence;
        }
    }

    /** A primary's new view is not what the view changes in it give. */
    record FalseNewView(long view) implements PbftEvidence {
        @Override
        public String description() {
            return "a new view " + view + " that does not follow from its view changes";
        }
    }

    /** Its state is another one than a quorum has. */
    record Diverged(long sequence, Digest said, Digest certified) implements PbftEvidence {
        @Override
        public String description() {
            return "its state diverged at sequence " + sequence + ": " + said + ", where a quorum has " + certified;
        }
    }

    /** It handed out a state that is not the certified one. */
    record FalseState(FetchOutcome.Reason reason) implements PbftEvidence {
        @Override
        public String description() {
            return "it lied in a state transfer: " + reason;
        }
    }
}
