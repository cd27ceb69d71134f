package org.tagma.core.pbft;

/**
 * For which replicas that lost their disk the others have changed the view, so that they can take part again. Each
 * change costs the group a pause and is asked for by one replica alone, which may be a liar. So it is made once for a
 * incarnation that such a replica told of when it asked what it may have forgotten; and after each there is none for it
 * for a while, which doubles each time and never shrinks, since incarnations can be made up.
 */
final class Admissions {

    /** How many timeouts there is no second change of the view for a replica after the first. */
    private static final int FIRST_PAUSE_TIMEOUTS = 30;

    /** Doubled so often, a pause is longer than a process runs. */
    private static final int MAX_DOUBLINGS = 24;

    private final long firstPauseTicks;
    private final long[] incarnation;
    private final long[] admittedIncarnation;
    private final int[] times;
    private final long[] quietUntilTick;

    Admissions(int replicas, int requestTimeoutTicks) {
        this.firstPauseTicks = (long) FIRST_PAUSE_TIMEOUTS * requestTimeoutTicks;
        this.incarnation = new long[replicas];
        this.admittedIncarnation = new long[replicas];
        this.times = new int[replicas];
        this.quietUntilTick = new long[replicas];
    }

    /** A replica that lost its disk asks what it may have forgotten, in the incarnation that has this nonce. */
    void asks(int replica, long nonce) {
        incarnation[replica] = nonce;
    }

    /**
     * Whether the view is to be changed for a replica now; then it is not again for the same incarnation. The first
     * time none need be known: this process may have begun after the replica asked.
     */
    boolean admit(int replica, long tick) {
        boolean sameIncarnation = times[replica] > 0 && incarnation[replica] == admittedIncarnation[replica];
        if (sameIncarnation || tick < quietUntilTick[replica]) {
            return false;
        }
        admittedIncarnation[replica] = incarnation[replica];
        quietUntilTick[replica] = tick + (firstPauseTicks << Math.min(times[replica], MAX_DOUBLINGS));
        times[replica]++;
        return true;
    }
}
