package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ReplicaEntry;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.network.cluster.NodePublicKeys;
import org.tagma.network.cluster.ReplicaAddress;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.folder.DataFolder;

final class ClusterReplicaTest {

    @TempDir
    Path folder;

    @Test
    void aReplicaStartsFromAClusterFileAndStopsCleanly() throws Exception {
        ClusterConfig config = config(Protocols.named("pbft"), Durability.SYNC);
        DataFolder.initialize(folder, new DataFolder.Owner(config.clusterId(), 0, 0));
        try (ReplicaServer server = replica(config, 0).build()) {
            server.start();
            assertThat(server.status().protocol()).isEqualTo("pbft");
            assertThat(server.failure()).isEmpty();
            assertThatThrownBy(() -> replica(config, 0).build())
                    .isInstanceOf(DataFolderException.class)
                    .hasMessageContaining("in use");
        }
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .noneMatch(name -> name.startsWith("tagma-"));
        replica(config, 0).build().close();
    }

    @Test
    void anotherReplicasKeyIsRefused() {
        ClusterConfig config = config(Protocols.named("pbft"), Durability.MEMORY);
        assertThatThrownBy(() -> ClusterReplica.of(config, 1, keys(0), new CountingMachine())
                        .build())
                .isInstanceOf(KeyFileException.class);
    }

    @Test
    void aReplicaThatIsNotInTheClusterIsRefused() {
        ClusterConfig config = config(Protocols.named("pbft"), Durability.MEMORY);
        assertThatThrownBy(() -> ClusterReplica.of(config, 4, keys(0), new CountingMachine()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no replica 4");
    }

    private ClusterReplica replica(ClusterConfig config, int id) {
        return ClusterReplica.of(config, id, keys(id), new CountingMachine())
                .dataFolder(folder)
                .bindAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static ClusterConfig config(ProtocolDefinition protocol, Durability durability) {
        List<ReplicaEntry> replicas = IntStream.range(0, 4)
                .mapToObj(id -> new ReplicaEntry(
                        id,
                        new ReplicaAddress("127.0.0.1", 1 + id),
                        new NodePublicKeys(
                                keys(id).publicKeys().ed25519(),
                                keys(id).publicKeys().x25519())))
                .toList();
        return new ClusterConfig(
                TestCluster.CLUSTER_ID,
                0,
                protocol,
                AuthenticationMode.MACS,
                CryptoProviderChoice.AUTO,
                false,
                1,
                true,
                durability,
                ClusterConfig.Timeouts.defaults(),
                ClusterConfig.Batch.defaults(),
                ClusterConfig.Window.defaults(),
                ClusterConfig.Limits.defaults(),
                replicas,
                List.of());
    }

    private static NodeKeys keys(int id) {
        byte[] seed = new byte[32];
        seed[0] = (byte) (id + 1);
        return NodeKeys.fromSeed(ByteString.copyFrom(seed));
    }
}
