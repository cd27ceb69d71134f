package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.admin.ReplicaStatus;
import org.tagma.cli.common.ExitStatus;
import org.tagma.network.cluster.ClusterFolder;

class StatusCommandTest {

    @TempDir
    private Path temporary;

    @Test
    void showsAClusterThatIsDown() throws Exception {
        TestPlan.plan().make(new ClusterFolder(temporary.resolve("cluster")));

        Tagma.Result result =
                Tagma.run("status", "--dir", temporary.resolve("cluster").toString());

        assertThat(result.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines().filter(line -> line.contains("unreachable")))
                .hasSize(4);
        assertThat(result.out())
                .contains("Operations are NOT ORDERED: 0 of 4 replicas take part in view 0, 3 are needed")
                .contains("replica 2 does not take part: no answer from 127.0.0.1:");
    }

    @Test
    void doesNotLetALiarPaintOnTheTerminal() {
        Map<String, String> lies = Map.of("mode", "\u001b[2Jnormal", "checkpointDigest", "\u001b[31m", "view", "3");

        ReplicaStatus status = ReplicaStatus.of(1, lies).orElseThrow();

        assertThat(status.view()).isEqualTo(3);
        assertThat(status.mode()).isEqualTo("unknown");
        assertThat(status.checkpointDigest()).isEmpty();
    }

    @Test
    void takesNonsenseForNoAnswer() {
        assertThat(ReplicaStatus.of(1, Map.of("view", "many"))).isEmpty();
        assertThat(ReplicaStatus.of(1, Map.of("primary", "99999999999"))).isEmpty();
    }
}
