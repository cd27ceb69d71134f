package org.tagma.core.pbft.message;

import org.tagma.core.Digest;
import org.tagma.core.protocol.HaltReason;
import org.tagma.core.service.FetchOutcome;

/** Why a replica of PBFT cannot go on. */
public sealed interface PbftHalt extends HaltReason {

    /** Its state is another one than a quorum certified. */
    record Diverged(long sequence, Digest here, Digest certified) implements PbftHalt {
        @Override
        public String description() {
            return "the state of this replica diverged: at sequence " + sequence + " its digest is " + here
                    + ", but a quorum certified " + certified
                    + " (what differs, `tagma divergence` tells from its data folder, until it fetches the state)";
        }
    }

    /** It has fetched a certified state that its own service cannot take over. */
    record UnusableState(FetchOutcome.Reason reason) implements PbftHalt {
        @Override
        public String description() {
            return "cannot take over the certified state: " + reason;
        }
    }
}
