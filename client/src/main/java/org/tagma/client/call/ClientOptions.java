package org.tagma.client.call;

import org.tagma.core.service.ServiceLimits;

/**
 * How patient and how parallel a client is.
 *
 * <p>Immutable.
 *
 * @param deadlineMillis how long a call may take, from the call on, at least 1
 * @param retryMillis how long to wait for replies before a request is sent elsewhere (under PBFT to every replica;
 *     under Raft to the next, then to every one), at least 1; later retries back off to {@link #MAX_RETRY_MILLIS}. Also
 *     how long a query waits before it is ordered, under Raft before the next replica is asked
 * @param maxInFlight how many requests, and how many queries, are outstanding at most; at least 1, at most the
 *     cluster's {@code sessionPipeline}
 * @param maxQueued how many more calls wait locally; beyond it a call fails at once, at least 0
 * @param readFrom the replica that is asked first for what queries read, or {@link #LEADER}; under Raft only, where any
 *     replica answers linearizably
 * @param renewMillis after so long without a request the next one goes to a new session; at least 1, and well below the
 *     cluster's {@code sessionIdleMillis}
 */
public record ClientOptions(
        long deadlineMillis, long retryMillis, int maxInFlight, int maxQueued, int readFrom, long renewMillis) {

    /** Half of the time after which replicas end an idle session, unless configured otherwise. */
    public static final long DEFAULT_RENEW_MILLIS = ServiceLimits.DEFAULT_SESSION_IDLE_MILLIS / 2;

    /** Queries go to whoever leads. */
    public static final int LEADER = -1;

    /** The same options, with queries that ask this replica first. */
    public ClientOptions readingFrom(int replica) {
        return new ClientOptions(deadlineMillis, retryMillis, maxInFlight, maxQueued, replica, renewMillis);
    }

    /** The same options, with another patience for idle sessions. */
    public ClientOptions renewingAfter(long millis) {
        return new ClientOptions(deadlineMillis, retryMillis, maxInFlight, maxQueued, readFrom, millis);
    }

    /** The longest time between two retransmissions of one request. */
    public static final long MAX_RETRY_MILLIS = 4_000;

    /** How many calls wait locally unless configured otherwise. */
    public static final int DEFAULT_MAX_QUEUED = 10_000;

    /** Options of a client that reads from the leader. */
    public ClientOptions(long deadlineMillis, long retryMillis, int maxInFlight, int maxQueued) {
        this(deadlineMillis, retryMillis, maxInFlight, maxQueued, LEADER, DEFAULT_RENEW_MILLIS);
    }

    public ClientOptions {
        if (readFrom < LEADER) {
            throw new IllegalArgumentException("readFrom is a replica or LEADER, not " + readFrom);
        }
        if (deadlineMillis < 1 || retryMillis < 1) {
            throw new IllegalArgumentException(
                    "deadlineMillis and retryMillis are at least 1, not " + deadlineMillis + " and " + retryMillis);
        }
        if (renewMillis < 1) {
            throw new IllegalArgumentException("renewMillis is at least 1, not " + renewMillis);
        }
        if (maxInFlight < 1 || maxQueued < 0) {
            throw new IllegalArgumentException(
                    "maxInFlight is at least 1 and maxQueued at least 0, not " + maxInFlight + " and " + maxQueued);
        }
    }
}
