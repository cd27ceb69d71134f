package org.tagma.crypto.tls;

import com.google.protobuf.ByteString;
import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.tagma.core.NodeId;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.CryptoProvider;
import org.tagma.crypto.Ed25519Encoding;

/**
 * Accepts a certificate exactly if it carries the Ed25519 key of a node of the cluster and is signed by that key. Names
 * and dates in it mean nothing, and neither do further certificates after it: the key is the identity.
 *
 * <p>Thread-safe.
 */
public final class PinnedTrustManager extends X509ExtendedTrustManager {
    private final Map<ByteString, NodeId> nodes;
    private final CryptoProvider provider;

    /** Trusts the nodes of one cluster. */
    public PinnedTrustManager(ClusterKeys cluster, CryptoProvider provider) {
        this.nodes = cluster.nodesByEd25519();
        this.provider = provider;
    }

    /** Whose certificate this is; empty if it is nobody's of the cluster, or its signature is wrong. */
    public Optional<NodeId> nodeOf(X509Certificate certificate) {
        return Ed25519Encoding.rawPublicKey(certificate.getPublicKey())
                .filter(publicKey -> nodes.containsKey(publicKey) && isSelfSigned(certificate, publicKey))
                .map(nodes::get);
    }

    private boolean isSelfSigned(X509Certificate certificate, ByteString publicKey) {
        try {
            return certificate.getSigAlgOID().equals(EdECObjectIdentifiers.id_Ed25519.getId())
                    && provider.verificationKey(publicKey)
                            .verify(certificate.getTBSCertificate(), certificate.getSignature());
        } catch (CertificateEncodingException e) {
            return false;
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("the peer shows no certificate");
        }
        if (nodeOf(chain[0]).isEmpty()) {
            throw new CertificateException("the peer's certificate is of no node of this cluster");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    /** None: a peer may offer any certificate, and is judged by its key. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
