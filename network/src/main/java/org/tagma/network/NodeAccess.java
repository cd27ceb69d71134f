package org.tagma.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.CryptoProvider;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NoMacs;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PublicKeys;
import org.tagma.crypto.RealAuthentication;
import org.tagma.crypto.tls.PinnedTrustManager;
import org.tagma.crypto.tls.TlsIdentity;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ClientEntry;
import org.tagma.network.cluster.NodePublicKeys;
import org.tagma.network.transport.TlsOptions;

/**
 * What a cluster file and its own private keys make of a node, be it a replica or a client: how it proves what it says,
 * how it opens connections, and whom it believes.
 *
 * <p>Immutable, thread-safe.
 */
public final class NodeAccess {

    private final ClusterConfig config;
    private final NodeId self;
    private final NodeKeys keys;
    private final ClusterKeys clusterKeys;
    private final CryptoProvider provider;

    /**
     * For one node of a cluster.
     *
     * @throws IllegalArgumentException if a public key of the cluster is not one that a correct node can have
     */
    public NodeAccess(ClusterConfig config, NodeId self, NodeKeys keys) {
        this.config = config;
        this.self = self;
        this.keys = keys;
        this.clusterKeys = clusterKeys(config);
        this.provider = CryptoProviders.byName(config.cryptoProvider().label());
    }

    /**
     * Everybody's public keys.
     *
     * @throws IllegalArgumentException if one is not a key that a correct node can have
     */
    public static ClusterKeys clusterKeys(ClusterConfig config) {
        List<PublicKeys> replicas = config.replicas().stream()
                .map(replica -> publicKeys(replica.keys()))
                .toList();
        Map<Integer, PublicKeys> clients = config.clients().stream()
                .collect(Collectors.toMap(ClientEntry::id, client -> publicKeys(client.keys())));
        return new ClusterKeys(config.clusterId(), config.epoch(), replicas, clients);
    }

    /**
     * Its proofs.
     *
     * @throws KeyFileException if the private keys are not its own
     */
    public Authentication authentication() throws KeyFileException {
        Authentication real = new RealAuthentication(self, keys, clusterKeys, provider);
        return config.authentication() == AuthenticationMode.NONE ? new NoMacs(real) : real;
    }

    /** What it shows whom it connects to, and demands of them. */
    public ConnectionKeys connectionKeys() {
        return new ConnectionKeys(self, keys, clusterKeys, provider);
    }

    /** TLS with the cluster's own keys, if the cluster file wants it. */
    public Optional<TlsOptions> tls() {
        if (!config.tls()) {
            return Optional.empty();
        }
        TlsIdentity identity = TlsIdentity.of(keys, config.clusterId(), self);
        PinnedTrustManager trust = new PinnedTrustManager(clusterKeys, provider);
        return Optional.of(new TlsOptions(identity.privateKey(), identity.certificate(), trust, trust::nodeOf));
    }

    private static PublicKeys publicKeys(NodePublicKeys keys) {
        return new PublicKeys(keys.ed25519(), keys.x25519());
    }
}
