package org.tagma;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.client.BftClient;
import org.tagma.client.call.RejectedException;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;
import org.tagma.core.state.StateEntry;
import org.tagma.core.state.StateStore;
import org.tagma.core.state.StateView;
import org.tagma.replica.ReplicaServer;

class TagmaTest {

    @TempDir
    private Path temporary;

    private final List<ReplicaServer> replicas = new ArrayList<>();

    @AfterEach
    void close() {
        replicas.forEach(ReplicaServer::close);
    }

    /** Keeps each operation as a key, and answers all that it has kept; refuses a second time, but writes first. */
    private static final class Words implements Service {
        @Override
        public byte[] apply(byte[] operation, StateStore state, ExecutionContext context)
                throws OperationRejectedException {
            boolean known = state.get(operation).isPresent();
            state.put(operation, (known ? "twice" : "once").getBytes(UTF_8));
            if (known) {
                throw new OperationRejectedException("known", "the word is known");
            }
            return query(operation, state);
        }

        @Override
        public byte[] query(byte[] operation, StateView state) {
            StringBuilder words = new StringBuilder();
            for (StateEntry entry : state.withPrefix(new byte[0])) {
                words.append(text(entry.keyBytes()))
                        .append('=')
                        .append(text(entry.valueBytes()))
                        .append(' ');
            }
            return words.toString().getBytes(UTF_8);
        }
    }

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

    @Test
    void aServiceIsReplicatedAndARefusalLeavesNoTraceInItsState() throws IOException {
        Path folder = temporary.resolve("cluster");
        Tagma.makeCluster(folder, "pbft", 4);
        for (int id = 0; id < 4; id++) {
            replicas.add(Tagma.replica(folder, id, new Words()));
        }

        try (BftClient client = Tagma.client(folder, 0)) {
            assertThat(text(client.invoke("one".getBytes(UTF_8)).join())).isEqualTo("one=once ");
            assertThat(text(client.invoke("alpha".getBytes(UTF_8)).join())).isEqualTo("alpha=once one=once ");
            replicas.get(1).close();
            assertThatThrownBy(() -> client.invoke("one".getBytes(UTF_8)).join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(RejectedException.class);
            assertThat(text(client.query(new byte[0]).join())).isEqualTo("alpha=once one=once ");
        }
    }

    @Test
    void aServiceWithObjectsOfItsOwnOutlivesItsReplicas() throws IOException {
        Path folder = temporary.resolve("cluster");
        Tagma.makeCluster(folder, "raft", 1);
        replicas.add(Tagma.replica(folder, 0, new Tape()));
        try (BftClient client = Tagma.client(folder, 3)) {
            client.invoke("ab".getBytes(UTF_8)).join();
            replicas.get(0).close();
            replicas.set(0, Tagma.replica(folder, 0, new Tape()));
            assertThat(text(client.invoke("c".getBytes(UTF_8)).join())).isEqualTo("abc");
        }
    }

    @Test
    void whatIsWrongWithAFolderIsSaidInOneLine() throws IOException {
        Path none = temporary.resolve("none");
        assertThatThrownBy(() -> Tagma.client(none, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no folder");
        Path folder = temporary.resolve("cluster");
        Tagma.makeCluster(folder, "raft", 3);
        assertThatThrownBy(() -> Tagma.makeCluster(folder, "raft", 3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() -> Tagma.replica(folder, 3, new Words()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no replica 3");
        assertThatThrownBy(() -> Tagma.client(folder, 4)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Tagma.makeCluster(none, "paxos", 3)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aServiceWithObjectsOfItsOwnIsAStateMachine() {
        StateMachine machine = Tagma.stateMachine(new Tape());
        machine.restore(ByteString.copyFromUtf8("abc"));
        assertThat(machine.snapshot().toStringUtf8()).isEqualTo("abc");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
