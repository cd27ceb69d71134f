package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.NotLetInException;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.CryptoProvider;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.RealAuthentication;
import org.tagma.network.NettyTransport;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.network.cluster.NodePublicKeys;
import org.tagma.network.cluster.ReplicaAddress;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;
import org.tagma.protocol.Protocols;

/** The client with its threads, over TCP, with real keys, against replicas that echo. */
@Timeout(60)
class BftClientTest {

    private static final int REPLICAS = 4;
    private static final int CLIENT = 5;
    private static final ByteString CLUSTER_ID = ByteString.copyFrom(new byte[16]);
    private static final CryptoProviderChoice PROVIDER = CryptoProviderChoice.BOUNCYCASTLE;

    private final List<NettyTransport> replicas = new ArrayList<>();
    private final NodeKeys clientKeys = keys(100);
    private ClusterConfig config;

    @BeforeEach
    void startReplicas() throws KeyFileException {
        List<NodeKeys> replicaKeys =
                IntStream.range(0, REPLICAS).mapToObj(BftClientTest::keys).toList();
        ClusterKeys clusterKeys = new ClusterKeys(
                CLUSTER_ID,
                0,
                replicaKeys.stream().map(NodeKeys::publicKeys).toList(),
                Map.of(CLIENT, clientKeys.publicKeys()));
        List<ClusterConfig.ReplicaEntry> entries = new ArrayList<>();
        for (int id = 0; id < REPLICAS; id++) {
            NodeId self = new NodeId.Replica(id);
            CryptoProvider provider = CryptoProviders.byName(PROVIDER.label());
            NettyTransport transport = startReplica(
                    id,
                    new RealAuthentication(self, replicaKeys.get(id), clusterKeys, provider),
                    new ConnectionKeys(self, replicaKeys.get(id), clusterKeys, provider));
            entries.add(new ClusterConfig.ReplicaEntry(
                    id, new ReplicaAddress("127.0.0.1", transport.boundPort()), publicKeys(replicaKeys.get(id))));
        }
        config = new ClusterConfig(
                CLUSTER_ID,
                0,
                Protocols.named("pbft"),
                AuthenticationMode.SIGNATURES,
                PROVIDER,
                false,
                1,
                true,
                Durability.MEMORY,
                ClusterConfig.Timeouts.defaults(),
                ClusterConfig.Batch.defaults(),
                ClusterConfig.Window.defaults(),
                ClusterConfig.Limits.defaults(),
                entries,
                List.of(new ClusterConfig.ClientEntry(CLIENT, publicKeys(clientKeys))));
    }

