package org.tagma.simulator.check;

/**
 * How long the replicas of a group waited for a leader before they stood. Raft 5.2: at random, or candidates collide. Not
 * thread-safe.
 */
final class ElectionTimeouts {

    /**
     * It is the shortest that shows, since whoever stands first is the one that is seen to; so of ten equally likely times
     * one is seen in four of ten cases, if the group has five members.
     */
    private static final int ENOUGH = 20;

    private long first;
    private int equal;
    private boolean differ;

    /** Takes one more, and says whether all were the same, often enough that it cannot be chance. */
    boolean areNotRandom(long ticks) {
        if (equal == 0) {
            first = ticks;
        }
        differ |= ticks != first;
        equal++;
        return !differ && equal >= ENOUGH;
    }
}
