package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.network.cluster.ClusterFolder;

class PortInUseTest {

    @TempDir
    private Path temporary;

    @Test
    void aReplicaWhosePortIsTakenSaysThatAndNothingElse() throws Exception {
        ClusterFolder folder = new ClusterFolder(temporary.resolve("cluster"));
        int port = TestPlan.plan().make(folder).address(0).port();
        Path log = temporary.resolve("replica-0.log");
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(holder.isBound()).isTrue();
            ReplicaProcess replica = ReplicaProcess.start(folder, 0, log, List.of());

            assertThat(replica.awaitExit()).isEqualTo(ExitStatus.CANNOT_RUN);
        }
        assertThat(Files.readAllLines(log)).singleElement().asString().contains("the address is already in use");
    }
}
