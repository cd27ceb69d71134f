package org.tagma.network;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tagma.core.NodeId;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.NodeKeys;

/** The same keys in every test, three replicas and 110 clients; nodes made with another secret are impostors. */
final class TestNodes {
    static final String SECRET = "the cluster's secret";

    private static final int REPLICAS = 3;
    private static final int CLIENTS = 110;
    private static final Map<Integer, NodeKeys> REPLICA_KEYS = IntStream.range(0, REPLICAS)
            .boxed()
            .collect(Collectors.toMap(id -> id, id -> keys(new NodeId.Replica(id), SECRET)));
    private static final Map<Integer, NodeKeys> CLIENT_KEYS = IntStream.range(0, CLIENTS)
            .boxed()
            .collect(Collectors.toMap(id -> id, id -> keys(new NodeId.Client(id), SECRET)));

    private TestNodes() {}

    static ConnectionKeys of(NodeId self) {
        return of(self, SECRET, LoopbackCluster.CLUSTER, 0);
    }

    static ConnectionKeys of(NodeId self, String secret, ByteString clusterId, long epoch) {
        ClusterKeys cluster = new ClusterKeys(
                clusterId,
                epoch,
                IntStream.range(0, REPLICAS)
                        .mapToObj(id -> REPLICA_KEYS.get(id).publicKeys())
                        .toList(),
                CLIENT_KEYS.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, client -> client.getValue().publicKeys())));
        return new ConnectionKeys(self, keys(self, secret), cluster, CryptoProviders.best());
    }

    private static NodeKeys keys(NodeId node, String secret) {
        try {
            return NodeKeys.fromSeed(ByteString.copyFrom(MessageDigest.getInstance("SHA-256")
                    .digest((secret + "|" + node).getBytes(StandardCharsets.UTF_8))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
