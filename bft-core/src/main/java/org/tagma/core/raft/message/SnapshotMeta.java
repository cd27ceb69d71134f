package org.tagma.core.raft.message;

import org.tagma.core.Digest;

/**
 * Names a state of the service and says what the log was up to there.
 *
 * <p>Immutable.
 *
 * @param index the last index executed in it; 0 for the empty state before the first entry
 * @param term of the entry at that index
 * @param stateDigest of the state, see {@link org.tagma.core.service.ServiceSnapshot}
 * @param configuration the group as of that index
 */
public record SnapshotMeta(long index, long term, Digest stateDigest, Configuration configuration) {

    /** The empty state. */
    public static SnapshotMeta genesis(Configuration configuration) {
        return new SnapshotMeta(0, 0, Digest.NULL, configuration);
    }
}
