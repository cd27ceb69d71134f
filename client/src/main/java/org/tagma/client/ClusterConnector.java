package org.tagma.client;

import java.util.Optional;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.NettyTransport;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.handshake.NetworkLoop;
import org.tagma.network.handshake.SharedSettings;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TlsOptions;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;

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
    private final NodeAccess access;

    /**
     * For one client of the cluster.
     *
     * @throws IllegalArgumentException if a public key of the cluster is not one that a correct node can have
     */
    public ClusterConnector(ClusterConfig config, int clientId, NodeKeys keys) {
        this.config = config;
        this.access = new NodeAccess(config, new NodeId.Client(clientId), keys);
    }

    /** What the client must know of its cluster. */
    public static ClientSetup setup(ClusterConfig config, int clientId) {
        return new ClientSetup(
                clientId,
                config.protocol(),
                new Quorums(config.replicaCount(), config.faults()),
                config.authentication(),
                config.readOnlyFastPath());
    }

    /** The timeouts and parallelism that the cluster file gives to clients. */
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
        return access.authentication();
    }

    /** The client's connections, all on one network thread, which closing them does not stop. */
    public SessionTransports transports(NetworkLoop loop) {
        ConnectionKeys connectionKeys = access.connectionKeys();
        Optional<TlsOptions> tls = access.tls();
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
}
