package org.tagma.client;

import org.tagma.core.Quorums;

/**
 * What a client must know of its cluster, the same as in the cluster file.
 *
 * <p>Immutable.
 *
 * @param clientId the client's id in the cluster file
 * @param quorums thresholds for the cluster's n and f
 * @param macs whether a request carries a vector of MACs in front of its signature
 * @param readOnlyFastPath whether queries skip ordering
 */
public record ClientSetup(int clientId, Quorums quorums, boolean macs, boolean readOnlyFastPath) {

    /**
     * How many matching replies an ordered request needs. f+1 hold the word of one correct replica, which is enough as long
     * as every read is ordered too. With the fast path a read may be answered by a quorum that has not executed the latest
     * write yet; a client that already returned from that write on f+1 replies would then read the past. So a write returns
     * only once a quorum has executed it, which every read's quorum meets in a correct replica (Berger, Reiser and Bessani,
     * "Making Reads in BFT State Machine Replication Fast, Linearizable, and Live", 2021).
     */
    int replyQuorum() {
        return readOnlyFastPath ? quorums.certificate() : quorums.weak();
    }
}
