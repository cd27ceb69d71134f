package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.cli.common.ExitStatus;
import org.tagma.core.NodeId;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.network.cluster.Durability;

class InitCommandTest {

    @TempDir
    private Path temporary;

    @Test
    void makesAClusterThatItsOwnKeysFit() throws Exception {
        Path dir = temporary.resolve("a/b");

        Tagma.Result result = Tagma.run(
                "init",
                "--dir",
                dir.toString(),
                "--replicas",
                "7",
                "--auth",
                "macs",
                "--clients",
                "2",
                "--tls",
                "--base-port",
                "9000",
                "--host",
                "localhost");

        assertThat(result.status()).isZero();
        assertThat(result.err()).isEmpty();
        ClusterFolder folder = new ClusterFolder(dir);
        ClusterConfig config = folder.config();
        assertThat(config.replicaCount()).isEqualTo(7);
        assertThat(config.faults()).isEqualTo(2);
        assertThat(config.authentication()).isEqualTo(AuthenticationMode.MACS);
        assertThat(config.tls()).isTrue();
        assertThat(config.durability()).isEqualTo(Durability.SYNC);
        assertThat(config.address(6)).hasToString("localhost:9006");
        for (int id = 0; id < 7; id++) {
            NodeAccess.clusterKeys(config).requireOwner(new NodeId.Replica(id), folder.replicaKeys(id));
        }
        for (int id = 0; id < 2; id++) {
            NodeAccess.clusterKeys(config).requireOwner(new NodeId.Client(id), folder.clientKeys(id));
        }
    }

    @Test
    void keepsKeysFromOthers() throws Exception {
        Path dir = temporary.resolve("cluster");

        Tagma.run("init", "--dir", dir.toString());

        assertThat(permissions(dir.resolve("keys"))).isEqualTo("rwx------");
        try (Stream<Path> keys = Files.list(dir.resolve("keys"))) {
            assertThat(keys)
                    .hasSize(8)
                    .allSatisfy(key -> assertThat(permissions(key)).isEqualTo("rw-------"));
        }
    }

    @Test
    void leavesNothingBehindWhenThePlanIsNoGood() {
        Path dir = temporary.resolve("cluster");

        Tagma.Result result = Tagma.run("init", "--dir", dir.toString(), "--faults", "9");

        assertThat(result.status()).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(dir).doesNotExist();
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : TagmaCommand.commandLine().getSubcommands().keySet()) {
            Tagma.Result asOption = Tagma.run(command, "--help");
            assertThat(asOption.status()).as(command).isZero();
            assertThat(asOption.out()).as(command).contains("tagma " + command);
            assertThat(Tagma.run("help", command).out()).as(command).isEqualTo(asOption.out());
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
