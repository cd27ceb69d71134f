package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.stream.IntStream;
import org.tagma.core.NodeId;
import org.tagma.crypto.hash.Sha256;

/** The same keys in every test: four replicas, two clients. */
final class TestKeys {
    static final int REPLICAS = 4;
    static final ByteString CLUSTER_ID = ByteString.copyFromUtf8("0123456789abcdef");

    private TestKeys() {}

    static NodeKeys of(NodeId node) {
        int salt = node instanceof NodeId.Replica ? 1 : 2;
        return NodeKeys.fromSeed(ByteString.copyFrom(Sha256.digest(new byte[] {(byte) salt, (byte) node.id()})));
    }

    static ClusterKeys cluster() {
        return cluster(CLUSTER_ID, 7);
    }

    static ClusterKeys cluster(ByteString clusterId, long epoch) {
        return new ClusterKeys(
                clusterId,
                epoch,
                IntStream.range(0, REPLICAS)
                        .mapToObj(id -> of(new NodeId.Replica(id)).publicKeys())
                        .toList(),
                Map.of(
                        0, of(new NodeId.Client(0)).publicKeys(),
                        5, of(new NodeId.Client(5)).publicKeys()));
    }

    static NodeId replica(int id) {
        return new NodeId.Replica(id);
    }

    static ConnectionKeys connectionKeys(int replica) {
        return new ConnectionKeys(
                replica(replica), of(replica(replica)), cluster(), CryptoProviders.byName(BouncyCastleProvider.NAME));
    }

    static Authentication authentication(NodeId self, ClusterKeys cluster, CryptoProvider provider) {
        try {
            return new RealAuthentication(self, of(self), cluster, provider);
        } catch (KeyFileException e) {
            throw new AssertionError(e);
        }
    }
}
