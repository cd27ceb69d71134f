package org.tagma.core.service;

import java.util.TreeMap;

/** The sessions of one client. Not thread-safe. */
final class ClientSessions {

    /** Newest session ever opened; kept for ever. */
    long newestSession;

    /** Highest session that ever ended; a session that is not live and lies above it was never opened. */
    long highestEnded;

    /** Live sessions by number. */
    final TreeMap<Long, Session> live = new TreeMap<>();

    /** The same by when something was executed in them last, the longest inactive first. */
    final TreeMap<Long, Session> byActivity = new TreeMap<>();

    /** The sessions of the replies that are kept, by the order of executions, so the oldest first. */
    final TreeMap<Long, Session> byReply = new TreeMap<>();

    /** What its sessions and replies count for. */
    long bytes;
}
