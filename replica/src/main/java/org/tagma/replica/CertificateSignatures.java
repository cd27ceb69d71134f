package org.tagma.replica;

import java.util.TreeSet;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.protocol.Authenticated;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.SignatureVerifier;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.codec.MessageCodec;

/**
 * Checks certificates of checkpoints that were kept, by the public keys in the cluster file alone.
 *
 * <p>Immutable, thread-safe.
 */
public final class CertificateSignatures {

    private final Quorums quorums;
    private final SignatureVerifier signatures;

    private CertificateSignatures(Quorums quorums, SignatureVerifier signatures) {
        this.quorums = quorums;
        this.signatures = signatures;
    }

    /** For a cluster. */
    public static CertificateSignatures of(ClusterConfig config) {
        return new CertificateSignatures(
                new Quorums(config.replicaCount(), config.faults()),
                new SignatureVerifier(
                        ClusterSettings.clusterKeys(config),
                        CryptoProviders.byName(config.cryptoProvider().label())));
    }

    /** Whether a quorum of different replicas signed what it says. */
    public boolean isGood(CheckpointCertificate certificate) {
        Checkpoint certified = new Checkpoint(certificate.sequence(), certificate.stateDigest());
        TreeSet<Integer> signers = new TreeSet<>();
        for (Authenticated<Checkpoint> vote : certificate.votes()) {
            boolean good = vote.message().equals(certified)
                    && vote.payload().equals(MessageCodec.encodePayload(certified))
                    && signatures.verify(
                            vote.sender(), MessageCodec.type(certified), vote.payload(), vote.authenticator());
            if (good) {
                signers.add(vote.sender());
            }
        }
        return signers.size() >= quorums.certificate();
    }
}
