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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.replica.trace.Causality;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.Relation;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;
import org.tagma.replica.trace.TraceReader;

/** Real processes, as a user starts them: the primary is killed and started again while a program uses the store. */
class ClusterOfProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long ANSWER_MILLIS = 5_000;

    @TempDir
    private Path temporary;

    private ClusterFolder folder;
    private ReplicaInspector inspector;
    private final List<ReplicaProcess> replicas = new ArrayList<>();

    @BeforeEach
    void startReplicas() throws Exception {
        folder = new ClusterFolder(temporary.resolve("cluster"));
        TestPlan.plan().make(folder);
        for (int id = 0; id < 4; id++) {
            replicas.add(start(id));
        }
        inspector = new ReplicaInspector(folder.config(), 1, folder.clientKeys(1));
        awaitAllServing();
    }

    @AfterEach
    void leaveNoProcessBehind() {
        replicas.forEach(ReplicaProcess::kill);
        if (inspector != null) {
            inspector.close();
        }
    }

    @Test
    void theStoreOutlivesItsPrimary() throws Exception {
        try (BatchProcess program = new BatchProcess(folder.root(), 0);
                BatchProcess other = new BatchProcess(folder.root(), 0)) {
            assertThat(program.ask("put colour \"light blue\"").get("ok").asBoolean())
                    .isTrue();
            increment(program, 1, 20);

            replicas.get(0).kill();
            increment(program, 21, 30);
            assertThat(statuses().get(0)).isEmpty();
            assertThat(statuses().get(1).orElseThrow().view()).isEqualTo(1);

            replicas.set(0, start(0));
            increment(other, 31, 50);
            awaitAllServing();

            assertThat(other.ask("get colour").get("value").asText()).isEqualTo("light blue");
            assertThat(program.ask("get n").get("value").asText()).isEqualTo("50");
            assertThat(program.finish()).isZero();
            assertThat(other.finish()).isZero();
        }
        commandsForPeople();
        replicas.forEach(ReplicaProcess::requestStop);
        assertThat(replicas)
                .allSatisfy(replica -> assertThat(replica.awaitStop())
                        .as("replica " + replica.id())
                        .isZero());
        theirTracesFitTogether();
    }

    /** Four clocks, one killed process, and no word about the traces on the wire. */
    private void theirTracesFitTogether() throws Exception {
        Trace trace =
                TraceReader.read(IntStream.range(0, 4).mapToObj(this::traceOf).toList());
        List<TraceEvent> messages =
                trace.events().stream().filter(event -> event.cause() >= 0).toList();
        List<TraceEvent> commits = trace.events().stream()
                .filter(event -> event.kind() == EventKind.COMMIT && event.process() == 3)
                .toList();

        assertThat(trace.processes()).containsExactly("r0", "r1", "r2", "r3");
        assertThat(messages).hasSizeGreaterThan(100).allSatisfy(receipt -> {
            TraceEvent sending = trace.events().get(receipt.cause());
            assertThat(sending.type()).isEqualTo(receipt.type());
            assertThat(Causality.relation(sending, receipt)).isEqualTo(Relation.BEFORE);
        });
        assertThat(commits)
                .hasSizeGreaterThan(10)
                .isSortedAccordingTo(Comparator.comparing(event -> event.id().index()));
        // No commit of a backup without a proposal, which came from another process.
        assertThat(new Causality(trace).countMessagesBefore(commits.get(0))).isGreaterThanOrEqualTo(3);
        assertThat(trace.events().stream()
                        .filter(event -> event.kind() == EventKind.START && event.process() == 0)
                        .map(TraceEvent::summary))
                .hasSize(2)
                .first()
                .isEqualTo("for the first time");
        assertThat(trace.events())
                .anyMatch(event ->
                        event.kind() == EventKind.VIEW && event.summary().startsWith("view 1, leader r1"));
    }

    private Path traceOf(int id) {
        return temporary.resolve("replica-" + id + ".trace");
    }

    /** One replica's word is enough: whoever has the cluster file can check it, and nothing else passes. */
    @Test
    void aReplicaProvesAValueToAnybody() throws Exception {
        try (BatchProcess program = new BatchProcess(folder.root(), 0)) {
            assertThat(program.ask("put colour blue").get("ok").asBoolean()).isTrue();
            increment(program, 1, folder.config().window().checkpointInterval() + 5);
        }
        Path proof = temporary.resolve("colour.proof");
        String cluster = folder.clusterFile().toString();

        Tagma.Result proved = kv("prove", "colour", "--out", proof.toString());

        assertThat(proved.status()).as(() -> proved.err() + logs()).isEqualTo(ExitStatus.OK);
        assertThat(proved.out()).contains("proved: \"colour\" = \"blue\"");
        Tagma.Result verified = Tagma.run("verify", proof.toString(), "--cluster", cluster);
        assertThat(verified.status()).isEqualTo(ExitStatus.OK);
        assertThat(verified.out()).contains("proved: \"colour\" = \"blue\", after batch ");
        assertThat(kv("prove", "nothing").out()).contains("proved: \"nothing\" is not there");

        byte[] bytes = Files.readAllBytes(proof);
        bytes[bytes.length / 2] ^= 1;
        Files.write(proof, bytes);
        Tagma.Result forged = Tagma.run("verify", proof.toString(), "--cluster", cluster);
        assertThat(forged.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(forged.errorLines()).singleElement().asString().startsWith("NOT proved: ");
        assertThat(Tagma.run("verify", "no-such-file", "--cluster", cluster).status())
                .isEqualTo(ExitStatus.CANNOT_RUN);
        aBackupOfARunningReplicaBringsItsStateBack();
    }

    private void aBackupOfARunningReplicaBringsItsStateBack() throws Exception {
        String backup = temporary.resolve("backup").toString();
        String root = folder.root().toString();
        Tagma.Result stranger = Tagma.run("backup", "--dir", root, "--client", "1", "--id", "2", "--to", backup);
        assertThat(stranger.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(stranger.errorLines()).singleElement().asString().contains("none of the operators");

        Tagma.Result taken = Tagma.run("backup", "--dir", root, "--id", "2", "--to", backup);

        assertThat(taken.status()).as(() -> taken.err() + logs()).isEqualTo(ExitStatus.OK);
        assertThat(taken.out()).contains("The state at checkpoint 128 can be restored from it");
        assertThat(restore(backup)).contains("is not empty");
        replicas.get(2).kill();
        Files.move(folder.dataFolder(2), temporary.resolve("lost"));
        String cluster = Files.readString(folder.clusterFile());
        Files.writeString(folder.clusterFile(), withKeysOfReplicasSwapped(cluster));
        assertThat(restore(backup)).contains("is not certified by a quorum");
        Files.writeString(folder.clusterFile(), cluster);

        assertThat(restore(backup)).contains("has the state at checkpoint 128 again");
        replicas.set(2, start(2));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses().get(2).map(ReplicaStatus::stableCheckpoint))
                        .as(this::logs)
                        .contains(128L));
        // It knows of the checkpoint before it has its state.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(replicas.get(2).log()))
                        .contains("installed the state at checkpoint 128"));
        assertThat(Files.readString(replicas.get(2).log()))
                .contains("without any memory of its votes")
                .doesNotContain("fetching the state at checkpoint 128");
    }

    private String restore(String backup) {
        Tagma.Result result = Tagma.run("restore", "--dir", folder.root().toString(), "--id", "2", "--from", backup);
        assertThat(result.status()).isEqualTo(result.err().isEmpty() ? ExitStatus.OK : ExitStatus.CANNOT_RUN);
        return result.out() + result.err();
    }

    /** As if replicas 0 and 1 were others than those that signed. */
    private String withKeysOfReplicasSwapped(String cluster) {
        String first = hexOf(folder, 0);
        String second = hexOf(folder, 1);
        return cluster.replace(first, "?").replace(second, first).replace("?", second);
    }

    private static String hexOf(ClusterFolder folder, int id) {
        try {
            return HexFormat.of()
                    .formatHex(
                            folder.config().replicas().get(id).keys().ed25519().toByteArray());
        } catch (ClusterFileException e) {
            throw new AssertionError(e);
        }
    }

    private void commandsForPeople() {
        assertThat(kv("get", "colour").out()).isEqualTo("light blue" + System.lineSeparator());
        assertThat(kv("cas", "colour", "light blue", "green").status()).isEqualTo(ExitStatus.OK);
        assertThat(kv("cas", "colour", "light blue", "red").status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(kv("get", "nothing").status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        Tagma.Result refused = kv("incr", "colour");
        assertThat(refused.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(refused.errorLines()).singleElement().asString().contains("not a number");
        assertThat(kv("scan", "").out()).contains("colour\tgreen").contains("2 entries");
        Tagma.Result inUse = Tagma.run("replica", "--dir", folder.root().toString(), "--id", "1");
        assertThat(inUse.status()).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(inUse.errorLines()).singleElement().asString().contains("in use by another process");
    }

    @Test
    void withoutAQuorumThereIsNoAnswer() throws Exception {
        replicas.get(1).kill();
        // As if whoever started it had gone: it must go too, and put everything away first.
        replicas.get(2).closeInput();
        await().atMost(PATIENCE).until(() -> !replicas.get(2).isAlive());
        assertThat(Files.readString(replicas.get(2).log()))
                .contains("replica 2 serves at")
                .contains("has stopped");

        Tagma.Result put = Tagma.run("kv", "--dir", folder.root().toString(), "--deadline", "1500", "put", "k", "v");

        assertThat(put.status()).isEqualTo(ExitStatus.NO_ANSWER);
        assertThat(put.errorLines())
                .singleElement()
                .asString()
                .contains("no answer from the cluster")
                .contains("may have been carried out");
        JsonNode status = statusCommand();
        assertThat(status.get("quorumReachable").asBoolean()).isFalse();
        assertThat(status.get("replicas").get(1).get("reachable").asBoolean()).isFalse();
    }

    private Tagma.Result kv(String... words) {
        List<String> arguments =
                new ArrayList<>(List.of("kv", "--dir", folder.root().toString(), "--client", "1"));
        arguments.addAll(List.of(words));
        return Tagma.run(arguments.toArray(String[]::new));
    }

    /** Increments a counter until it has a value; each answer must be the one before plus one. */
    private static void increment(BatchProcess program, int from, int to) throws IOException {
        for (int expected = from; expected <= to; expected++) {
            JsonNode answer = program.ask("incr n");
            assertThat(answer.get("ok").asBoolean()).as(answer.toString()).isTrue();
            assertThat(answer.get("value").asInt()).isEqualTo(expected);
        }
    }

    private ReplicaProcess start(int id) throws IOException {
        return ReplicaProcess.start(
                folder,
                id,
                temporary.resolve("replica-" + id + ".log"),
                List.of("--trace", traceOf(id).toString()));
    }

    private void awaitAllServing() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses()).as(this::logs).allMatch(Optional::isPresent));
    }

    /** What the replicas had to say, for whoever looks into a failure. */
    private String logs() {
        StringBuilder logs = new StringBuilder();
        for (ReplicaProcess replica : replicas) {
            logs.append("\nreplica ").append(replica.id()).append(replica.isAlive() ? " lives" : " has ended");
            try {
                logs.append(":\n").append(Files.readString(replica.log()));
            } catch (IOException e) {
                logs.append(", and its log cannot be read: ").append(e);
            }
        }
        return logs.toString();
    }

    private List<Optional<ReplicaStatus>> statuses() {
        return ReplicaStatus.ofAll(inspector, replicas.size(), ANSWER_MILLIS);
    }

    private JsonNode statusCommand() throws IOException {
        return new ObjectMapper()
                .readTree(Tagma.run("status", "--json", "--dir", folder.root().toString())
                        .out());
    }
}
