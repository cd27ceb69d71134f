package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.NodeStore;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.Durability;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.memory.InMemoryNetwork;
import org.tagma.network.memory.InMemoryTransport;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.protocol.Protocols;
import org.tagma.replica.admin.AdminQueries;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.ReplicaParts;
import org.tagma.replica.settings.ServerOptions;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.log.MemoryLogStore;

/** A whole server fetches the state of a group, is stopped in the middle, and goes on in its next incarnation. */
final class ResumedTransferServerTest {

    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES);
    private static final int LAGGING = 3;
    private static final int REQUESTS = 200;
    private static final int ENTRIES_PER_REQUEST = 40;

    @TempDir
    Path folder;

    private final ExecutorService networkThread = Executors.newSingleThreadExecutor();
    private final InMemoryNetwork network = new InMemoryNetwork(networkThread);
    private final ReplyQueue received = new ReplyQueue();
    private final Queue<ByteString> replies = received.replies();
    private final List<ReplicaServer> servers = new ArrayList<>();
    private InMemoryTransport client;

    /** Each request writes some entries. */
    private static final class Filler implements MerkleStateMachine {

        private final MerkleStateStore entries = new MerkleStateStore();

        @Override
        public MerkleStateStore state() {
            return entries;
        }

        @Override
        public ByteString apply(ByteString operation, ExecutionContext context) {
            for (int i = 0; i < ENTRIES_PER_REQUEST; i++) {
                String key = operation.toStringUtf8() + "/" + i;
                entries.put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(key.repeat(60)));
            }
            return operation;
        }

        @Override
        public ByteString query(ByteString operation) {
            return operation;
        }
    }

    /** Counts what is put into a store. */
    private static final class CountingNodes implements NodeStore {

        private final NodeStore nodes;
        final AtomicLong parts = new AtomicLong();
        final AtomicLong bytes = new AtomicLong();

        CountingNodes(NodeStore nodes) {
            this.nodes = nodes;
        }

        @Override
        public void keep(MerkleTree part) {
            nodes.keep(part);
            parts.incrementAndGet();
            NodePage.forEachNew(part, digest -> false, page -> bytes.addAndGet(valuesIn(page)));
        }

        private static long valuesIn(NodePage page) {
            return page.below().isEmpty() ? page.encode().size() : 0;
        }

        @Override
        public void beginTransfer() {
            nodes.beginTransfer();
        }

        @Override
        public boolean contains(Digest digest) {
            return nodes.contains(digest);
        }

        @Override
        public void endTransfer() {
            nodes.endTransfer();
        }

        @Override
        public NodePage load(Digest digest) {
            return nodes.load(digest);
        }
    }

    @BeforeEach
    void startClient() {
        client = network.newTransport(new PeerId.ClientSession(0, 1), TestCluster.REPLICAS, TransportLimits.defaults());
        client.start(received);
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        servers.forEach(ReplicaServer::close);
        client.close();
        networkThread.shutdown();
        assertThat(networkThread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void bug23AReplicaThatIsStoppedInTheMiddleOfATransferGoesOnWhereItWas() throws IOException {
        for (int id = 0; id < LAGGING; id++) {
            start(id, MemoryLogStore.withoutFolder(), SnapshotStore.none(), Optional.empty());
        }
        for (int number = 1; number <= REQUESTS; number++) {
            submit(number);
        }
        long stateBytes = stateBytes();
        DataFolder.initialize(folder, new DataFolder.Owner(TestCluster.CLUSTER_ID, 0, LAGGING));

        CountingNodes first = startLagging();
        await().atMost(Duration.ofMinutes(2)).until(() -> first.parts.get() >= 10);
        ReplicaServer stopped = servers.remove(servers.size() - 1);
        stopped.close();
        assertThat(stopped.status().lastExecuted()).isLessThan(REQUESTS);

        CountingNodes second = startLagging();
        ReplicaServer lagging = servers.get(servers.size() - 1);
        await().atMost(Duration.ofMinutes(2))
                .until(() -> lagging.status().lastExecuted()
                        >= servers.get(0).status().stableCheckpoint());
        assertThat(lagging.failure()).isEmpty();
        assertThat(first.bytes.get()).isPositive();
        // Nothing is kept a second time: not what the first incarnation fetched, nor what the replica had of its own.
        assertThat(first.bytes.get() + second.bytes.get()).isLessThan(stateBytes);
        assertThatAllDigestsAreEqual();
    }

    private static long stateBytes() {
        Filler machine = new Filler();
        for (int number = 1; number <= REQUESTS; number++) {
            machine.apply(operation(number), new ExecutionContext(number, 0, 1, new SessionId(0, 1)));
        }
        return machine.entries.tree().bytes();
    }

    private static ByteString operation(int number) {
        return ByteString.copyFromUtf8("request " + number);
    }

    private CountingNodes startLagging() throws IOException {
        DataFolder data = DataFolder.open(folder, new DataFolder.Owner(TestCluster.CLUSTER_ID, 0, LAGGING));
        LogStore log = data.openLog(Durability.SYNC);
        SnapshotStore states = data.openSnapshots(Durability.SYNC, true);
        CountingNodes nodes = new CountingNodes(states.nodes().orElseThrow());
        start(LAGGING, log, states, Optional.of(nodes));
        return nodes;
    }

    private void start(int id, LogStore log, SnapshotStore states, Optional<NodeStore> nodes) throws IOException {
        ReplicaServer server = new ReplicaServer(new ReplicaParts(
                new PbftProtocol(PbftConfig.forTests(id, TestCluster.REPLICAS), nodes),
                TestCluster.replica(id),
                POLICY,
                TestCluster.codec(),
                TestCluster.QUORUMS,
                network.newTransport(new PeerId.Replica(id), TestCluster.REPLICAS, TransportLimits.defaults()),
                new ReplicatedService(new Filler(), new ServiceLimits(8, 128)),
                log,
                states,
                System::currentTimeMillis,
                new SimpleMeterRegistry(),
                ServerOptions.defaults(4),
                new ReplicaParts.OperatorRules(List.of(0), 0)));
        servers.add(server);
        server.start();
    }

    /** Returns when enough have executed it. */
    private void submit(int number) {
        ByteString frame = MessageCodec.envelope(
                TestCluster.request(0, number, POLICY, operation(number).toStringUtf8()));
        for (int id = 0; id < LAGGING; id++) {
            client.send(new PeerId.Replica(id), frame);
        }
        client.flush();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> replies.stream()
                                .filter(reply ->
                                        ServiceExecutorTest.reply(reply).number() == number)
                                .count()
                        >= 2);
        replies.clear();
    }

    private void assertThatAllDigestsAreEqual() {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            replies.clear();
            for (int id = 0; id < TestCluster.REPLICAS; id++) {
                client.send(new PeerId.Replica(id), TestCluster.query(0, System.nanoTime() >>> 4, AdminQueries.DIGEST));
            }
            client.flush();
            await().until(() -> replies.size() == TestCluster.REPLICAS);
            assertThat(replies.stream()
                            .map(frame -> ServiceExecutorTest.reply(frame).result()))
                    .containsOnly(ServiceExecutorTest.reply(replies.element()).result());
        });
    }
}
