package org.tagma.core.protocol;

/** What a client wants to happen when it gets no answer. */
public enum RetrySemantics {
    /** The same number on every retry; the replicas execute it once and answer duplicates from their reply cache. */
    EXACTLY_ONCE,
    /** Never retried; executed at most once, even if the network or a replica repeats it. */
    AT_MOST_ONCE,
    /** A fresh number on every retry: the operation may be executed more than once. */
    AT_LEAST_ONCE;

    /** Whether requests of one session must be executed in the order of their numbers, without a gap. */
    public boolean isFifo() {
        return this == EXACTLY_ONCE;
    }
}
