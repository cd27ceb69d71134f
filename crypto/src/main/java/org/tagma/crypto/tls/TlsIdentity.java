package org.tagma.crypto.tls;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.tagma.core.NodeId;
import org.tagma.crypto.BouncyCastleProvider;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.SigningKey;
import org.tagma.crypto.hash.Sha256;

/**
 * What a node shows in a TLS handshake: its Ed25519 key, in a certificate that it signed itself. There is no
 * certificate authority; peers know the key from the cluster file ({@link PinnedTrustManager}).
 *
 * <p>The same keys, cluster and name give the same certificate, byte for byte. It does not expire: a key leaves a
 * cluster by leaving the cluster file.
 *
 * <p>Immutable.
 *
 * @param privateKey in the JDK's form
 * @param certificate self-signed X.509 v3
 */
public record TlsIdentity(PrivateKey privateKey, X509Certificate certificate) {
    private static final Instant NOT_BEFORE = Instant.parse("2020-01-01T00:00:00Z");

    /** RFC 5280, 4.1.2.5: the date of a certificate that has no good one. */
    private static final Instant NOT_AFTER = Instant.parse("9999-12-31T23:59:59Z");

    /** Length of a serial number, in bytes; RFC 5280 allows 20. */
    private static final int SERIAL_BYTES = 16;

    /** The identity of a node in a cluster. */
    public static TlsIdentity of(NodeKeys keys, ByteString clusterId, NodeId node) {
        return new TlsIdentity(keys.tlsPrivateKey(), certificate(keys, clusterId, node));
    }

    private static X509Certificate certificate(NodeKeys keys, ByteString clusterId, NodeId node) {
        ByteString publicKey = keys.publicKeys().ed25519();
        AlgorithmIdentifier ed25519 = new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
        X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, "tagma " + HexFormat.of().formatHex(clusterId.toByteArray()))
                .addRDN(BCStyle.CN, node.toString())
                .build();
        byte[] serial = Sha256.digest(publicKey).substring(0, SERIAL_BYTES).toByteArray();
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                subject,
                new BigInteger(1, serial),
                Date.from(NOT_BEFORE),
                Date.from(NOT_AFTER),
                subject,
                new SubjectPublicKeyInfo(ed25519, publicKey.toByteArray()));
        ContentSigner signer = new Signer(keys.signingKey(CryptoProviders.byName(BouncyCastleProvider.NAME)), ed25519);
        try {
            byte[] encoded = builder.build(signer).getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (IOException | CertificateException e) {
            throw new IllegalStateException("the JDK refuses a certificate of ours", e);
        }
    }

    /** Signs what is written to it. */
    private static final class Signer implements ContentSigner {
        private final SigningKey key;
        private final AlgorithmIdentifier algorithm;
        private final ByteString.Output content = ByteString.newOutput();

        Signer(SigningKey key, AlgorithmIdentifier algorithm) {
            this.key = key;
            this.algorithm = algorithm;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return algorithm;
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            return key.sign(content.toByteString().toByteArray());
        }
    }
}
