package org.tagma.network.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.core.NodeId;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;

final class ClusterFileTest {
    private static final ClusterConfig CONFIG = config(Protocols.named("pbft"), 4, 1);

    @TempDir
    private Path folder;

    private static NodePublicKeys keys(int node) {
        return new NodePublicKeys(bytes(32, 2 * node), bytes(32, 2 * node + 1));
    }

    private static ByteString bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return ByteString.copyFrom(bytes);
    }

    private static ClusterConfig config(ProtocolDefinition protocol, int replicas, int faults) {
        return new ClusterConfig(
                bytes(16, 0x11),
                3,
                protocol,
                AuthenticationMode.MACS,
                CryptoProviderChoice.AUTO,
                true,
                faults,
                false,
                Durability.MEMORY,
                ClusterConfig.Timeouts.defaults(),
                ClusterConfig.Batch.defaults(),
                ClusterConfig.Window.defaults(),
                ClusterConfig.Limits.defaults(),
                IntStream.range(0, replicas)
                        .mapToObj(id -> new ClusterConfig.ReplicaEntry(
                                id, new ReplicaAddress(id == 0 ? "::1" : "127.0.0.1", 7_000 + id), keys(id)))
                        .toList(),
                List.of(new ClusterConfig.ClientEntry(0, keys(100)), new ClusterConfig.ClientEntry(9, keys(101))));
    }

    private static String complaint(String text) {
        ClusterFileException complaint =
                catchThrowableOfType(ClusterFileException.class, () -> ClusterFile.parse("cluster.yaml", text));
        assertThat(complaint).isNotNull();
        assertThat(complaint.getMessage()).doesNotContain("\n").startsWith("cluster.yaml:");
        return complaint.getMessage();
    }

    private static int lineOf(String text, String content) {
        return (int) text.lines().takeWhile(line -> !line.contains(content)).count() + 1;
    }

    @Test
    void whatIsWrittenIsReadBackEqual() throws Exception {
        for (ClusterConfig config :
                List.of(CONFIG, config(Protocols.named("raft"), 1, 0), config(Protocols.named("raft"), 5, 2))) {
            Path file = folder.resolve("cluster.yaml");
            ClusterFile.write(config, file);
            assertThat(ClusterFile.read(file)).isEqualTo(config);
        }
    }

    @Test
    void aClusterWithoutClientsIsReadBackEqual() throws Exception {
        String text = ClusterFileText.of(CONFIG);
        String without = text.substring(0, text.indexOf("clients:")) + "clients: []\n";
        ClusterConfig config = ClusterFile.parse("f", without);
        assertThat(config.clients()).isEmpty();
        assertThat(ClusterFile.parse("f", ClusterFileText.of(config))).isEqualTo(config);
    }

    @Test
    void theTextIsCommented() {
        String text = ClusterFileText.of(CONFIG);
        assertThat(text)
                .contains("# f, how many faulty replicas are tolerated.\nfaults: 1\n")
                .doesNotContain("{");
        assertThat(text.lines().filter(line -> line.strip().startsWith("#")).count())
                .isGreaterThan(25);
    }

    @Test
    void keysAndAddressesAreFound() {
        assertThat(CONFIG.replicaCount()).isEqualTo(4);
        assertThat(CONFIG.address(0)).hasToString("[::1]:7000");
        assertThat(CONFIG.address(1).toUnresolved().getPort()).isEqualTo(7_001);
        assertThat(CONFIG.keys(new NodeId.Replica(3))).isEqualTo(Optional.of(keys(3)));
        assertThat(CONFIG.keys(new NodeId.Replica(4))).isEmpty();
        assertThat(CONFIG.keys(new NodeId.Client(9))).isEqualTo(Optional.of(keys(101)));
        assertThat(CONFIG.keys(new NodeId.Client(1))).isEmpty();
    }

    @Test
    void theIdOfAClusterMayLookLikeANumber() throws Exception {
        String id = "00000000000000000000000000000017";
        String text = ClusterFileText.of(CONFIG).replaceFirst("clusterId: .*", "clusterId: " + id);
        assertThat(ClusterFile.parse("f", text).clusterId().byteAt(15)).isEqualTo((byte) 0x17);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            epoch: 3                    | epoch: three               | epoch must be a whole number up to 2147483647, not "three"
            epoch: 3                    | epoch: -1                  | epoch must be from 0 to 2147483647, not -1
            epoch: 3                    | epoch: 99999999999         | epoch must be a whole number up to 2147483647, not "99999999999"
            epoch: 3                    | epoch: [3]                 | epoch must be a single value
            epoch: 3                    | epoch:                     | epoch must be a single value
            protocol: pbft              | protocol: paxos            | protocol must be pbft or raft, not "paxos"
            authentication: macs        | authentication: mac        | authentication must be none or macs or client-signatures or signatures, not "mac"
            authentication: macs        | authentication: none       | authentication must not be none with pbft
            durability: memory          | durability: disk           | durability must be sync or async or memory, not "disk"
            tls: true                   | tls: maybe                 | tls must be true or false, not "maybe"
            faults: 1                   | faults: 2                  | faults must be from 1 to 1 for 4 replicas of pbft, not 2
            faults: 1                   | faults: 0                  | faults must be from 1 to 1 for 4 replicas of pbft, not 0
            requestTimeoutMillis: 2000  | requestTimeoutMillis: 0    | requestTimeoutMillis must be from 1 to 3600000, not 0
            clientRetryMillis: 500      | clientRetryMillis: 40000   | clientRetryMillis must not be more than clientDeadlineMillis
            logWindow: 512              | logWindow: 255             | logWindow must be from 256 to 100000000, not 255
            maxFrameBytes: 16777216     | maxFrameBytes: 1048576     | maxFrameBytes must be at least twice the maxBytes of a batch
            maxOperationBytes: 1048576  | maxOperationBytes: 1048577 | maxOperationBytes must not be more than the maxBytes of a batch
            address: "127.0.0.1:7002"   | address: "127.0.0.1"       | address must be host:port, such as 127.0.0.1:7000, not "127.0.0.1"
            address: "127.0.0.1:7002"   | address: "a:70000"         | address must have a port from 1 to 65535, not 70000
            """)
    void aWrongValueIsNamedWithItsLine(String good, String bad, String problem) {
        String text = ClusterFileText.of(CONFIG);
        assertThat(text).contains(good);
        String message = complaint(text.replace(good, bad));
        assertThat(message).contains(problem);
        // Problems between sections are reported at the top, all others at the very line.
        if (!problem.contains("of a batch")) {
            assertThat(message).startsWith("cluster.yaml:" + lineOf(text, good) + ": ");
        }
    }

    @Test
    void anUnknownKeyIsNamedWithItsLine() {
        String text = ClusterFileText.of(CONFIG).replace("  pipelineDepth: ", "  pipelineDepht: ");
        assertThat(complaint(text))
                .startsWith("cluster.yaml:" + lineOf(text, "pipelineDepht") + ": unknown key pipelineDepht in window")
                .contains("known are checkpointInterval, logWindow, pipelineDepth");
    }

    @Test
    void aMissingKeyIsNamed() {
        String text = ClusterFileText.of(CONFIG);
        assertThat(complaint(text.replace("epoch: 3\n", "")))
                .contains("the key epoch is missing in the cluster file; add it");
        assertThat(complaint(text.replace("  maxRequests: 512\n", "")))
                .startsWith("cluster.yaml:" + lineOf(text, "maxRequests"))
                .contains("the key maxRequests is missing in batch; add it");
    }

    @Test
    void aKeyThatIsThereTwiceIsNamedWithBothLines() {
        String text = ClusterFileText.of(CONFIG);
        int first = lineOf(text, "epoch: 3");
        assertThat(complaint(text.replace("epoch: 3\n", "epoch: 3\nepoch: 4\n")))
                .isEqualTo("cluster.yaml:" + (first + 1) + ": the key epoch is there twice (first in line " + first
                        + "); remove one");
    }

    @Test
    void wrongShapesAreNamed() {
        String text = ClusterFileText.of(CONFIG);
        assertThat(complaint(text.substring(0, text.indexOf("clients:")) + "clients: none\n"))
                .contains("clients must be a list");
        assertThat(complaint(text.replace("batch:\n  maxRequests: 512\n  maxBytes: 1048576", "batch: large")))
                .contains("batch must consist of keys and values");
        assertThat(complaint("- a\n- b\n")).contains("the cluster file must consist of keys and values");
        assertThat(complaint("")).contains("the file is empty");
        assertThat(complaint(text + "---\nmore: 1\n")).contains("a second document begins here");
        assertThat(complaint("clusterId: [unclosed\nepoch: 1\n")).contains("this is not YAML");
        assertThat(complaint("\tx: 1\n")).contains("this is not YAML");
    }

    @Test
    void badHexadecimalIsNamed() {
        String text = ClusterFileText.of(CONFIG);
        assertThat(complaint(text.replace("clusterId: \"11", "clusterId: \"1g")))
                .contains("clusterId must be 32 hexadecimal digits");
        assertThat(complaint(text.replace("ed25519: \"00", "ed25519: \"")))
                .contains("ed25519 must be 64 hexadecimal digits");
    }

    @Test
    void idsAddressesAndKeysMustDiffer() {
        String text = ClusterFileText.of(CONFIG);
        assertThat(complaint(text.replace("- id: 2\n", "- id: 1\n")))
                .contains("replicas must have the ids 0, 1, 2, ... in order; entry 2 has id 1");
        assertThat(complaint(text.replace("127.0.0.1:7002", "127.0.0.1:7001")))
                .contains("replicas must have different addresses; 127.0.0.1:7001 is there twice");
        assertThat(complaint(text.replace("- id: 9\n", "- id: 0\n")))
                .contains("clients must have different ids; 0 is there twice");
        assertThat(complaint(text.replace("06".repeat(32), "00".repeat(32))))
                .contains("replicas must not share a key; see replica 3");
        assertThat(complaint(text.replace("c8".repeat(32), "00".repeat(32))))
                .contains("clients must not share a key with another node; see client 0");
    }

    @Test
    void threeReplicasAreTooFewForPbft() {
        assertThatThrownBy(() -> config(Protocols.named("pbft"), 3, 0))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("replicas must be at least 4 for pbft, not 3");
        assertThat(Protocols.named("pbft").groupSizes().maximumFaults(7)).isEqualTo(2);
        assertThat(Protocols.named("raft").groupSizes().maximumFaults(7)).isEqualTo(3);
    }

    @Test
    void aFileThatIsMissingOrNotTextIsNamed() throws Exception {
        Path missing = folder.resolve("no.yaml");
        assertThatThrownBy(() -> ClusterFile.read(missing))
                .isInstanceOf(ClusterFileException.class)
                .hasMessage(missing + ": there is no such file; make a cluster with tagma init");
        Path binary = folder.resolve("binary.yaml");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> ClusterFile.read(binary))
                .isInstanceOf(ClusterFileException.class)
                .hasMessageContaining("is not a text file in UTF-8");
    }
}
