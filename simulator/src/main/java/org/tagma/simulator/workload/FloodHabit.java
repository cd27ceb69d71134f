package org.tagma.simulator.workload;

/**
 * What a malicious client that asks without a pause asks for.
 *
 * @param fromMillis from which virtual time on
 */
public record FloodHabit(Kind kind, long fromMillis) {

    /** Whom it asks, and with what. */
    public enum Kind {
        /** Other requests of each replica, under the same numbers, all of them well authenticated. */
        OTHER_REQUESTS_TO_EACH,
        /** The same requests of all replicas. */
        SAME_REQUESTS_TO_ALL,
        /** Other requests of each backup of the first view, and none of its primary: all of them have to be relayed. */
        BACKUPS_ONLY,
        /** Requests of the primary only, with MACs that are good there and nowhere else (Aardvark's big-MAC attack). */
        BIG_MAC
    }
}
