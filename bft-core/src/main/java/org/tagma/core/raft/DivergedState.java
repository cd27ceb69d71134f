package org.tagma.core.raft;

import org.tagma.core.Digest;
import org.tagma.core.protocol.HaltReason;

/**
 * The same log gave this replica another state than its leader. One of the two, or both, must not answer any more, and
 * nobody can tell here which.
 */
record DivergedState(long index, int leader, Digest here, Digest there) implements HaltReason {
    @Override
    public String description() {
        return "the state at " + index + " has digest " + here + " here and " + there + " at replica " + leader
                + ", its leader: the service is not deterministic, or a disk or a version is at fault; 'tagma status'"
                + " says which replicas differ. Empty the data folder of those in the minority, and start them again";
    }
}
