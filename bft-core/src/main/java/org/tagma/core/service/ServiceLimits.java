package org.tagma.core.service;

/**
 * What the replicated session table may hold. Evictions are part of the replicated state, so every replica of a cluster
 * must have the same limits, for as long as the cluster lives; they are in the snapshot, so that a replica configured
 * otherwise is found out at the first checkpoint.
 *
 * <p>Immutable.
 *
 * @param maxSessionsPerClient live sessions of one client, at least 1
 * @param sessionPipeline replies kept for one session, at least 1. A client that never has more exactly-once requests
 *     than this without a reply finds every reply that it still waits for
 */
public record ServiceLimits(int maxSessionsPerClient, int sessionPipeline) {

    public ServiceLimits {
        if (maxSessionsPerClient < 1 || sessionPipeline < 1) {
            throw new IllegalArgumentException("limits are at least 1, not " + maxSessionsPerClient
                    + " sessions a client and " + sessionPipeline + " replies a session");
        }
    }
}
