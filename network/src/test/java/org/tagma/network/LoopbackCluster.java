package org.tagma.network;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TlsOptions;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;

/** Real transports on 127.0.0.1, on ports the system chose; a replica that is added again keeps its port. */
final class LoopbackCluster implements AutoCloseable {
    static final ByteString CLUSTER = ByteString.copyFromUtf8("test-cluster-id!");
    static final TransportLimits LIMITS = TransportLimits.defaults().toBuilder()
            .reconnectMinMillis(5)
            .reconnectMaxMillis(40)
            .build();

    private final int replicaCount;
    private final Map<Integer, Integer> ports = new ConcurrentHashMap<>();
    private final List<Transport> transports = new ArrayList<>();

    LoopbackCluster(int replicaCount) {
        this.replicaCount = replicaCount;
    }

    NettyTransport add(PeerId self, TransportLimits limits, FrameHandler handler) {
        return add(options(self, limits), handler);
    }

    NettyTransport add(TransportOptions options, FrameHandler handler) {
        if (!(options.self() instanceof PeerId.Replica replica)) {
            NettyTransport client = NettyTransport.forClient(options);
            transports.add(client);
            client.start(handler);
            return client;
        }
        NettyTransport transport = NettyTransport.forReplica(options, loopback(ports.getOrDefault(replica.id(), 0)));
        transports.add(transport);
        transport.start(handler);
        ports.put(replica.id(), transport.boundPort());
        return transport;
    }

    TransportOptions options(PeerId self, TransportLimits limits) {
        return options(self, limits, Optional.empty());
    }

    TransportOptions options(PeerId self, TransportLimits limits, Optional<TlsOptions> tls) {
        return options(self, limits, tls, ByteString.EMPTY);
    }

    TransportOptions options(PeerId self, TransportLimits limits, Optional<TlsOptions> tls, ByteString settings) {
        return new TransportOptions(
                self, replicaCount, this::address, TestNodes.of(self.toNodeId()), () -> settings, tls, limits);
    }

    private InetSocketAddress address(int replica) {
        Integer port = ports.get(replica);
        return port == null ? null : loopback(port);
    }

    int portOf(int replica) {
        return ports.get(replica);
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static void eventually(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .until(condition);
    }

    @Override
    public void close() {
        transports.forEach(Transport::close);
    }
}
