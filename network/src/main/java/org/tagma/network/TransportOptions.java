package org.tagma.network;

import com.google.protobuf.ByteString;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Who a transport is and whom it talks to.
 *
 * @param self our own identity
 * @param clusterId 1 to 64 bytes; peers of another cluster are refused
 * @param replicaCount n; replicas are 0..n-1
 * @param addresses where a replica listens, asked again at every attempt to dial; may be unresolved; null means not known yet
 * @param authenticator proves and checks identities
 * @param tls present if every connection is to be encrypted
 * @param limits all bounds
 */
public record TransportOptions(
        PeerId self,
        ByteString clusterId,
        int replicaCount,
        IntFunction<InetSocketAddress> addresses,
        HandshakeAuthenticator authenticator,
        Optional<TlsOptions> tls,
        TransportLimits limits) {

    public TransportOptions {
        Objects.requireNonNull(self, "self");
        Objects.requireNonNull(addresses, "addresses");
        Objects.requireNonNull(authenticator, "authenticator");
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(limits, "limits");
        if (clusterId.isEmpty() || clusterId.size() > 64) {
            throw new IllegalArgumentException("a cluster id has 1 to 64 bytes, not " + clusterId.size());
        }
        if (replicaCount < 1) {
            throw new IllegalArgumentException("a cluster has at least one replica, not " + replicaCount);
        }
        if (self instanceof PeerId.Replica replica && replica.id() >= replicaCount) {
            throw new IllegalArgumentException(self + " is not one of " + replicaCount + " replicas");
        }
    }
}
