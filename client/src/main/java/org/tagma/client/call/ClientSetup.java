package org.tagma.client.call;

import org.tagma.core.Quorums;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;

/**
 * What a client must know of its cluster, the same as in the cluster file.
 *
 * <p>Immutable.
 *
 * @param clientId the client's id in the cluster file
 * @param quorums thresholds for the cluster's n and f
 * @param authentication how messages are authenticated
 * @param readOnlyFastPath whether queries skip ordering
 */
public record ClientSetup(
        int clientId,
        ProtocolDefinition protocol,
        Quorums quorums,
        AuthenticationMode authentication,
        boolean readOnlyFastPath) {

    /** A client of a cluster with the standard protocol. */
    public ClientSetup(int clientId, Quorums quorums, AuthenticationMode authentication, boolean readOnlyFastPath) {
        this(clientId, Protocols.standard(), quorums, authentication, readOnlyFastPath);
    }
}
