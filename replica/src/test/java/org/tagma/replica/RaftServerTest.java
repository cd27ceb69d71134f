package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftProtocol;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.memory.InMemoryNetwork;
import org.tagma.network.memory.InMemoryTransport;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.protocol.Protocols;
import org.tagma.replica.admin.AdminQueries;
import org.tagma.replica.admin.OperatorCommands;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.ReplicaParts;
import org.tagma.replica.settings.ServerOptions;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.log.MemoryLogStore;

/** Three replicas of a crash-only group, each a whole server, and a client that talks to each of them by hand. */
final class RaftServerTest {

    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS);
    private static final int MEMBERS = 3;

    /** Enough for three servers that share their processors with others; a client asks again until it has an answer. */
    private static final int PATIENCE_SECONDS = 60;

    private final ExecutorService networkThread = Executors.newSingleThreadExecutor();
    private final InMemoryNetwork network = new InMemoryNetwork(networkThread);
    private final Map<Integer, ReplicaServer> servers = new TreeMap<>();
    private final TestClient client = new TestClient(0);
    private final TestClient stranger = new TestClient(1);

    @BeforeEach
    void startReplicas() throws IOException {
        for (int id = 0; id < MEMBERS; id++) {
            start(id, Configuration.ofFirst(MEMBERS));
        }
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        servers.values().forEach(ReplicaServer::close);
        client.transport.close();
        stranger.transport.close();
        networkThread.shutdown();
        assertThat(networkThread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void onlyTheLeaderAnswersRequestsAndEveryReplicaAnswersReads() {
        awaitLeader();
        for (int number = 1; number <= 10; number++) {
            assertThat(client.submit(number)).isEqualTo(String.valueOf(number));
        }
        assertThat(client.repliesTo(RequestKind.FIFO))
                .allSatisfy(reply -> assertThat(reply.primary()).isEqualTo(reply.replica()));
        for (int id = 0; id < MEMBERS; id++) {
            assertThat(client.read(id)).isEqualTo("10");
        }
        assertThat(digests()).hasSize(1);
    }

    @Test
    void bug32AfterALeaderIsStoppedItsSuccessorKnowsWhatWasExecuted() {
        int first = awaitLeader();
        assertThat(client.submit(1)).isEqualTo("1");
        long term = servers.get(first).status().view();
        servers.remove(first).close();

        assertThat(client.submit(1)).as("the cached reply").isEqualTo("1");
        assertThat(client.submit(2)).isEqualTo("2");
        int second = awaitLeader();
        assertThat(second).isNotEqualTo(first);
        assertThat(servers.get(second).status().view()).isGreaterThan(term);
        servers.keySet().forEach(id -> assertThat(client.read(id)).isEqualTo("2"));
    }

    @Test
    void bug28And30APartitionedLeaderNeitherServesAReadNorAcknowledgesAWrite() {
        int old = awaitLeader();
        assertThat(client.submit(1)).isEqualTo("1");
        List<Integer> others = servers.keySet().stream().filter(id -> id != old).toList();
        others.forEach(id -> network.disconnect(new PeerId.Replica(old), new PeerId.Replica(id)));
        client.replies.clear();
        client.send(old, MessageCodec.envelope(TestCluster.request(0, 2, POLICY, "lost")));
        client.ask(old, 77);

        // The others elect a leader of their own, and serve the same client.
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> others.stream().anyMatch(this::leads));
        int successor = others.stream().filter(this::leads).findFirst().orElseThrow();
        Request write = TestCluster.request(0, 2, POLICY, "kept");
        awaitReply(client, RequestKind.FIFO, 2, () -> client.send(successor, MessageCodec.envelope(write)));
        // The old leader finds out by itself that nobody follows it; until it does, it says nothing.
        awaitReply(client, RequestKind.QUERY, 77, () -> {});
        client.ask(old, 78);
        awaitReply(client, RequestKind.QUERY, 78, () -> {});
        assertThat(client.replies)
                .filteredOn(reply -> reply.replica() == old)
                .isNotEmpty()
                .allSatisfy(reply -> assertThat(reply.status()).isIn(ReplyStatus.UNAVAILABLE, ReplyStatus.NO_LEADER));

        others.forEach(id -> network.reconnect(new PeerId.Replica(old), new PeerId.Replica(id)));
        assertThat(client.read(old)).isEqualTo("2");
        assertThat(digests()).hasSize(1);
    }

    @Test
    void anOperatorHandsTheLeadershipOver() {
        int old = awaitLeader();
        assertThat(client.submit(1)).isEqualTo("1");
        int chosen = (old + 1) % MEMBERS;

        Map<String, String> answer = client.command(old, OperatorCommands.transfer(chosen));
        assertThat(answer).containsEntry("done", "true");
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> leads(chosen));

        Map<String, String> redirected = client.command(old, OperatorCommands.transfer(old));
        assertThat(redirected).containsEntry("done", "false");
        assertThat(redirected.get("text")).contains("replica " + chosen + " leads");
    }

    @Test
    void aRecordedCommandMovesNothingWhereverAndWheneverItIsSentAgain() throws IOException {
        int old = awaitLeader();
        int chosen = (old + 1) % MEMBERS;
        ByteString recorded = client.challenged(old, OperatorCommands.transfer(chosen));
        assertThat(AdminQueries.parse(client.answerTo(old, recorded).result())).containsEntry("done", "true");
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> leads(chosen));
        assertThat(client.command(chosen, OperatorCommands.transfer(old))).containsEntry("done", "true");
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> leads(old));

        assertStale(old, recorded);
        assertStale(chosen, recorded);
        assertStale(old, OperatorCommands.transfer(chosen));
        servers.remove(old).close();
        start(old, Configuration.ofFirst(MEMBERS));
        assertStale(old, recorded);
    }

    private void assertStale(int replica, ByteString command) {
        Reply reply = client.answerTo(replica, command);
        assertThat(reply.status()).isEqualTo(ReplyStatus.REJECTED);
        assertThat(reply.result().toStringUtf8()).contains("stale-command");
    }

    @Test
    void anOperatorAddsAReplicaAndTakesOneOut() throws IOException {
        int leader = awaitLeader();
        assertThat(client.submit(1)).isEqualTo("1");
        start(MEMBERS, Configuration.ofFirst(MEMBERS));
        int removed = (leader + 1) % MEMBERS;
        List<Integer> voters = Stream.of(0, 1, 2, 3).filter(id -> id != removed).toList();

        Map<String, String> answer = client.command(leader, OperatorCommands.changeMembership(voters, List.of()));
        assertThat(answer).containsEntry("done", "true");
        assertThat(client.submit(2)).isEqualTo("2");
        assertThat(client.read(MEMBERS)).isEqualTo("2");
        Map<String, String> group = client.question(leader, OperatorCommands.SHOW_MEMBERSHIP);
        assertThat(group)
                .containsEntry("protocol", "raft")
                .containsEntry(
                        "voters",
                        String.join(",", voters.stream().map(String::valueOf).toList()))
                .containsEntry("learners", "");
    }

    @Test
    void theStatusSpeaksRaft() {
        int leader = awaitLeader();
        assertThat(client.submit(1)).isEqualTo("1");
        Map<String, String> status = client.question(leader, AdminQueries.STATUS);
        assertThat(status)
                .containsEntry("protocol", "raft")
                .containsEntry("leader", String.valueOf(leader))
                .containsEntry("primary", String.valueOf(leader))
                .containsEntry("voters", "0,1,2")
                .containsKeys("term", "role", "commitIndex", "firstIndex", "lastIndex", "snapshotIndex", "learners")
                .containsKeys("match." + (leader + 1) % MEMBERS, "mode." + (leader + 1) % MEMBERS);
    }

    @Test
    void onlyOperatorsCommandAndOnlyWhatMakesSense() {
        int leader = awaitLeader();
        assertThat(stranger.refusedCommand(leader, OperatorCommands.transfer(0)))
                .contains("not-an-operator");
        assertThat(client.refusedCommand(leader, OperatorCommands.transfer(9))).contains("no replica 9");
        assertThat(client.refusedCommand(
                        leader, AdminQueries.PREFIX.concat(ByteString.copyFromUtf8("membership voters=x learners="))))
                .contains("no replica x");
        assertThat(client.command(leader, OperatorCommands.changeMembership(List.of(), List.of())))
                .containsEntry("done", "false");
    }

    private ReplicaServer start(int id, Configuration membership) throws IOException {
        ReplicaServer server = new ReplicaServer(new ReplicaParts(
                new RaftProtocol(RaftConfig.forTests(id, membership, id + 1L, false)),
                TestCluster.replica(id),
                POLICY,
                TestCluster.codec(),
                new Quorums(TestCluster.REPLICAS, 1),
                network.newTransport(new PeerId.Replica(id), TestCluster.REPLICAS, TransportLimits.defaults()),
                new ReplicatedService(new CountingMachine(), new ServiceLimits(8, 128)),
                MemoryLogStore.withoutFolder(),
                SnapshotStore.none(),
                System::currentTimeMillis,
                new SimpleMeterRegistry(),
                ServerOptions.defaults(4),
                new ReplicaParts.OperatorRules(List.of(0), 1_000)));
        servers.put(id, server);
        server.start();
        return server;
    }

    private boolean leads(int id) {
        return servers.get(id).status().leader() == id;
    }

    private int awaitLeader() {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> servers.keySet().stream().anyMatch(this::leads));
        return servers.keySet().stream().filter(this::leads).findFirst().orElseThrow();
    }

    private List<ByteString> digests() {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> servers.values().stream()
                                .map(server -> server.status().lastExecuted())
                                .distinct()
                                .count()
                        == 1);
        return servers.keySet().stream()
                .map(id -> client.question(id, AdminQueries.DIGEST).get("stateDigest"))
                .distinct()
                .map(ByteString::copyFromUtf8)
                .toList();
    }

    /** Does something again and again until the reply to a number is there. */
    private Reply awaitReply(TestClient asking, RequestKind kind, long number, Runnable ask) {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> {
            if (asking.find(kind, number).isEmpty()) {
                ask.run();
            }
            return asking.find(kind, number).isPresent();
        });
        return asking.find(kind, number).orElseThrow();
    }

    /** A client of no sophistication: sends what it is told, keeps what comes back. */
    private final class TestClient implements FrameHandler {
        final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
        final InMemoryTransport transport;
        private final int id;
        private long queries = 1_000;

        TestClient(int id) {
            this.id = id;
            this.transport = network.newTransport(
                    new PeerId.ClientSession(id, 1), TestCluster.REPLICAS, TransportLimits.defaults());
            transport.start(this);
        }

        void send(int replica, ByteString frame) {
            transport.send(new PeerId.Replica(replica), frame);
            transport.flush();
        }

        void ask(int replica, long number) {
            send(replica, TestCluster.query(id, number, ByteString.EMPTY));
        }

        Optional<Reply> find(RequestKind kind, long number) {
            return repliesTo(kind).stream()
                    .filter(reply -> reply.number() == number)
                    .findFirst();
        }

        List<Reply> repliesTo(RequestKind kind) {
            return replies.stream()
                    .filter(reply -> reply.kind() == kind && reply.status() != ReplyStatus.NO_LEADER)
                    .toList();
        }

        /** The result of a request, tried at every replica in turn. */
        String submit(long number) {
            replies.clear();
            ByteString frame = MessageCodec.envelope(TestCluster.request(id, number, POLICY, "add"));
            Reply reply = awaitReply(
                    this, RequestKind.FIFO, number, () -> servers.keySet().forEach(replica -> send(replica, frame)));
            assertThat(reply.status()).isEqualTo(ReplyStatus.OK);
            return reply.result().toStringUtf8();
        }

        /** What a replica answers to a read once it can. */
        String read(int replica) {
            await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> {
                long number = ++queries;
                ask(replica, number);
                return awaitReply(this, RequestKind.QUERY, number, () -> {}).status() == ReplyStatus.OK;
            });
            return find(RequestKind.QUERY, queries).orElseThrow().result().toStringUtf8();
        }

        /** Asks for a challenge first where one is needed. */
        Map<String, String> command(int replica, ByteString command) {
            Reply reply = answerTo(replica, challenged(replica, command));
            assertThat(reply.status()).isEqualTo(ReplyStatus.OK);
            return AdminQueries.parse(reply.result());
        }

        Map<String, String> question(int replica, ByteString question) {
            return AdminQueries.parse(answerTo(replica, question).result());
        }

        String refusedCommand(int replica, ByteString command) {
            Reply reply = answerTo(replica, challenged(replica, command));
            assertThat(reply.status()).isEqualTo(ReplyStatus.REJECTED);
            return reply.result().toStringUtf8();
        }

        ByteString challenged(int replica, ByteString command) {
            Reply reply = answerTo(replica, OperatorCommands.CHALLENGE);
            return reply.status() == ReplyStatus.OK
                    ? OperatorCommands.answering(
                            command, AdminQueries.parse(reply.result()).get("challenge"))
                    : command;
        }

        private Reply answerTo(int replica, ByteString command) {
            long number = ++queries;
            send(replica, TestCluster.query(id, number, command));
            return awaitReply(this, RequestKind.QUERY, number, () -> {});
        }

        @Override
        public Disposition onFrame(PeerId from, ByteString frame) {
            replies.add(ServiceExecutorTest.reply(id, frame));
            return Disposition.KEEP;
        }

        @Override
        public void onReadComplete() {}

        @Override
        public void onPeerUp(PeerId peer) {}

        @Override
        public void onPeerDown(PeerId peer) {}
    }
}