    /** The last replica lies. Each believes that there are none above it, so that they dial no one. */
    private NettyTransport startReplica(int id, Authentication authentication, ConnectionKeys connectionKeys) {
        TransportOptions options = new TransportOptions(
                new PeerId.Replica(id),
                id + 1,
                unused -> null,
                connectionKeys,
                () -> ByteString.EMPTY,
                Optional.empty(),
                TransportLimits.defaults());
        NettyTransport transport =
                NettyTransport.forReplica(options, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        transport.start(new EchoReplica(authentication, transport, id == REPLICAS - 1));
        replicas.add(transport);
        return transport;
    }

    @AfterEach
    void stopReplicas() {
        replicas.forEach(NettyTransport::close);
    }

    @Test
    void manyThreadsShareAClientAndEachGetsItsOwnResults() throws Exception {
        try (BftClient client = newClient()) {
            List<CompletableFuture<ByteString>> futures = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String name = "thread " + t + " ";
                threads.add(new Thread(() -> {
                    for (int i = 0; i < 250; i++) {
                        String operation = name + i;
                        CompletableFuture<ByteString> call = (i % 5 == 0
                                        ? client.query(bytes(operation))
                                        : client.invoke(bytes(operation)))
                                .thenApply(result -> {
                                    assertThat(result).isEqualTo(bytes(operation));
                                    return result;
                                });
                        synchronized (futures) {
                            futures.add(call);
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);

            assertThat(futures).hasSize(1_000);
            assertThat(client.counters().get(ClientCounter.SENT)).isGreaterThanOrEqualTo(1_000);
            assertThat(client.counters().get(ClientCounter.DROPPED_FORGED)).isZero();
        }
    }

    @Test
    void theClientGoesOnWhenAReplicaDies() throws Exception {
        // Without the fast path two matching replies are enough, so one liar and one dead replica still leave an
        // answer.
        config = withoutFastPath(config);
        try (BftClient client = newClient()) {
            assertThat(client.invoke(bytes("a")).get(20, TimeUnit.SECONDS)).isEqualTo(bytes("a"));
            replicas.get(0).close();

            assertThat(client.invoke(bytes("b")).get(20, TimeUnit.SECONDS)).isEqualTo(bytes("b"));
        }
    }

    @Test
    void aClientWithTlsAtAClusterWithoutIsToldSoAtOnce() throws Exception {
        config = with(config, true, true);
        try (BftClient client = newClient()) {
            for (CompletableFuture<ByteString> call : List.of(client.invoke(bytes("a")), client.query(bytes("b")))) {
                // Long before the deadline of the call.
                assertThatThrownBy(() -> call.get(3, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(NotLetInException.class)
                        .hasMessageContaining("does not speak TLS and we do; compare tls in the cluster files");
            }
        }
    }

    @Test
    void closingEndsPendingCallsAndLeavesNoThread() throws Exception {
        replicas.forEach(NettyTransport::close);
        BftClient client = newClient();
        CompletableFuture<ByteString> pending = client.invoke(bytes("x"));

        client.close();
        client.close();

        assertThatThrownBy(() -> pending.get(1, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ClientClosedException.class);
        // However many come late: none of them counts as one that is under way.
        for (int late = 0; late < 20_000; late++) {
            assertThatThrownBy(() -> client.query(bytes("late")).get(1, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ClientClosedException.class);
        }
        assertNoClientThread();
    }

    @Test
    void aCallbackMayCloseTheClient() throws Exception {
        BftClient client = newClient();
        CountDownLatch closed = new CountDownLatch(1);

        client.invoke(bytes("x")).thenRun(() -> {
            client.close();
            closed.countDown();
        });

        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        assertNoClientThread();
    }

    @Test
    void anOperationThatIsTooLargeIsRefusedToItsCaller() throws Exception {
        try (BftClient client = newClient()) {
            ByteString tooLarge = ByteString.copyFrom(new byte[config.limits().maxOperationBytes() + 1]);

            assertThatThrownBy(() -> client.invoke(tooLarge)).isInstanceOf(IllegalArgumentException.class);
            assertThat(client.invoke(tooLarge.substring(1)).get(20, TimeUnit.SECONDS))
                    .isEqualTo(tooLarge.substring(1));
        }
    }

    @Test
    void aClientThatBreaksInsideEndsItsCallsInsteadOfLeavingThemHanging() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        BftClient client = BftClient.builder(config, CLIENT)
                .keys(clientKeys)
                .sessionNumbers(() -> {
                    try {
                        called.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new IllegalStateException("broken on purpose");
                })
                .build();
        CompletableFuture<ByteString> call = client.invoke(bytes("x"));

        called.countDown();

        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(ClientClosedException.class);
        client.close();
        assertNoClientThread();
    }

    @Test
    void theWrongKeysAreRefused() {
        assertThatThrownBy(
                        () -> BftClient.builder(config, CLIENT).keys(keys(99)).build())
                .isInstanceOf(KeyFileException.class);
        assertNoClientThread();
    }

    @Test
    void moreInFlightThanTheReplicasRememberIsRefused() {
        ClientOptions greedy = new ClientOptions(1_000, 100, config.limits().sessionPipeline() + 1, 10);

        assertThatThrownBy(() -> BftClient.builder(config, CLIENT)
                        .keys(clientKeys)
                        .options(greedy)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sessionPipeline");
    }

    private BftClient newClient() throws KeyFileException {
        return BftClient.builder(config, CLIENT).keys(clientKeys).build();
    }

    /** Awaited, because a network thread says that it has ended a moment before it does. */
    private static void assertNoClientThread() {
        Awaitility.await().untilAsserted(() -> assertThat(clientThreads()).isEmpty());
    }

    private static List<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("tagma-client") || name.startsWith("tagma-network-client"))
                .toList();
    }

    private static ClusterConfig withoutFastPath(ClusterConfig from) {
        return with(from, from.tls(), false);
    }

    private static ClusterConfig with(ClusterConfig from, boolean tls, boolean readOnlyFastPath) {
        return new ClusterConfig(
                from.clusterId(),
                from.epoch(),
                from.protocol(),
                from.authentication(),
                from.cryptoProvider(),
                tls,
                from.faults(),
                readOnlyFastPath,
                from.durability(),
                from.timeouts(),
                from.batch(),
                from.window(),
                from.limits(),
                from.replicas(),
                from.clients());
    }

    private static NodeKeys keys(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        return NodeKeys.fromSeed(ByteString.copyFrom(seed));
    }

    private static NodePublicKeys publicKeys(NodeKeys keys) {
        return new NodePublicKeys(keys.publicKeys().ed25519(), keys.publicKeys().x25519());
    }
}
