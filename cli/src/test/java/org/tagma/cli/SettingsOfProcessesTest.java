package org.tagma.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ReplicaProcess;
import org.tagma.network.cluster.ClusterFolder;

/** Settings of the agreed state in cluster files that differ, between replicas or from what the group has agreed on. */
class SettingsOfProcessesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path temporary;

    private final List<ReplicaProcess> replicas = new ArrayList<>();

    @AfterEach
    void leaveNoProcessBehind() {
        replicas.forEach(ReplicaProcess::kill);
    }

    @Test
    void aChangeInAllFilesStopsNobodyAndIsSaidToCountForNothingUntilItIsAgreed() throws Exception {
        ClusterFolder folder = new ClusterFolder(temporary.resolve("cluster"));
        TestPlan.plan().make(folder);
        change(folder, "checkpointInterval: 128", "checkpointInterval: 4");
        startAll(folder, 4);
        increment(folder, 1, 12);
        stopAll();
        change(folder, "sessionPipeline: 256", "sessionPipeline: 128");
        startAll(folder, 4);
        increment(folder, 13, 14);

        assertThat(log(3))
                .contains("the cluster file says sessionPipeline: 128, the group has agreed on 256, and that counts; to"
                        + " change it: tagma settings set sessionPipeline 128");
        assertThat(run(folder, "settings").out()).containsPattern("sessionPipeline +256 +128 +differs");
        Tagma.Result stranger = run(folder, "settings", "--client", "1", "set", "sessionPipeline", "128");
        assertThat(stranger.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(stranger.errorLines()).containsExactly("tagma settings: client 1 is none of the operators [0]");
        Tagma.Result set = run(folder, "settings", "set", "sessionPipeline", "128");
        assertThat(set.out()).isEqualToIgnoringNewLines("sessionPipeline is 128 now, and was 256");
        assertThat(run(folder, "settings").out()).containsPattern("sessionPipeline +128 +128\\R");
        // The replicas have as much heap as this process, of which their plan keeps six percent for replies.
        Assumptions.assumeTrue(Runtime.getRuntime().maxMemory() < 16L << 30);
        Tagma.Result tooMuch = run(folder, "settings", "set", "replyBytes", "1073741824");
        assertThat(tooMuch.errorLines())
                .singleElement()
                .asString()
                .startsWith("tagma settings: replyBytes 1073741824 is more than replica 0 has room for");
    }

    @Test
    void aReplicaOfRaftThatBeginsWithAnotherSettingIsNotLetInAndBothSidesSayWhy() throws Exception {
        ClusterFolder folder = new ClusterFolder(temporary.resolve("cluster"));
        TestPlan.raft().make(folder);
        ClusterFolder odd = new ClusterFolder(copy(folder.root(), temporary.resolve("odd")));
        change(odd, "maxSessionsPerClient: 1024", "maxSessionsPerClient: 1");
        replicas.add(start(folder, 0));
        replicas.add(start(folder, 1));
        replicas.add(start(odd, 2));
        awaitService(folder);
        increment(folder, 1, 2);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(log(2))
                        .contains("setting maxSessionsPerClient is 1 here and 1024 at replica ")
                        .contains("which is what the group began with: the file must say the same, and 'tagma settings"
                                + " set' changes what is agreed"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(log(0) + log(1))
                        .contains("setting maxSessionsPerClient is 1024 here and 1 at replica 2"));
        assertThat(run(folder, "transfer", "--to", "2").status()).isNotEqualTo(ExitStatus.OK);
        increment(folder, 3, 4);
    }

    private void increment(ClusterFolder folder, int from, int to) {
        for (int expected = from; expected <= to; expected++) {
            Tagma.Result result = run(folder, "kv", "incr", "n");
            assertThat(result.out().strip()).as(() -> result.err() + logs()).isEqualTo(Integer.toString(expected));
        }
    }

    private static Tagma.Result run(ClusterFolder folder, String command, String... words) {
        List<String> all =
                new ArrayList<>(List.of(command, "--dir", folder.root().toString()));
        all.addAll(List.of(words));
        return Tagma.run(all.toArray(String[]::new));
    }

    private void startAll(ClusterFolder folder, int count) throws IOException {
        replicas.clear();
        for (int id = 0; id < count; id++) {
            replicas.add(start(folder, id));
        }
        awaitService(folder);
    }

    private void awaitService(ClusterFolder folder) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(run(folder, "status").out()).as(this::logs).contains("Operations are ordered"));
    }

    private ReplicaProcess start(ClusterFolder folder, int id) throws IOException {
        return ReplicaProcess.start(folder, id, temporary.resolve("replica-" + id + ".log"), List.of());
    }

    private void stopAll() {
        replicas.forEach(ReplicaProcess::requestStop);
        replicas.forEach(replica -> assertThat(replica.awaitStop()).isZero());
    }

    private static void change(ClusterFolder folder, String from, String to) throws IOException {
        Path file = folder.root().resolve("cluster.yaml");
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private String log(int id) {
        try {
            return Files.readString(temporary.resolve("replica-" + id + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For whoever looks into a failure. */
    private String logs() {
        return replicas.stream()
                .map(each -> "\nreplica " + each.id() + ":\n" + log(each.id()))
                .collect(joining());
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.copy(each, to.resolve(from.relativize(each).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return to;
    }
}
