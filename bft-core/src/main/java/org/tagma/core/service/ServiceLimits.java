package org.tagma.core.service;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the replicated session table may hold. What is dropped follows from the limits, so they are part of the
 * replicated state: a replica is told them for its first state, and goes by those in the state from then on. An ordered
 * command of an operator changes them ({@link GroupCommand}).
 *
 * <p>Immutable.
 *
 * @param maxSessionsPerClient live sessions of one client, at least 1
 * @param sessionPipeline replies kept for one session, at least 1. A client that never has more exactly-once requests
 *     than this without a reply finds every reply that it still waits for, as long as they fit its bytes
 * @param replyBytesPerClient how much the sessions and replies kept for one client may take, as {@link SessionTable}
 *     counts
 * @param replyBytes how much those of all clients may take, at least as much
 * @param sessionIdleMillis a session in which nothing was executed for so long, by agreed time, ends; at least 1
 */
public record ServiceLimits(
        int maxSessionsPerClient,
        int sessionPipeline,
        long replyBytesPerClient,
        long replyBytes,
        long sessionIdleMillis) {

    /** Room for a few replies of the longest kind. */
    public static final long DEFAULT_REPLY_BYTES_PER_CLIENT = 3L << 20;

    /** Small enough for a replica with a heap of 128 MiB. */
    public static final long DEFAULT_REPLY_BYTES = 6L << 20;

    /** An hour. */
    public static final long DEFAULT_SESSION_IDLE_MILLIS = 3_600_000;

    private static final String SESSIONS = "maxSessionsPerClient";
    private static final String PIPELINE = "sessionPipeline";
    private static final String CLIENT_BYTES = "replyBytesPerClient";
    private static final String ALL_BYTES = "replyBytes";
    private static final String IDLE = "sessionIdleMillis";

    /** With the usual bytes and timeouts. */
    public ServiceLimits(int maxSessionsPerClient, int sessionPipeline) {
        this(
                maxSessionsPerClient,
                sessionPipeline,
                DEFAULT_REPLY_BYTES_PER_CLIENT,
                DEFAULT_REPLY_BYTES,
                DEFAULT_SESSION_IDLE_MILLIS);
    }

    public ServiceLimits {
        requireAtLeast(1, maxSessionsPerClient, SESSIONS);
        requireAtLeast(1, sessionPipeline, PIPELINE);
        requireAtLeast(1, replyBytesPerClient, CLIENT_BYTES);
        requireAtLeast(replyBytesPerClient, replyBytes, ALL_BYTES);
        requireAtLeast(1, sessionIdleMillis, IDLE);
    }

    private static void requireAtLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ", not " + value);
        }
    }

    /** The limits by the names that they have in the cluster file, always in the same order. */
    public Map<String, Long> byName() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put(SESSIONS, (long) maxSessionsPerClient);
        all.put(PIPELINE, (long) sessionPipeline);
        all.put(CLIENT_BYTES, replyBytesPerClient);
        all.put(ALL_BYTES, replyBytes);
        all.put(IDLE, sessionIdleMillis);
        return all;
    }

    /**
     * Limits of these values.
     *
     * @param values all of them, by name
     * @throws IllegalArgumentException if there is another name, one is missing, or they cannot be; the message says
     *     which
     */
    public static ServiceLimits of(Map<String, Long> values) {
        Map<String, Long> rest = new LinkedHashMap<>(values);
        ServiceLimits limits = new ServiceLimits(
                whole(rest, SESSIONS),
                whole(rest, PIPELINE),
                take(rest, CLIENT_BYTES),
                take(rest, ALL_BYTES),
                take(rest, IDLE));
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException("there is no agreed setting "
                    + rest.keySet().iterator().next() + "; there are "
                    + String.join(", ", limits.byName().keySet()));
        }
        return limits;
    }

    private static int whole(Map<String, Long> values, String name) {
        long value = take(values, name);
        if (value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " is at most " + Integer.MAX_VALUE + ", not " + value);
        }
        return (int) value;
    }

    private static long take(Map<String, Long> values, String name) {
        Long value = values.remove(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }
}
