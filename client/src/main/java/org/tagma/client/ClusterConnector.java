package org.tagma.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.CryptoProvider;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PinnedTrustManager;
import org.tagma.crypto.PublicKeys;
import org.tagma.crypto.RealAuthentication;
import org.tagma.crypto.TlsIdentity;
import org.tagma.network.NettyTransport;
import org.tagma.network.NetworkLoop;
import org.tagma.network.PeerId;
import org.tagma.network.SharedSettings;
import org.tagma.network.TlsOptions;
import org.tagma.network.TransportLimits;
import org.tagma.network.TransportOptions;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ClientEntry;
import org.tagma.network.cluster.NodePublicKeys;

/**
 * What the cluster file and a private key make of a client: its settings, its proofs and its connections. {@link
 * BftClient} needs no more; this is for programs that drive many {@link BftClientCore}s on threads of their own.
 *
 * <p>Thread-safe.
 */
public final class ClusterConnector {

    /** What an envelope and its authenticator add to an operation, at most: 100 replicas' MACs and a signature. */
    private static final int ENVELOPE_BYTES = 64 * 1024;

    private final ClusterConfig config;
    private final NodeId.Client self;
    private final NodeKeys keys;
    private final ClusterKeys clusterKeys;
    private final CryptoProvider provider;

    /**
     * For one client of the cluster.
     *
     * @throws IllegalArgumentException if a public key of the cluster is not one that a correct node can have
     */
    public ClusterConnector(ClusterConfig config, int clientId, NodeKeys keys) {
        this.config = config;
        this.self = new NodeId.Client(clientId);
        this.keys = keys;
        this.provider = CryptoProviders.byName(config.cryptoProvider().label());
        this.clusterKeys = clusterKeys(config);
    }

    /**
     * Everybody's public keys.
     *
     * @throws IllegalArgumentException if one is not a key that a correct node can have
     */
    static ClusterKeys clusterKeys(ClusterConfig config) {
        List<PublicKeys> replicas = config.replicas().stream()
                .map(replica -> publicKeys(replica.keys()))
                .toList();
        Map<Integer, PublicKeys> clients = config.clients().stream()
                .collect(Collectors.toMap(ClientEntry::id, client -> publicKeys(client.keys())));
        return new ClusterKeys(config.clusterId(), config.epoch(), replicas, clients);
    }

    /** What the client must know of its cluster. */
    public static ClientSetup setup(ClusterConfig config, int clientId) {
        return new ClientSetup(
                clientId,
                config.protocol(),
                new Quorums(config.replicaCount(), config.faults()),
                config.authentication() == AuthenticationMode.MACS,
                config.readOnlyFastPath());
    }

    /** The patience and parallelism that the cluster file gives to clients. */
    public static ClientOptions options(ClusterConfig config) {
        return new ClientOptions(
                        config.timeouts().clientDeadlineMillis(),
                        config.timeouts().clientRetryMillis(),
                        config.limits().sessionPipeline(),
                        ClientOptions.DEFAULT_MAX_QUEUED)
                .renewingAfter(Math.max(1, config.limits().sessionIdleMillis() / 2));
    }

    /**
     * The client's proofs.
     *
     * @throws KeyFileException if the private keys are not those of the client
     */
    public Authentication authentication() throws KeyFileException {
        return new RealAuthentication(self, keys, clusterKeys, provider);
    }

    /** The client's connections, all on one network thread, which closing them does not stop. */
    public SessionTransports transports(NetworkLoop loop) {
        ConnectionKeys connectionKeys = new ConnectionKeys(self, keys, clusterKeys, provider);
        Optional<TlsOptions> tls = config.tls() ? Optional.of(tlsOptions()) : Optional.empty();
        TransportLimits defaults = TransportLimits.defaults();
        int clientFrameBytes = config.limits().maxOperationBytes() + ENVELOPE_BYTES;
        TransportLimits limits = defaults.toBuilder()
                .maxFrameBytes(config.limits().maxFrameBytes())
                .maxClientFrameBytes(Math.max(defaults.maxClientFrameBytes(), clientFrameBytes))
                .build();
        return (PeerId.ClientSession session) -> NettyTransport.forClient(
                new TransportOptions(
                        session,
                        config.replicaCount(),
                        replica -> config.address(replica).toUnresolved(),
                        connectionKeys,
                        () -> SharedSettings.ofClient(config),
                        tls,
                        limits),
                loop);
    }

    private TlsOptions tlsOptions() {
        TlsIdentity identity = TlsIdentity.of(keys, config.clusterId(), self);
        PinnedTrustManager trust = new PinnedTrustManager(clusterKeys, provider);
        return new TlsOptions(identity.privateKey(), identity.certificate(), trust, trust::nodeOf);
    }

    private static PublicKeys publicKeys(NodePublicKeys keys) {
        return new PublicKeys(keys.ed25519(), keys.x25519());
    }
}
