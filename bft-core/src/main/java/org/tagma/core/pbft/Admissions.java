package org.tagma.core.pbft;

import java.util.Arrays;

/**
 * For which replicas that lost their disk the others change the view, so that they can take part again. Each change
 * costs the group a pause and is asked for by one replica alone, which may be a liar. So there is one for a process of
 * that replica, as far as can be seen from here: it has to hang up and connect anew before it is believed again. And
 * after each there is none for it for a while, which doubles each time and never shrinks. Who is not let in loses
 * nothing for good: it takes part from the next view on, whatever the reason for that is.
 */
final class Admissions {

    /** How many timeouts there is no second change of the view for a replica after the first. */
    private static final int FIRST_PAUSE_TIMEOUTS = 30;

    /** Doubled so often, a pause is longer than a process runs. */
    private static final int MAX_DOUBLINGS = 24;

    private final long firstPauseTicks;
    private final boolean[] mayBeAnother;
    private final int[] times;
    private final long[] quietUntilTick;

    Admissions(int replicas, int requestTimeoutTicks) {
        this.firstPauseTicks = (long) FIRST_PAUSE_TIMEOUTS * requestTimeoutTicks;
        this.mayBeAnother = new boolean[replicas];
        this.times = new int[replicas];
        this.quietUntilTick = new long[replicas];
        Arrays.fill(mayBeAnother, true);
    }

    /** There is a new connection to a replica: it may be another process than the last one. */
    void connected(int replica) {
        mayBeAnother[replica] = true;
    }

    /** Whether the view is to be changed for a replica now; then it is not again for the same process. */
    boolean admit(int replica, long tick) {
        if (!mayBeAnother[replica] || tick < quietUntilTick[replica]) {
            return false;
        }
        mayBeAnother[replica] = false;
        quietUntilTick[replica] = tick + (firstPauseTicks << Math.min(times[replica], MAX_DOUBLINGS));
        times[replica]++;
        return true;
    }
}
