package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.ClusterPlan;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;

/**
 * Real processes under load, of both protocols: all replicas are killed at once, then the disk of one is wiped, and
 * then another is killed, so that only a group in which the wiped one votes again can go on. Nothing acknowledged may
 * be lost.
 */
class KilledClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** A small window, so that a replica which forgot is soon past all that it may have voted for. */
    private static final int CHECKPOINT_INTERVAL = 16;

    @TempDir
    private Path temporary;

    private ClusterFolder folder;
    private final List<ReplicaProcess> replicas = new ArrayList<>();
    private final ExecutorService writerThreads = Executors.newCachedThreadPool();
    private final WriteLoad load = new WriteLoad();

    @AfterEach
    void leaveNoProcessBehind() throws InterruptedException {
        load.end();
        replicas.forEach(ReplicaProcess::kill);
        writerThreads.shutdownNow();
        assertThat(writerThreads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pbft", "raft"})
    void nothingAcknowledgedIsLost(String name) throws Exception {
        ProtocolDefinition protocol = Protocols.named(name);
        startReplicas(protocol);
        List<Future<Integer>> writers = List.of(write(0), write(1));
        awaitAcknowledged(100);

        replicas.forEach(ReplicaProcess::kill);
        for (int id = 0; id < replicas.size(); id++) {
            replicas.set(id, start(id));
        }
        awaitAcknowledged(100);

        replicas.get(0).kill();
        delete(folder.dataFolder(0));
        replicas.set(0, start(0));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(modeOfReplica0()).as(this::logs).isIn("normal", "follower", "leader"));
        assertThat(Files.readString(replicas.get(0).log())).contains("has lost what it kept there");
        replicas.get(1).kill();
        awaitAcknowledged(100);

        load.end();
        for (Future<Integer> writer : writers) {
            assertThat(writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isZero();
        }
        try (BatchProcess reader = new BatchProcess(folder.root(), 0)) {
            load.check(key -> reader.ask("get " + key).get("value"));
        }
    }

    private void startReplicas(ProtocolDefinition protocol) throws Exception {
        folder = new ClusterFolder(temporary.resolve("cluster"));
        ClusterPlan plan = protocol.name().equals("raft") ? TestPlan.raft() : TestPlan.plan();
        plan.make(folder);
        String cluster = Files.readString(folder.clusterFile());
        String smaller = cluster.replaceFirst("checkpointInterval: \\d+", "checkpointInterval: " + CHECKPOINT_INTERVAL)
                .replaceFirst("logWindow: \\d+", "logWindow: " + 4 * CHECKPOINT_INTERVAL);
        assertThat(smaller).isNotEqualTo(cluster);
        Files.writeString(folder.clusterFile(), smaller);
        for (int id = 0; id < plan.addresses().size(); id++) {
            replicas.add(start(id));
        }
    }

    private ReplicaProcess start(int id) throws IOException {
        return ReplicaProcess.start(folder, id, temporary.resolve("replica-" + id + ".log"), List.of());
    }

    /** A program that writes until the load ends; gives its exit status. */
    private Future<Integer> write(int client) {
        Callable<Integer> writing = () -> {
            try (BatchProcess program = new BatchProcess(folder.root(), client)) {
                load.run(client, program::ask);
                return program.finish();
            }
        };
        return writerThreads.submit(writing);
    }

    /** Waits until so many more writes were acknowledged. */
    private void awaitAcknowledged(int more) {
        int target = load.acknowledged() + more;
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(load.acknowledged()).as(this::logs).isGreaterThan(target));
    }

    private String modeOfReplica0() throws IOException {
        String json =
                Tagma.run("status", "--json", "--dir", folder.root().toString()).out();
        JsonNode replica = new ObjectMapper().readTree(json).get("replicas").get(0);
        return replica.path("mode").asText();
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** What the replicas had to say, for whoever looks into a failure. */
    private String logs() {
        StringBuilder logs = new StringBuilder();
        for (ReplicaProcess replica : replicas) {
            try {
                logs.append("\nreplica ").append(replica.id()).append(":\n").append(Files.readString(replica.log()));
            } catch (IOException e) {
                logs.append(", and its log cannot be read: ").append(e);
            }
        }
        return logs.toString();
    }
}
