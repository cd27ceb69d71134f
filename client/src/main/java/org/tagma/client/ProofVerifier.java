package org.tagma.client;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.protocol.Message;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.state.StateProof.Finding;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.SignatureVerifier;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;

/**
 * Checks proofs of values with nothing but a cluster file: no connection, no key of one's own. A proof that passes is right
 * even if whoever gave it is malicious, as long as no more than f replicas are: a quorum of replicas signed the checkpoint.
 *
 * <p>Immutable, thread-safe.
 */
public final class ProofVerifier {

    /** What came of a check. */
    public sealed interface Verdict {

        /**
         * The proof is good.
         *
         * @param sequence the state after so many batches; what happened later, it does not tell
         * @param value of the key then; empty if it was not there
         * @param signers the replicas that signed the checkpoint, in the order of their ids
         */
        record Proven(long sequence, Optional<ByteString> value, List<Integer> signers) implements Verdict {
            public Proven {
                signers = List.copyOf(signers);
            }
        }

        /** The proof shows nothing. */
        record Refused(String reason) implements Verdict {}
    }

    private final Quorums quorums;
    private final SignatureVerifier signatures;
    private final MessageCodec codec;

    /**
     * For a cluster.
     *
     * @throws IllegalArgumentException if the cluster runs a protocol without certificates, or a public key is not one that
     *     a correct node can have
     */
    public ProofVerifier(ClusterConfig config) {
        if (!config.protocol().name().equals("pbft")) {
            throw new IllegalArgumentException(
                    "Raft has no certificates: its replicas trust each other, and nothing that one of them says proves"
                            + " anything to others; proofs need protocol: pbft");
        }
        this.quorums = new Quorums(config.replicaCount(), config.faults());
        this.signatures = new SignatureVerifier(
                ClusterConnector.clusterKeys(config),
                CryptoProviders.byName(config.cryptoProvider().label()));
        int any = Integer.MAX_VALUE;
        this.codec = new MessageCodec(new CodecLimits(1, any, config.replicaCount(), 1, any, any));
    }

    /** Checks a proof, whoever made it. */
    public Verdict check(CertifiedProof certified) {
        Optional<CheckpointCertificate> certificate = certificate(certified.certificate());
        if (certificate.isEmpty()) {
            return new Verdict.Refused("the certificate is not signed by replicas of this cluster");
        }
        TreeSet<Integer> signers = new TreeSet<>();
        Checkpoint certifiedState =
                new Checkpoint(certificate.get().sequence(), certificate.get().stateDigest());
        certificate.get().votes().stream()
                .filter(vote -> vote.message().equals(certifiedState))
                .forEach(vote -> signers.add(vote.sender()));
        if (signers.size() < quorums.certificate()) {
            return new Verdict.Refused(
                    signers.size() + " replicas signed the checkpoint, and " + quorums.certificate() + " must have");
        }
        if (!Digest.of(certified.manifest()).equals(certifiedState.stateDigest())) {
            return new Verdict.Refused("the manifest is not that of the certified checkpoint");
        }
        return SnapshotManifest.parse(certified.manifest())
                .flatMap(SnapshotManifest::root)
                .map(root -> verdict(certified.proof().check(root), certifiedState.sequence(), List.copyOf(signers)))
                .orElseGet(() -> new Verdict.Refused("the service of this cluster keeps no state that can be proved"));
    }

    private static Verdict verdict(Finding finding, long sequence, List<Integer> signers) {
        if (finding instanceof Finding.Present present) {
            return new Verdict.Proven(sequence, Optional.of(present.value()), signers);
        }
        return finding instanceof Finding.Absent
                ? new Verdict.Proven(sequence, Optional.empty(), signers)
                : new Verdict.Refused("the path does not lead from the certified state to the key");
    }

    /** Reads a certificate, if all that is signed in it is signed well. */
    private Optional<CheckpointCertificate> certificate(ByteString payload) {
        Envelope envelope =
                new Envelope(new NodeId.Replica(0), MessageType.STABLE_CHECKPOINT_VALUE, payload, ByteString.EMPTY);
        return codec.decode(envelope, new ReplicaSignatures()).asOptional().map(ProofVerifier::certificateIn);
    }

    private static CheckpointCertificate certificateIn(Message message) {
        return ((StableCheckpoint) message).certificate();
    }

    private final class ReplicaSignatures implements NestedVerifier {

        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return signatures.verify(sender, type, payload, authenticator);
        }

        @Override
        public boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return false;
        }
    }
}
