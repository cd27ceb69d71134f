package org.tagma.network.transport;

import com.google.protobuf.ByteString;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.network.handshake.SharedSettings;

/**
 * Who a transport is and whom it talks to.
 *
 * @param self our own identity
 * @param replicaCount n; replicas are 0..n-1
 * @param addresses where a replica listens, asked again at every attempt to dial; may be unresolved; null means not
 *     known yet
 * @param keys proves and checks identities, and makes the keys of connections; peers of another cluster or epoch are
 *     refused
 * @param settings lines of {@code name=value}, at most 4,096 bytes, asked for at every handshake, see {@link
 *     SharedSettings}: a peer that has another value is refused; empty if there is nothing to compare
 * @param tls present if every connection is to be encrypted with TLS as well
 * @param limits all bounds
 */
public record TransportOptions(
        PeerId self,
        int replicaCount,
        IntFunction<InetSocketAddress> addresses,
        ConnectionKeys keys,
        Supplier<ByteString> settings,
        Optional<TlsOptions> tls,
        TransportLimits limits) {

    public TransportOptions {
        Objects.requireNonNull(self, "self");
        Objects.requireNonNull(addresses, "addresses");
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(limits, "limits");
        if (replicaCount < 1) {
            throw new IllegalArgumentException("a cluster has at least one replica, not " + replicaCount);
        }
        if (self instanceof PeerId.Replica replica && replica.id() >= replicaCount) {
            throw new IllegalArgumentException(self + " is not one of " + replicaCount + " replicas");
        }
    }
}
