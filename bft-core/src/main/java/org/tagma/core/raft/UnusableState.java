package org.tagma.core.raft;

import org.tagma.core.protocol.HaltReason;
import org.tagma.core.service.FetchOutcome;

/** This replica has fetched the leader's state, and its own service cannot take it over. */
record UnusableState(FetchOutcome.Reason reason) implements HaltReason {
    @Override
    public String description() {
        return "cannot take over the leader's state: " + reason;
    }
}
