package org.tagma.replica.threads;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets one thread sleep until there is work, at the price of one volatile read for a producer that finds it awake. A
 * producer calls {@link #signal} after a batch of work and not after each piece, since waking a thread costs more than
 * the work it wakes for.
 */
public final class WakeUp {

    private volatile Thread sleeper;

    /**
     * Sleeps until signalled or until the time is over, unless there is work already. May return early.
     *
     * @param nanos at most so long; not positive: does not sleep
     */
    public void await(BooleanSupplier hasWork, long nanos) {
        if (nanos <= 0) {
            return;
        }
        // First announce, then look: whoever adds work after our look sees the announcement.
        sleeper = Thread.currentThread();
        try {
            if (!hasWork.getAsBoolean()) {
                LockSupport.parkNanos(this, nanos);
            }
        } finally {
            sleeper = null;
        }
    }

    /** Wakes the sleeper, if it sleeps. */
    public void signal() {
        Thread thread = sleeper;
        if (thread != null) {
            // One of several producers is enough to wake it.
            sleeper = null;
            LockSupport.unpark(thread);
        }
    }
}
