package org.tagma.core.pbft;

/** What became of a request that came to the {@link RequestPool}. */
enum Admission {
    ADDED,
    KNOWN,
    EXECUTED,
    OVERLOADED,
    OUT_OF_WINDOW,
    /** An earlier number of its session is missing, and there is no room to keep it until that comes. */
    EARLY
}
