package org.tagma.core.protocol;

/** How a replica finds out how far the clocks of the others are from its own. No protocol decides anything by it. */
public sealed interface ClockMessage extends Message {

    /**
     * Asks for the time.
     *
     * @param nonce tells answers apart
     */
    record ClockProbe(long nonce) implements ClockMessage {}

    /**
     * The time where it was asked for.
     *
     * @param nonce of the question
     * @param timeMillis the wall clock, milliseconds since 1970
     */
    record ClockAnswer(long nonce, long timeMillis) implements ClockMessage {}
}
