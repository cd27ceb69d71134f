package org.tagma.replica.trace;

/** How two events lie to each other in happened-before (Lamport 1978). */
public enum Relation {
    /** They are one event. */
    SAME,
    /** The first can have influenced the second. */
    BEFORE,
    /** The second can have influenced the first. */
    AFTER,
    /** Neither can have influenced the other. */
    CONCURRENT
}
