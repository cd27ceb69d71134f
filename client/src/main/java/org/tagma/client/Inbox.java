package org.tagma.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands inputs of many threads to the one thread that runs the core, which is woken once for many of them.
 *
 * <p>Thread-safe; {@link #drain} and {@link #park} are for the one thread.
 */
final class Inbox {

    /** Something that happens to the core. */
    @FunctionalInterface
    interface Input {
        void apply(BftClientCore core, long nowMillis);
    }

    private List<Input> filling = new ArrayList<>();
    private boolean closed;
    private volatile Thread parked;

    /** Adds an input without waking anyone; returns false, and keeps nothing, once closed. */
    synchronized boolean add(Input input) {
        return !closed && filling.add(input);
    }

    /** Wakes the thread if it sleeps. */
    void wake() {
        Thread sleeper = parked;
        if (sleeper != null) {
            LockSupport.unpark(sleeper);
        }
    }

    /** All inputs since the last time, oldest first. */
    synchronized List<Input> drain() {
        if (filling.isEmpty()) {
            return List.of();
        }
        List<Input> full = filling;
        filling = new ArrayList<>();
        return full;
    }

    /** Refuses what comes from now on. */
    synchronized void close() {
        closed = true;
    }

    /** Sleeps until woken, or for so long; not at all if there are inputs. */
    void park(long nanos) {
        parked = Thread.currentThread();
        // After parked is set: who adds an input after this check sees the sleeper.
        if (isEmpty()) {
            LockSupport.parkNanos(this, nanos);
        }
        parked = null;
    }

    private synchronized boolean isEmpty() {
        return filling.isEmpty() && !closed;
    }
}
