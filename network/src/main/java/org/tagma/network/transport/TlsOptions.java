package org.tagma.network.transport;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.X509TrustManager;
import org.tagma.core.NodeId;

/**
 * Mutual TLS 1.3 with pinned certificates.
 *
 * @param privateKey this node's key
 * @param certificate this node's certificate, for that key
 * @param trustManager accepts exactly the certificates of the cluster's nodes, as client and as server
 * @param identify whose certificate it is; the handshake inside TLS must name the same node
 */
public record TlsOptions(
        PrivateKey privateKey,
        X509Certificate certificate,
        X509TrustManager trustManager,
        Function<X509Certificate, Optional<NodeId>> identify) {}
