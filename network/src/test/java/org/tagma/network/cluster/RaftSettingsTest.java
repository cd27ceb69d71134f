package org.tagma.network.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.Settings;

/** What the cluster file says of Raft and of operators: all of it optional, none of it silently wrong. */
class RaftSettingsTest {

    private static final ProtocolDefinition RAFT = Protocols.named("raft");
    private static final Settings USUAL = Settings.standard(RAFT.settings());
    private static final Settings UNUSUAL = USUAL.with("electionTimeoutMillis", 2_000)
            .with("heartbeatMillis", 50)
            .with("leaseReads", true)
            .with("maxClockDriftPercent", 20)
            .with("maxInflightMessages", 8)
            .with("maxInflightBytes", 1 << 20)
            .with("logTail", 0)
            .with("voters", List.of(0, 2, 4));

    private static ByteString bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return ByteString.copyFrom(bytes);
    }

    private static NodePublicKeys keys(int node) {
        return new NodePublicKeys(bytes(32, 2 * node), bytes(32, 2 * node + 1));
    }

    private static ClusterConfig config(ProtocolDefinition protocol, Settings raft, List<Integer> operators) {
        return new ClusterConfig(
                bytes(16, 0x11),
                0,
                protocol,
                AuthenticationMode.MACS,
                CryptoProviderChoice.AUTO,
                false,
                1,
                true,
                Durability.MEMORY,
                ClusterConfig.Timeouts.defaults(),
                ClusterConfig.Batch.defaults(),
                ClusterConfig.Window.defaults(),
                ClusterConfig.Limits.defaults(),
                IntStream.range(0, 5)
                        .mapToObj(id -> new ClusterConfig.ReplicaEntry(
                                id, new ReplicaAddress("127.0.0.1", 7_000 + id), keys(id)))
                        .toList(),
                List.of(new ClusterConfig.ClientEntry(0, keys(60)), new ClusterConfig.ClientEntry(9, keys(61))),
                raft,
                operators);
    }

    @Test
    void whatIsWrittenIsReadBackEqual() throws Exception {
        for (Settings raft : List.of(USUAL, UNUSUAL)) {
            for (List<Integer> operators : List.of(List.<Integer>of(), List.of(9), List.of(9, 0))) {
                ClusterConfig config = config(RAFT, raft, operators);
                assertThat(ClusterFile.parse("f", ClusterFileText.of(config))).isEqualTo(config);
            }
        }
    }

    @Test
    void oneWordMakesAPbftClusterOneOfRaft() throws Exception {
        String pbft = ClusterFileText.of(config(Protocols.named("pbft"), Settings.standard(List.of()), List.of(0)));
        assertThat(pbft).doesNotContain("raft:");
        ClusterConfig raft = ClusterFile.parse("f", pbft.replace("protocol: pbft", "protocol: raft"));
        assertThat(raft).isEqualTo(config(RAFT, USUAL, List.of(0)));
    }

    @Test
    void whatIsLeftOutHasItsDefault() throws Exception {
        String text = ClusterFileText.of(config(RAFT, UNUSUAL, List.of(9)));
        String without = text.lines()
                .filter(line -> !line.startsWith("operators:") && !line.contains("logTail:"))
                .collect(java.util.stream.Collectors.joining("\n"));
        ClusterConfig config = ClusterFile.parse("f", without);
        assertThat(config.operators()).containsExactly(0);
        assertThat(config.settings().integer("logTail")).isEqualTo(128);
        assertThat(config.settings().replicas("voters")).containsExactly(0, 2, 4);
    }

    @Test
    void theSectionOfAnotherProtocolIsReadAndOfNoAccount() throws Exception {
        String text = ClusterFileText.of(config(RAFT, UNUSUAL, List.of(0))).replace("protocol: raft", "protocol: pbft");
        assertThat(ClusterFile.parse("f", text))
                .isEqualTo(config(Protocols.named("pbft"), Settings.standard(List.of()), List.of(0)));
        assertThatThrownBy(() -> ClusterFile.parse("f", text.replace("logTail: 0", "logTail: -1")))
                .isInstanceOf(ClusterFileException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "heartbeatMillis: 50; heartbeatMillis: 700; at most a third of electionTimeoutMillis, 2000",
                "heartbeatMillis: 50; heartbeatMillis: soon; a whole number",
                "electionTimeoutMillis: 2000; electionTimeoutMillis: 9; from 10 to 3600000, not 9",
                "maxClockDriftPercent: 20; maxClockDriftPercent: 51; from 0 to 50, not 51",
                "leaseReads: true; leaseReads: perhaps; true or false",
                "voters: [0, 2, 4]; voters: [0, 2, 2]; must be different replicas",
                "voters: [0, 2, 4]; voters: [0, 2, 5]; has the voter 5",
                "voters: [0, 2, 4]; voters: all; must be a list of whole numbers",
                "voters: [0, 2, 4]; voters: [0]; must be from 0 to 0 for 1 replicas of raft",
                "logTail: 0; logTails: 0; unknown key logTails",
                "operators: [0]; operators: [1]; must be ids of clients",
                "operators: [0]; operators: [0, 0]; is there twice"
            })
    void badValuesAreNamedInOneLine(String good, String bad, String problem) {
        String text = ClusterFileText.of(config(RAFT, UNUSUAL, List.of(0)));
        assertThat(text).contains(good);
        ClusterFileException complaint = catchThrowableOfType(
                ClusterFileException.class, () -> ClusterFile.parse("cluster.yaml", text.replace(good, bad)));
        assertThat(complaint.getMessage())
                .startsWith("cluster.yaml:")
                .contains(problem)
                .doesNotContain("\n");
    }
}
