package org.tagma.replica.threads;

import org.tagma.core.protocol.TimerId;

/** The timers of one protocol; a timer that runs out comes back as {@link org.tagma.core.protocol.Event.TimerFired}. */
public interface Timers {

    /**
     * Starts a timer, anew if it runs already.
     *
     * @param delayMillis how long from now, at least 0
     */
    void set(TimerId timer, long delayMillis);

    /** Stops a timer, if it runs. A firing that is already queued may still arrive. */
    void cancel(TimerId timer);
}
