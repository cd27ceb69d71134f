package org.tagma.examples.primarybackup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.InMemoryService;
import org.tagma.Tagma;
import org.tagma.client.BftClient;
import org.tagma.core.service.ExecutionContext;
import org.tagma.replica.ReplicaServer;

/** Real replicas that talk over real sockets, found by the name of the protocol alone. */
final class OverSocketsTest {

    @TempDir
    private Path temporary;

    private final List<ReplicaServer> replicas = new ArrayList<>();

    /** Adds bytes to the end. */
    private static final class Tape implements InMemoryService {
        private String tape = "";

        @Override
        public byte[] apply(byte[] operation, ExecutionContext context) {
            tape += new String(operation, UTF_8);
            return snapshot();
        }

        @Override
        public byte[] query(byte[] operation) {
            return snapshot();
        }

        @Override
        public byte[] snapshot() {
            return tape.getBytes(UTF_8);
        }

        @Override
        public void restore(byte[] snapshot) {
            tape = new String(snapshot, UTF_8);
        }
    }

    @AfterEach
    void close() {
        replicas.forEach(ReplicaServer::close);
    }

    @Test
    void aBackupSucceedsAPrimaryThatIsGoneAndKnowsAllThatWasAnswered() throws IOException {
        Path folder = temporary.resolve("cluster");
        Tagma.makeCluster(folder, "primary-backup", 2);
        replicas.add(Tagma.replica(folder, 0, new Tape()));
        replicas.add(Tagma.replica(folder, 1, new Tape()));

        try (BftClient client = Tagma.client(folder, 0)) {
            assertThat(invoke(client, "a")).isEqualTo("a");
            assertThat(invoke(client, "b")).isEqualTo("ab");
            replicas.get(0).close();
            assertThat(invoke(client, "c")).isEqualTo("abc");
            assertThat(new String(client.query(new byte[0]).join(), UTF_8)).isEqualTo("abc");
        }
    }

    private static String invoke(BftClient client, String operation) {
        return new String(client.invoke(operation.getBytes(UTF_8)).join(), UTF_8);
    }
}
