package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.FreePorts;
import org.tagma.cli.common.ExitStatus;
import org.tagma.network.cluster.ClusterFolder;

/** Whatever a user does wrong: one line that says what is wrong and what to do, status 2, no stack trace. */
class ErrorLineTest {

    @TempDir
    private Path temporary;

    private Path cluster;

    @BeforeEach
    void makeCluster() throws Exception {
        cluster = temporary.resolve("cluster");
        TestPlan.plan().make(new ClusterFolder(cluster));
        Tagma.run("init", "--dir", temporary.resolve("raft").toString(), "--protocol", "raft");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                          | say what to do: demo, init
                    frobnicate                                  | unknown argument frobnicate
                    init                                        | --dir
                    init --dir %new --replicas 3                | --replicas must be from 4
                    init --dir %new --replicas many             | --replicas
                    init --dir %new --faults 2                  | faults must be from 1 to 1
                    init --dir %new --auth mac                  | must be none or macs or client-signatures or sig
                    init --dir %new --auth none                 | must not be none with pbft, whose replicas may lie
                    init --dir %new --base-port 65534           | --base-port must be from 1
                    init --dir %new --clients 0                 | --clients must be from 1
                    init --dir %new --host a"b                  | host name
                    init --dir %new --protocol raft --replicas 0 | --replicas must be from 1
                    init --dir %new --protocol raft --faults 2  | faults must be from 0 to 1
                    init --dir %new --protocol paxos            | must be pbft or raft, not 'paxos'
                    init --dir %new --crypto magic              | must be auto or bouncycastle or corretto
                    init --dir %cluster                         | there is a cluster in
                    init --dir %cluster/cluster.yaml/x          | cannot write
                    replica --dir %cluster                      | --id
                    replica --dir %cluster --id 4               | there is no replica 4
                    replica --dir %cluster --id zero            | --id
                    replica --dir %new --id 0                   | there is no folder
                    replica --dir %cluster/keys --id 0          | there is no such file
                    replica --dir %cluster --id 0 --fault lie   | no fault is called 'lie'
                    replica --dir %cluster --id 0 --fault-after-operations 5 | need a --fault
                    replica --dir %cluster --id 0 --trace %new/x/y | cannot be written
                    replica --dir %cluster --id 0 --trace %cluster/cluster.yaml | is there and is not a trace
                    status --dir %new                           | there is no folder
                    status --dir %cluster --client 9            | there is no key file
                    transfer                                    | --dir
                    transfer --dir %cluster --to 4              | there is no replica 4
                    members --dir %cluster --voters 0,one       | must be replicas with commas between
                    members --dir %cluster --voters 0,9         | there is no replica 9
                    members --dir %cluster --voters 1,1,2       | names replica 1 twice
                    settings --dir %cluster set                 | set NAME VALUE
                    settings --dir %cluster set pipeline 1      | there is no agreed setting pipeline
                    settings --dir %cluster set replyBytes many | must be a whole number, not many
                    settings --dir %cluster --client 9          | there is no key file
                    kv --dir %cluster                           | there is no command
                    kv --dir %cluster frob k                    | unknown command frob
                    kv --dir %cluster put k                     | put KEY VALUE
                    kv --dir %cluster incr k much               | whole number
                    kv --dir %cluster --client 9 get k          | there is no key file
                    kv --dir %cluster --deadline 0 get k        | --deadline must be at least 1
                    kv --dir %cluster --concurrency 2 get k     | --concurrency is for --batch
                    kv --dir %cluster --batch --concurrency 999 | --concurrency must be from 1 to 256
                    kv --dir %cluster --batch get k             | commands come from standard input
                    demo --protocol raft --fault equivocate     | raft promises nothing when a replica is malicious
                    demo --protocol raft --replicas 2           | --replicas must be from 3
                    demo --fault pause                          | has a traitor instead
                    kv --dir %cluster --read-from 0 get k       | --read-from is for protocols without liars
                    demo --fault lies                           | no fault is called 'lies'
                    demo --replicas 3                           | --replicas must be from 4
                    demo --seconds 0                            | --seconds must be from 4
                    help frob                                   | there is no command frob
                    init --dir ''                               | must name something, and is empty
                    replica --dir '' --id 0                     | must name something, and is empty
                    replica --dir %cluster --id 0 --trace ''    | must name something, and is empty
                    replica --dir %cluster --id 0 --service foo | must be kv or null, not 'foo'
                    replica --dir %cluster --id 0 --threads foo | must be auto or loop or split, not 'foo'
                    replica --dir %cluster --id 0 --fault slow --fault-after-operations -1 | at least 0, not -1
                    replica --dir %raft --id 0 --fault equivocate | raft promises nothing when a replica is malicious
                    backup --dir %cluster --id 0 --to ''        | must name something, and is empty
                    kv --dir %raft --read-from 3 get k          | there is no replica 3; there are 0 to 2
                    divergence --dir %cluster --id 0            | two are compared
                    restore --dir %cluster --id 9 --from %new   | there is no replica 9
                    verify %new --cluster %cluster/cluster.yaml | there is no file
                    bench --failover foo                        | must be kill or pause or stop, not 'foo'
                    bench --times 3                             | --times is for --failover
                    bench --seconds 0                           | --seconds must be from 1
                    sim --protocols raft                        | --protocols is for --matrix
                    sim --html x.html                           | --html is for --matrix or --show-break
                    sim --rounds 2                              | --rounds is for --twins
                    sim --for 2h                                | --for is for --flp
                    sim --attacks --protocol raft               | --protocol does not go with --attacks
                    sim --budget 0s                             | --budget in milliseconds must be from 1
                    sim --matrix --html %new/x/y.html           | y.html cannot be written
                    sim --seeds 1 --trace %new/x/y              | x/y cannot be written
                    trace %new                                  | there is no file
                    trace %cluster/cluster.yaml                 | this is not a line of a trace
                    """)
    void aMistakeGetsOneLine(String arguments, String expected) {
        assertOneLine(Tagma.run(words(arguments)), expected);
    }

    @Test
    void anUnknownOptionIsNamedAlsoWhereAnotherIsMissing() {
        Tagma.Result result = Tagma.run("replica", "--dri", "mycluster", "--id", "0");
        assertThat(result.status()).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(result.err())
                .isEqualToIgnoringNewLines(
                        "tagma replica: unknown argument --dri mycluster; see `tagma replica --help`");
    }

    @Test
    void aChangeOfMembersIsRefusedAtOnceUnderPbft(@TempDir Path folder) throws Exception {
        TestPlan.plan().make(new ClusterFolder(folder.resolve("cluster")));
        String cluster = folder.resolve("cluster").toString();
        Tagma.Result members = Tagma.run("members", "--dir", cluster, "--voters", "0,1,2");
        assertThat(members.status()).isEqualTo(ExitStatus.UNSUCCESSFUL);
        assertThat(members.err()).contains("the group of a pbft cluster is fixed by its cluster file");
    }

    @Test
    void theVersionIsShown() {
        Tagma.Result result = Tagma.run("--version");
        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("tagma ").contains("Java " + Runtime.version());
    }

    @Test
    void refusesToOverwriteKeysThatHaveLostTheirClusterFile() throws Exception {
        Files.delete(cluster.resolve("cluster.yaml"));

        assertOneLine(Tagma.run(words("init --dir %cluster")), "there is a cluster in");
    }

    @Test
    void namesTheLineOfAMistakeInTheClusterFile() throws Exception {
        Path file = cluster.resolve("cluster.yaml");
        Files.writeString(file, Files.readString(file).replace("faults: 1", "faults: 3"));

        assertOneLine(Tagma.run(words("replica --dir %cluster --id 0")), "cluster.yaml:");
        assertOneLine(Tagma.run(words("kv --dir %cluster get k")), "faults must be from 1 to 1");
    }

    @Test
    void namesAWordThatIsNoDurability() throws Exception {
        Path file = cluster.resolve("cluster.yaml");
        Files.writeString(file, Files.readString(file).replace("durability: sync", "durability: always"));

        assertOneLine(Tagma.run(words("replica --dir %cluster --id 0")), "durability");
    }

    @Test
    void refusesAnothersKey() throws Exception {
        Files.copy(key("replica-1"), key("replica-0"), StandardCopyOption.REPLACE_EXISTING);

        assertOneLine(Tagma.run(words("replica --dir %cluster --id 0")), "not that of replica 0 but of replica 1");
    }

    @Test
    void refusesAKeyThatOthersCanRead() throws Exception {
        Files.setPosixFilePermissions(key("replica-0"), PosixFilePermissions.fromString("rw-r--r--"));

        assertOneLine(Tagma.run(words("replica --dir %cluster --id 0")), "chmod 600");
    }

    @Test
    void refusesADamagedKey() throws Exception {
        Files.writeString(key("client-0"), "garbage");

        assertOneLine(Tagma.run(words("kv --dir %cluster get k")), "is damaged");
    }

    @Test
    void refusesADamagedDataFolder() throws Exception {
        Path data = Files.createDirectories(cluster.resolve("data/replica-0"));
        Files.writeString(data.resolve("identity"), "garbage");

        assertOneLine(Tagma.run(words("replica --dir %cluster --id 0")), "identity");
    }

    @Test
    void refusesAPortInUse() throws IOException {
        int port = FreePorts.loopback(1).get(0).port();
        Path taken = temporary.resolve("taken");
        Tagma.run("init", "--dir", taken.toString(), "--base-port", Integer.toString(port));
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(holder.isBound()).isTrue();
            assertOneLine(
                    Tagma.run("replica", "--dir", taken.toString(), "--id", "0"), "the address is already in use");
        }
    }

    @Test
    void showsWhereAnErrorAroseOnRequest() {
        Tagma.Result result = Tagma.run(
                "--debug", "status", "--dir", temporary.resolve("none").toString());

        assertThat(result.status()).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(result.err()).contains("\tat org.tagma.network.cluster.ClusterFolder.config");
    }

    private static void assertOneLine(Tagma.Result result, String expected) {
        assertThat(result.status()).isEqualTo(ExitStatus.CANNOT_RUN);
        assertThat(result.out()).isEmpty();
        assertThat(result.errorLines())
                .singleElement()
                .asString()
                .startsWith("tagma")
                .contains(expected);
    }

    private Path key(String name) {
        return cluster.resolve("keys").resolve(name + ".pem");
    }

    private String[] words(String line) {
        Map<String, Path> places =
                Map.of("%cluster", cluster, "%new", temporary.resolve("new"), "%raft", temporary.resolve("raft"));
        return List.of(line.split(" +")).stream()
                .filter(word -> !word.isEmpty())
                .map(word -> word.equals("''") ? "" : word)
                .map(word -> places.entrySet().stream()
                        .filter(place -> word.startsWith(place.getKey()))
                        .findFirst()
                        .map(place ->
                                place.getValue() + word.substring(place.getKey().length()))
                        .orElse(word))
                .toArray(String[]::new);
    }
}
