package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.memory.InMemoryNetwork;
import org.tagma.network.memory.InMemoryTransport;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.admin.AdminQueries;
import org.tagma.replica.fault.FaultInjection;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.ReplicaParts;
import org.tagma.replica.settings.ServerOptions;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.log.MemoryLogStore;

@Timeout(60)
final class ReplicaServerTest {

    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES);

    private final ExecutorService networkThread = Executors.newSingleThreadExecutor();
    private final InMemoryNetwork network = new InMemoryNetwork(networkThread);
    private final ReplyQueue received = new ReplyQueue();
    private final Queue<ByteString> replies = received.replies();
    private final List<ReplicaServer> servers = new ArrayList<>();
    private InMemoryTransport client;

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
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("tagma-")) {
                // One that has done its work may still be about to end.
                thread.join(10_000);
                assertThat(thread.isAlive())
                        .as("left behind: " + thread.getName())
                        .isFalse();
            }
        }
    }

    static List<AuthenticationPolicy> suspicious() {
        return List.of(
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.SIGNATURES),
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES));
    }

    @ParameterizedTest
    @MethodSource("suspicious")
    void aRequestIsVerifiedOrderedExecutedAndAnswered(AuthenticationPolicy policy) throws IOException {
        start(0, policy, ordersAtOnce());
        for (int number = 1; number <= 100; number++) {
            sendTo(0, MessageCodec.envelope(TestCluster.request(0, number, policy, "add")));
        }
        await().until(() -> replies.size() == 100);
        long number = 0;
        for (ByteString frame : replies) {
            Reply reply = ServiceExecutorTest.reply(frame);
            assertThat(reply.number()).isEqualTo(++number);
            assertThat(reply.result().toStringUtf8()).isEqualTo(Long.toString(number));
        }
    }

    @Test
    void aBadSignatureGetsTheClientsConnectionClosed() throws IOException {
        ReplicaServer server = start(0, POLICY, ordersAtOnce());
        Request good = TestCluster.request(0, 1, POLICY, "add");
        byte[] proof = good.authenticator().toByteArray();
        proof[proof.length - 40] ^= 1;
        ByteString forged = MessageCodec.envelope(TestCluster.withAuthenticator(good, ByteString.copyFrom(proof)));
        sendTo(0, forged);
        await().until(() -> server.rejected(RejectionReason.BAD_AUTHENTICATOR) == 1);
        // The connection ends with whatever comes next; the client's new connection is as good as any.
        sendTo(0, MessageCodec.envelope(good));
        await().until(() -> client.stats().connections() == 1);
        sendTo(0, MessageCodec.envelope(good));
        await().until(() -> !replies.isEmpty());
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void garbageIsCountedAndNothingElseHappens() throws IOException {
        ScriptedProtocol protocol = new ScriptedProtocol(event -> List.of());
        ReplicaServer server = start(0, POLICY, protocol);
        sendTo(0, ByteString.copyFromUtf8("GET / HTTP/1.1\r\n"));
        await().until(() -> server.rejected(RejectionReason.MALFORMED) == 1);
        server.close();
        assertThat(protocol.events)
                .noneMatch(event -> event instanceof Event.RequestReceived || event instanceof Event.MessageReceived);
    }

    @Test
    void anAdminQueryTellsHowTheReplicaIs() throws IOException {
        start(0, POLICY, ordersAtOnce());
        sendTo(0, MessageCodec.envelope(TestCluster.request(0, 1, POLICY, "add")));
        await().until(() -> replies.size() == 1);
        replies.clear();
        sendTo(0, TestCluster.query(0, 1, AdminQueries.STATUS));
        Map<String, String> status = AdminQueries.parse(awaitReply().result());
        assertThat(status)
                .containsEntry("replica", "0")
                .containsEntry("protocol", "scripted")
                .containsEntry("primary", "0")
                .containsEntry("mode", "normal")
                .containsEntry("executedHere", "1")
                .containsEntry("executedRequests", "1")
                .containsEntry("rejected.malformed", "0")
                .containsKeys("view", "lastCommitted", "stableCheckpoint", "cpuNanos", "uptimeMillis", "queue.engine")
                .containsKeys("network.framesIn");
        replies.clear();
        sendTo(0, TestCluster.query(0, 2, AdminQueries.DIGEST));
        Map<String, String> digest = AdminQueries.parse(awaitReply().result());
        assertThat(digest).containsEntry("lastExecuted", "1");
        assertThat(digest.get("stateDigest")).matches("[0-9a-f]{64}");
    }

    @Test
    void anUnknownAdminQueryNeverReachesTheStateMachine() throws IOException {
        start(0, POLICY, ordersAtOnce());
        sendTo(0, TestCluster.query(0, 1, AdminQueries.PREFIX.concat(ByteString.copyFromUtf8("fault?crash"))));
        assertThat(awaitReply().status()).isEqualTo(ReplyStatus.REJECTED);
    }

    @Test
    void timersFire() throws IOException, InterruptedException {
        CountDownLatch fired = new CountDownLatch(3);
        start(0, POLICY, new ScriptedProtocol(event -> {
            if (event instanceof Event.TimerFired) {
                fired.countDown();
            }
            return event instanceof Event.TimerFired || event instanceof Event.Recovered
                    ? List.of(new Action.SetTimer(PbftTimer.TICK, 5))
                    : List.of();
        }));
        assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anErrorOfTheStateMachineStopsTheReplica() throws Exception {
        ReplicaServer server = start(0, POLICY, ordersAtOnce());
        sendTo(0, MessageCodec.envelope(TestCluster.request(0, 1, POLICY, "exhaust")));
        server.awaitTermination();
        assertThat(server.failure().orElseThrow()).contains("OutOfMemoryError");
    }

    @Test
    void haltStopsTheReplicaWithItsReason() throws Exception {
        ReplicaServer server = start(
                0,
                POLICY,
                new ScriptedProtocol(event -> event instanceof Event.RequestReceived
                        ? List.of(new Action.Halt(() -> "told to"))
                        : List.of()));
        sendTo(0, MessageCodec.envelope(TestCluster.request(0, 1, POLICY, "add")));
        server.awaitTermination();
        assertThat(server.failure()).isEqualTo(Optional.of("told to"));
    }

    @Test
    void aLogThatCannotBeReadKeepsTheReplicaFromStarting() {
        ReplicaServer server = server(0, POLICY, ordersAtOnce(), new BrokenLog());
        assertThatThrownBy(server::start).isInstanceOf(IOException.class).hasMessage("unreadable");
    }

    @Test
    void closingTwiceAndBeforeTheStartIsHarmless() throws Exception {
        ReplicaServer server = server(0, POLICY, ordersAtOnce(), MemoryLogStore.withoutFolder());
        server.close();
        server.close();
        server.awaitTermination();
        assertThat(server.failure()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("suspicious")
    void fourReplicasOrderTheRequestsOfAClientAndHaveEqualDigests(AuthenticationPolicy policy) throws IOException {
        for (int id = 0; id < TestCluster.REPLICAS; id++) {
            start(id, policy, new PbftProtocol(PbftConfig.forTests(id, TestCluster.REPLICAS)));
        }
        await().until(() -> client.stats().connections() == TestCluster.REPLICAS);
        for (int number = 1; number <= 20; number++) {
            sendTo(0, MessageCodec.envelope(TestCluster.request(0, number, policy, "add")));
        }
        // A replica may answer twice: when it has executed a request, and when it is asked for the reply meanwhile.
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> repliesTo(20).map(Reply::replica).distinct().count() == TestCluster.REPLICAS);
        assertThat(repliesTo(20))
                .allMatch(reply -> reply.status() == ReplyStatus.OK
                        && reply.result().toStringUtf8().equals("20"));
        assertThat(servers).allMatch(server -> server.status().view() == 0);
        assertEqualDigests();
    }

    private Stream<Reply> repliesTo(long number) {
        return replies.stream().map(ServiceExecutorTest::reply).filter(reply -> reply.number() == number);
    }

    @Test
    void anEquivocatingPrimaryIsReplacedAndNothingIsLost() throws IOException {
        FaultInjection equivocation = new FaultInjection(FaultInjection.Kind.EQUIVOCATE, executed -> true);
        for (int id = 0; id < TestCluster.REPLICAS; id++) {
            Protocol correct = new PbftProtocol(PbftConfig.forTests(id, TestCluster.REPLICAS));
            start(
                    id,
                    POLICY,
                    id == 0
                            ? equivocation.around(correct, Protocols.named("pbft"), 0, TestCluster.REPLICAS, 0)
                            : correct);
        }
        await().until(() -> client.stats().connections() == TestCluster.REPLICAS);
        ByteString first = MessageCodec.envelope(TestCluster.request(0, 1, POLICY, "add"));
        for (int id = 0; id < TestCluster.REPLICAS; id++) {
            sendTo(id, first);
        }
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> replies.stream()
                                .map(ServiceExecutorTest::reply)
                                .filter(ReplicaServerTest::isFirstAdd)
                                .count()
                        >= TestCluster.QUORUMS.certificate());
        assertThat(servers.subList(1, 4)).allMatch(server -> server.status().view() == 1);
        assertThat(replies.stream()
                        .map(frame -> ServiceExecutorTest.reply(frame).result().toStringUtf8()))
                .containsOnly("1");
    }

    private static boolean isFirstAdd(Reply reply) {
        return reply.number() == 1 && reply.status() == ReplyStatus.OK;
    }

    private void assertEqualDigests() {
        replies.clear();
        for (int id = 0; id < TestCluster.REPLICAS; id++) {
            sendTo(id, TestCluster.query(0, 1, AdminQueries.DIGEST));
        }
        await().until(() -> replies.size() == TestCluster.REPLICAS);
        assertThat(replies.stream()
                        .map(frame -> ServiceExecutorTest.reply(frame).result()))
                .containsOnly(ServiceExecutorTest.reply(replies.element()).result());
    }

    /** Orders each request by itself, as if it were alone. */
    private static Protocol ordersAtOnce() {
        AtomicLong sequence = new AtomicLong();
        return new ScriptedProtocol(event -> event instanceof Event.RequestReceived received
                ? List.of(new Action.Commit(sequence.incrementAndGet(), Batch.of(1, List.of(received.request()))))
                : List.of());
    }

    private ReplicaServer start(int id, AuthenticationPolicy policy, Protocol protocol) throws IOException {
        ReplicaServer server = server(id, policy, protocol, MemoryLogStore.withoutFolder());
        server.start();
        return server;
    }

    private ReplicaServer server(int id, AuthenticationPolicy policy, Protocol protocol, LogStore log) {
        ReplicaServer server = new ReplicaServer(new ReplicaParts(
                protocol,
                TestCluster.replica(id),
                policy,
                TestCluster.codec(),
                TestCluster.QUORUMS,
                network.newTransport(new PeerId.Replica(id), TestCluster.REPLICAS, TransportLimits.defaults()),
                new ReplicatedService(new CountingMachine(), new ServiceLimits(8, 128)),
                log,
                SnapshotStore.none(),
                System::currentTimeMillis,
                new SimpleMeterRegistry(),
                ServerOptions.defaults(4),
                new ReplicaParts.OperatorRules(List.of(0), 0)));
        servers.add(server);
        return server;
    }

    private void sendTo(int replica, ByteString frame) {
        client.send(new PeerId.Replica(replica), frame);
        client.flush();
    }

    private Reply awaitReply() {
        await().until(() -> !replies.isEmpty());
        return ServiceExecutorTest.reply(replies.element());
    }

    @Test
    void aReplicaWhoseDiskHangsEndsWithinFiveSecondsAndSaysSo() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        Protocol persists = new ScriptedProtocol(event -> event instanceof Event.RequestReceived
                ? List.of(new Action.Persist(new PbftRecord.Reservation(0, 1)))
                : List.of());
        LogStore log = new BrokenLog() {
            @Override
            public Event.RecoveredLog recover() {
                return Event.RecoveredLog.empty();
            }

            @Override
            public void barrier() {
                hangs.countDown();
                awaitUninterruptibly(disk);
            }
        };
        ReplicaServer server = server(0, POLICY, persists, log);
        server.start();
        sendTo(0, MessageCodec.envelope(TestCluster.request(0, 1, POLICY, "add")));
        assertThat(hangs.await(10, TimeUnit.SECONDS)).isTrue();
        long began = System.nanoTime();
        server.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(server.failure().orElseThrow()).startsWith("the disk has not answered for ");
        disk.countDown();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Cannot even be read. */
    private static class BrokenLog implements LogStore {
        @Override
        public Event.RecoveredLog recover() throws IOException {
            throw new IOException("unreadable");
        }

        @Override
        public void append(LogRecord record) {}

        @Override
        public void barrier() {}

        @Override
        public void truncate(long sequence) {}

        @Override
        public void close() {}
    }
}
