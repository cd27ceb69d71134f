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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.network.cluster.ClusterFolder;

/**
 * Real processes of a Raft cluster, as a user starts them: whatever happens to its leader, programs see one counter.
 */
class RaftOfProcessesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path temporary;

    private ClusterFolder folder;
    private final List<ReplicaProcess> replicas = new ArrayList<>();

    @BeforeEach
    void startReplicas() throws Exception {
        folder = new ClusterFolder(temporary.resolve("cluster"));
        TestPlan.raft().make(folder);
        for (int id = 0; id < 3; id++) {
            replicas.add(start(id));
        }
        awaitLeaderOtherThan(-1);
    }

    @AfterEach
    void leaveNoProcessBehind() {
        replicas.forEach(ReplicaProcess::kill);
    }

    @Test
    void aKilledLeaderIsSucceededAndComesBack() throws Exception {
        int killed;
        try (BatchProcess program = new BatchProcess(folder.root(), 0);
                BatchProcess other = new BatchProcess(folder.root(), 1)) {
            increment(program, 1, 15);
            increment(other, 16, 20);

            killed = leader();
            replicas.get(killed).kill();
            increment(program, 21, 30);
            increment(other, 31, 35);
            awaitLeaderOtherThan(killed);

            replicas.set(killed, start(killed));
            increment(program, 36, 40);
            assertThat(program.finish()).isZero();
            assertThat(other.finish()).isZero();
        }
        try (BatchProcess reader = new BatchProcess(folder.root(), 1, "--read-from", Integer.toString(killed))) {
            assertThat(reader.ask("get n").get("value").asText()).isEqualTo("40");
        }
    }

    @Test
    void aPausedLeaderNeitherStopsTheGroupNorServesThePastWhenItGoesOn() throws Exception {
        int paused = leader();
        try (BatchProcess program = new BatchProcess(folder.root(), 0);
                BatchProcess reader = new BatchProcess(folder.root(), 1, "--read-from", Integer.toString(paused))) {
            increment(program, 1, 10);
            assertThat(reader.ask("get n").get("value").asText()).isEqualTo("10");

            replicas.get(paused).pause();
            increment(program, 11, 20);
            awaitLeaderOtherThan(paused);
            replicas.get(paused).resume();

            assertThat(reader.ask("get n").get("value").asText())
                    .as("it still believed that it led when the question came")
                    .isEqualTo("20");
            increment(program, 21, 25);
        }
    }

    @Test
    void anOperatorMovesTheLeaderAndChangesTheGroup() throws Exception {
        int first = leader();
        int next = (first + 1) % 3;
        int last = (first + 2) % 3;
        Tagma.Result transfer = run("transfer", "--to", Integer.toString(next));
        assertThat(transfer.status()).as(transfer.err()).isEqualTo(ExitStatus.OK);
        assertThat(transfer.out()).contains("replica " + next + " leads now");

        Tagma.Result change = run("members", "--voters", first + "," + next, "--learners", Integer.toString(last));
        assertThat(change.status()).as(change.err()).isEqualTo(ExitStatus.OK);
        assertThat(run("members").out()).contains("learners  " + last);
        JsonNode group = status();
        assertThat(group.get("replicas").get(next).get("voters").toString())
                .isEqualTo("[" + Math.min(first, next) + "," + Math.max(first, next) + "]");

        Tagma.Result stranger = run("transfer", "--client", "1");
        assertThat(stranger.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(stranger.errorLines()).singleElement().asString().contains("none of the operators");
        Tagma.Result table = run("status");
        assertThat(table.status()).isEqualTo(ExitStatus.OK);
        assertThat(table.out()).contains("learner", "its leader is replica", "learners: " + last);
    }

    private Tagma.Result run(String command, String... options) {
        List<String> words =
                new ArrayList<>(List.of(command, "--dir", folder.root().toString()));
        words.addAll(List.of(options));
        return Tagma.run(words.toArray(String[]::new));
    }

    /** Increments a counter until it has a value; each answer must be the one before plus one. */
    private static void increment(BatchProcess program, int from, int to) throws IOException {
        for (int expected = from; expected <= to; expected++) {
            JsonNode answer = program.ask("incr n");
            assertThat(answer.get("ok").asBoolean()).as(answer.toString()).isTrue();
            assertThat(answer.get("value").asInt()).isEqualTo(expected);
        }
    }

    private int leader() throws IOException {
        return status().get("leader").asInt();
    }

    private JsonNode status() throws IOException {
        return new ObjectMapper().readTree(run("status", "--json").out());
    }

    private void awaitLeaderOtherThan(int former) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(leader()).as(this::logs).isNotIn(-1, former));
    }

    private ReplicaProcess start(int id) throws IOException {
        return ReplicaProcess.start(folder, id, temporary.resolve("replica-" + id + ".log"), List.of());
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
