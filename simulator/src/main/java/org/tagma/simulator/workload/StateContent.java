package org.tagma.simulator.workload;

/**
 * What a run's registers are kept in: a state that is one lump of bytes, or a Merkle tree with other entries besides,
 * so that a replica that lags has something to fetch part by part.
 *
 * <p>Immutable.
 *
 * @param entries how many entries there are at the beginning beside the registers; none at all is a state without a
 *     tree
 * @param entryBytes about how long each is
 * @param rewrites how many of them each operation writes anew, adds or removes
 * @param onDisk whether the tree is read from the disk and fetched onto it; else it is in memory
 */
public record StateContent(int entries, int entryBytes, int rewrites, boolean onDisk) {

    /** A state without a tree. */
    public static final StateContent OPAQUE = new StateContent(0, 0, 0, false);

    /** Whether there is a tree. */
    public boolean isTree() {
        return entries > 0;
    }
}
