package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.NodeId;
import org.tagma.crypto.tls.PinnedTrustManager;
import org.tagma.crypto.tls.TlsIdentity;

final class TlsIdentityTest {
    private static final NodeId REPLICA_0 = new NodeId.Replica(0);
    private static final NodeId CLIENT_5 = new NodeId.Client(5);

    static List<CryptoProvider> providers() {
        return CryptoProviders.available();
    }

    @Test
    void theCertificateIsSelfSignedAndNamesItsNode() throws Exception {
        X509Certificate certificate = identity(REPLICA_0).certificate();
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertThat(certificate.getSubjectX500Principal()).isEqualTo(certificate.getIssuerX500Principal());
        assertThat(certificate.getSubjectX500Principal().getName())
                .contains("CN=replica 0", "O=tagma 30313233343536373839616263646566");
    }

    @Test
    void theSameNodeHasTheSameCertificate() {
        assertThat(identity(REPLICA_0).certificate())
                .isEqualTo(identity(REPLICA_0).certificate());
        assertThat(identity(REPLICA_0).certificate())
                .isNotEqualTo(identity(CLIENT_5).certificate());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aCertificateTellsItsNode(CryptoProvider provider) {
        PinnedTrustManager trust = trust(provider);
        for (NodeId node : List.of(REPLICA_0, CLIENT_5)) {
            X509Certificate certificate = identity(node).certificate();
            assertThat(trust.nodeOf(certificate)).contains(node);
            assertThatCode(() -> trust.checkServerTrusted(new X509Certificate[] {certificate}, "UNKNOWN"))
                    .doesNotThrowAnyException();
            assertThatCode(() -> trust.checkClientTrusted(new X509Certificate[] {certificate}, "UNKNOWN"))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void theKeyCountsAndNotTheName(CryptoProvider provider) {
        // Replica 0's name on client 5's key.
        X509Certificate certificate = TlsIdentity.of(TestKeys.of(CLIENT_5), TestKeys.CLUSTER_ID, REPLICA_0)
                .certificate();
        assertThat(trust(provider).nodeOf(certificate)).contains(CLIENT_5);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void strangersAreRefused(CryptoProvider provider) {
        PinnedTrustManager trust = trust(provider);
        X509Certificate[] stranger = {strangersIdentity().certificate()};
        assertThat(trust.nodeOf(stranger[0])).isEmpty();
        assertThatThrownBy(() -> trust.checkServerTrusted(stranger, "UNKNOWN"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("no node of this cluster");
        // A member's certificate behind it helps nothing.
        X509Certificate[] chain = {stranger[0], identity(REPLICA_0).certificate()};
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "UNKNOWN")).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[0], "UNKNOWN"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("no certificate");
        assertThat(trust.getAcceptedIssuers()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aCertificateWithAWrongSignatureIsRefused(CryptoProvider provider) throws Exception {
        byte[] encoded = identity(REPLICA_0).certificate().getEncoded();
        encoded[encoded.length - 1] ^= 1;
        X509Certificate tampered = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        assertThat(trust(provider).nodeOf(tampered)).isEmpty();
    }

    @Test
    void keysOfOtherKindsHaveNoRawForm() throws Exception {
        assertThat(Ed25519Encoding.rawPublicKey(
                        KeyPairGenerator.getInstance("X25519").generateKeyPair().getPublic()))
                .isEmpty();
        assertThat(Ed25519Encoding.rawPublicKey(
                        KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic()))
                .isEmpty();
    }

    @Test
    void twoNodesShakeHandsByTls13AndKnowEachOther() throws Exception {
        SSLEngine server = engine(identity(REPLICA_0), false);
        SSLEngine client = engine(identity(CLIENT_5), true);
        shakeHands(client, server);
        PinnedTrustManager trust = trust(CryptoProviders.best());
        assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(trust.nodeOf((X509Certificate) client.getSession().getPeerCertificates()[0]))
                .contains(REPLICA_0);
        assertThat(trust.nodeOf((X509Certificate) server.getSession().getPeerCertificates()[0]))
                .contains(CLIENT_5);
    }

    @Test
    void aStrangerFailsTheHandshakeOnEitherSide() throws Exception {
        assertThatThrownBy(() -> shakeHands(engine(strangersIdentity(), true), engine(identity(REPLICA_0), false)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("no node of this cluster");
        assertThatThrownBy(() -> shakeHands(engine(identity(CLIENT_5), true), engine(strangersIdentity(), false)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("no node of this cluster");
    }

    private static TlsIdentity identity(NodeId node) {
        return TlsIdentity.of(TestKeys.of(node), TestKeys.CLUSTER_ID, node);
    }

    private static TlsIdentity strangersIdentity() {
        NodeKeys keys = NodeKeys.fromSeed(ByteString.copyFrom(new byte[32]));
        return TlsIdentity.of(keys, TestKeys.CLUSTER_ID, REPLICA_0);
    }

    private static PinnedTrustManager trust(CryptoProvider provider) {
        return new PinnedTrustManager(TestKeys.cluster(), provider);
    }

    private static SSLEngine engine(TlsIdentity identity, boolean client) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("node", identity.privateKey(), new char[0], new X509Certificate[] {identity.certificate()});
        KeyManagerFactory managers = KeyManagerFactory.getInstance("SunX509");
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(managers.getKeyManagers(), new TrustManager[] {trust(CryptoProviders.best())}, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        engine.setNeedClientAuth(!client);
        return engine;
    }

    /** Moves bytes between the two until both are done. */
    private static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        int packet = client.getSession().getPacketBufferSize();
        ByteBuffer toServer = ByteBuffer.allocate(4 * packet);
        ByteBuffer toClient = ByteBuffer.allocate(4 * packet);
        client.beginHandshake();
        server.beginHandshake();
        for (int turn = 0; turn < 100 && (isBusy(client) || isBusy(server)); turn++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        assertThat(isBusy(client) || isBusy(server)).as("still shaking hands").isFalse();
    }

    private static boolean isBusy(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
            default -> {
                in.flip();
                engine.unwrap(in, ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()));
                in.compact();
            }
        }
    }
}
