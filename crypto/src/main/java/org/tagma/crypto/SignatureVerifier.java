package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.tagma.core.NodeId;

/**
 * Checks what the replicas of a cluster signed, by their public keys alone: for those who have no key of their own.
 *
 * <p>Immutable, thread-safe.
 */
public final class SignatureVerifier {

    private final List<DomainPrefix> prefixes;
    private final List<VerificationKey> keys;

    /**
     * For a cluster.
     *
     * @throws IllegalArgumentException if a public key is not one that a correct node can have
     */
    public SignatureVerifier(ClusterKeys cluster, CryptoProvider provider) {
        this.prefixes = IntStream.range(0, cluster.replicas().size())
                .mapToObj(id -> new DomainPrefix(cluster, new NodeId.Replica(id)))
                .toList();
        this.keys = cluster.replicas().stream()
                .map(replica -> provider.verificationKey(replica.ed25519()))
                .toList();
    }

    /**
     * Whether a replica signed a message, of any length and content.
     *
     * @param replica any number; false if the cluster has no such replica
     */
    public boolean verify(int replica, int messageType, ByteString payload, ByteString signature) {
        return replica >= 0
                && replica < keys.size()
                && signature.size() == CryptoProvider.SIGNATURE_BYTES
                && keys.get(replica)
                        .verify(
                                RealAuthentication.signedBytes(prefixes.get(replica), messageType, payload),
                                signature.toByteArray());
    }
}
