package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.network.LoopbackCluster.LIMITS;
import static org.tagma.network.LoopbackCluster.eventually;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.NodeId;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TlsOptions;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;

final class TlsTransportTest {
    private static final PeerId R0 = new PeerId.Replica(0);
    private static final PeerId R1 = new PeerId.Replica(1);
    private static final PeerId CLIENT = new PeerId.ClientSession(7, 42);

    private static TestCertificates.Identity key0;
    private static TestCertificates.Identity key1;
    private static TestCertificates.Identity keyOfClient;
    private static TestCertificates.Identity stranger;

    private final LoopbackCluster cluster = new LoopbackCluster(2);
    private final RecordingHandler atR0 = new RecordingHandler();
    private final RecordingHandler atR1 = new RecordingHandler();

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        key0 = TestCertificates.make(folder, "replica0");
        key1 = TestCertificates.make(folder, "replica1");
        keyOfClient = TestCertificates.make(folder, "client7");
        stranger = TestCertificates.make(folder, "stranger");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private NettyTransport add(PeerId self, TestCertificates.Identity identity, FrameHandler handler) {
        return add(self, identity, LIMITS, handler);
    }

    private NettyTransport add(
            PeerId self, TestCertificates.Identity identity, TransportLimits limits, FrameHandler handler) {
        Map<NodeId, TestCertificates.Identity> members =
                Map.of(R0.toNodeId(), key0, R1.toNodeId(), key1, CLIENT.toNodeId(), keyOfClient);
        TlsOptions tls = new TlsOptions(
                identity.privateKey(),
                identity.certificate(),
                TestCertificates.trusting(members.values().stream()
                        .map(TestCertificates.Identity::certificate)
                        .collect(Collectors.toSet())),
                certificate -> members.entrySet().stream()
                        .filter(member -> member.getValue().certificate().equals(certificate))
                        .map(Map.Entry::getKey)
                        .findFirst());
        return cluster.add(cluster.options(self, limits, Optional.of(tls)), handler);
    }

    @Test
    void membersTalkThroughTls() {
        add(R1, key1, atR1);
        Transport r0 = add(R0, key0, atR0);
        RecordingHandler atClient = new RecordingHandler();
        Transport client = add(CLIENT, keyOfClient, atClient);
        eventually(() -> atR0.saw("up replica 1") && atClient.saw("up replica 0") && atClient.saw("up replica 1"));
        for (int i = 0; i < 200; i++) {
            r0.send(R1, ByteString.copyFrom(new byte[20_000]));
            client.send(R1, ByteString.copyFromUtf8("from the client"));
            r0.flush();
            client.flush();
        }
        eventually(() -> atR1.frameCount() == 400);
        assertThat(atR1.texts()).contains("from the client");
        eventually(() -> r0.stats().queuedBytes() == 0);
    }

    @Test
    void aStrangersCertificateIsRefused() {
        NettyTransport r1 = add(R1, key1, atR1);
        add(R0, stranger, atR0);
        eventually(() -> r1.stats().rejected(ConnectionRejection.TLS_FAILED) > 0);
        assertThat(atR0.events()).isEmpty();
        assertThat(atR1.events()).isEmpty();
    }

    @Test
    void aStrangerWhoListensIsRefused() {
        add(R1, stranger, atR1);
        NettyTransport r0 = add(R0, key0, atR0);
        eventually(() -> r0.stats().rejected(ConnectionRejection.TLS_FAILED) > 0);
        assertThat(atR0.events()).isEmpty();
    }

    @Test
    void aMemberThatClaimsToBeAnotherIsRefused() {
        NettyTransport r1 = add(R1, key1, atR1);
        add(R0, keyOfClient, atR0);
        eventually(() -> r1.stats().rejected(ConnectionRejection.CERTIFICATE_MISMATCH) > 0);
        assertThat(atR1.events()).isEmpty();
        assertThat(atR0.events()).isEmpty();
    }

    @Test
    void aClientWithoutTlsIsToldSoAtOnceAndTheReplicaCountsIt() {
        NettyTransport r1 = add(R1, key1, atR1);
        RecordingHandler atClient = new RecordingHandler();
        cluster.add(CLIENT, LIMITS, atClient);
        eventually(() -> atClient.refusals().stream()
                .anyMatch(line -> line.equals("replica 1 refuses us: it demands TLS and we connect without; compare tls"
                        + " in the cluster files")));
        assertThat(r1.stats().rejected(ConnectionRejection.TLS_MISMATCH)).isPositive();
        assertThat(atR1.events()).isEmpty();
    }

    @Test
    void aClientWithTlsIsToldSoAtOnceByAReplicaWithout() {
        NettyTransport r1 = cluster.add(R1, LIMITS, atR1);
        RecordingHandler atClient = new RecordingHandler();
        add(CLIENT, keyOfClient, atClient);
        eventually(() -> atClient.refusals().stream()
                .anyMatch(
                        line -> line.equals("replica 1 refuses us: it does not speak TLS and we do; compare tls in the"
                                + " cluster files")));
        assertThat(r1.stats().rejected(ConnectionRejection.TLS_MISMATCH)).isPositive();
        assertThat(atR1.events()).isEmpty();
    }

    @Test
    void tlsWithoutTheProofBeforeItIsGarbage() {
        NettyTransport r1 = add(R1, key1, atR1);
        try (RawPeer browser = RawPeer.connect(r1.boundPort())) {
            browser.writeBytes(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
            assertThat(browser.isClosedByPeer()).isTrue();
        }
        assertThat(r1.stats().rejected(ConnectionRejection.OVERSIZED_FRAME)).isEqualTo(1);
    }

    @Test
    void oneWhoNeverBeginsTlsIsClosedAtTheDeadline() {
        TransportLimits limits = LIMITS.toBuilder().handshakeTimeoutMillis(100).build();
        NettyTransport r1 = add(R1, key1, limits, atR1);
        try (RawPeer silent = RawPeer.connect(r1.boundPort())) {
            assertThat(silent.isClosedByPeer()).isTrue();
        }
        assertThat(r1.stats().rejected(ConnectionRejection.HANDSHAKE_TIMEOUT)).isEqualTo(1);
    }
}
