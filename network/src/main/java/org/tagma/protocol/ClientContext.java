package org.tagma.protocol;

import org.tagma.core.Quorums;

/**
 * What a protocol's client policy is told when a client starts. Immutable.
 *
 * @param quorums n and f
 * @param readOnlyFastPath whether queries may skip ordering
 * @param readFrom the replica that queries ask first, or {@link #LEADER}
 * @param retryMillis how long to wait for replies before a request is repeated
 * @param maxRetryMillis the longest time between two repetitions of one request
 */
public record ClientContext(
        Quorums quorums, boolean readOnlyFastPath, int readFrom, long retryMillis, long maxRetryMillis) {

    /** Queries go to whoever leads. */
    public static final int LEADER = -1;
}
