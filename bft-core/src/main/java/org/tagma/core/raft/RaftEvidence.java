package org.tagma.core.raft;

import org.tagma.core.protocol.Evidence;
import org.tagma.core.service.FetchOutcome;

/** What a crash-only group never sees: somebody lies, or a disk was exchanged. */
sealed interface RaftEvidence extends Evidence {

    /**
     * A message that contradicts what is known.
     *
     * @param message what kind of message it was
     * @param term the receiver's
     */
    record Contradiction(RaftVerdict verdict, String message, long term) implements RaftEvidence {
        @Override
        public String description() {
            return verdict + ": " + message + " in term " + term;
        }
    }

    /** It handed out a state that is not the leader's. */
    record FalseState(FetchOutcome.Reason reason) implements RaftEvidence {
        @Override
        public String description() {
            return "wrong data in a state transfer: " + reason;
        }
    }
}
