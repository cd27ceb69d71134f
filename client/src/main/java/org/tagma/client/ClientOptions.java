package org.tagma.client;

/**
 * How patient and how parallel a client is.
 *
 * <p>Immutable.
 *
 * @param deadlineMillis how long a call may take, from the call on, at least 1
 * @param retryMillis how long to wait for replies before a request is sent to every replica, at least 1; later retries back
 *     off to {@link #MAX_RETRY_MILLIS}. Also how long a query waits before it is ordered
 * @param maxInFlight how many requests, and how many queries, are outstanding at most; at least 1, at most the cluster's
 *     {@code sessionPipeline}
 * @param maxQueued how many more calls wait locally; beyond it a call fails at once, at least 0
 */
public record ClientOptions(long deadlineMillis, long retryMillis, int maxInFlight, int maxQueued) {

    /** The longest time between two retransmissions of one request. */
    public static final long MAX_RETRY_MILLIS = 4_000;

    /** How many calls wait locally unless configured otherwise. */
    public static final int DEFAULT_MAX_QUEUED = 10_000;

    public ClientOptions {
        if (deadlineMillis < 1 || retryMillis < 1) {
            throw new IllegalArgumentException(
                    "deadlineMillis and retryMillis are at least 1, not " + deadlineMillis + " and " + retryMillis);
        }
        if (maxInFlight < 1 || maxQueued < 0) {
            throw new IllegalArgumentException(
                    "maxInFlight is at least 1 and maxQueued at least 0, not " + maxInFlight + " and " + maxQueued);
        }
    }
}
