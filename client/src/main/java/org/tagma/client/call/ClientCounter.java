package org.tagma.client.call;

/** What a client counts. */
public enum ClientCounter {
    /** Requests and queries sent for the first time. */
    SENT,
    /** Requests sent again. */
    RETRANSMITTED,
    /** Queries that had to be ordered. */
    QUERIES_ORDERED,
    /** Sessions opened. */
    SESSIONS_OPENED,
    /** Replies that were authentic and counted. */
    REPLIES,
    /** Frames that are no well-formed reply. */
    DROPPED_MALFORMED,
    /** Replies in another's name, or with a wrong authenticator. */
    DROPPED_FORGED,
    /** Replies that nothing waits for: late, repeated after completion, or invented. */
    DROPPED_LATE,
    /** Second copies of a reply that was already counted. */
    DROPPED_DUPLICATE
}
