package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.TreeSet;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Authenticated;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.SignatureVerifier;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.Certificate;

/**
 * Checks certificates of checkpoints that were kept, by the public keys in the cluster file alone.
 *
 * <p>Immutable, thread-safe.
 */
public final class CertificateSignatures {

    private final int votesNeeded;
    private final SignatureVerifier signatures;

    private CertificateSignatures(int votesNeeded, SignatureVerifier signatures) {
        this.votesNeeded = votesNeeded;
        this.signatures = signatures;
    }

    /** For a cluster. */
    public static CertificateSignatures of(ClusterConfig config) {
        return new CertificateSignatures(
                votesNeeded(config),
                new SignatureVerifier(
                        NodeAccess.clusterKeys(config),
                        CryptoProviders.byName(config.cryptoProvider().label())));
    }

    private static int votesNeeded(ClusterConfig config) {
        Quorums quorums = new Quorums(config.replicaCount(), config.faults());
        return config.protocol()
                .checkpointProofs()
                .map(proofs -> proofs.votesNeeded(quorums))
                .orElse(quorums.replicas());
    }

    /** Whether a quorum of different replicas signed what it says. */
    public boolean isGood(Certificate certificate) {
        ByteString said = MessageCodec.encodePayload(certificate.vote());
        int type = MessageCodec.type(certificate.vote());
        TreeSet<Integer> signers = new TreeSet<>();
        for (Authenticated<?> vote : certificate.votes()) {
            boolean good = vote.message().equals(certificate.vote())
                    && vote.payload().equals(said)
                    && signatures.verify(vote.sender(), type, vote.payload(), vote.authenticator());
            if (good) {
                signers.add(vote.sender());
            }
        }
        return signers.size() >= votesNeeded;
    }
}
