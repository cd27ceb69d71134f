package org.tagma.client.call;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.state.StateProof.Finding;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.SignatureVerifier;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.Certificate;
import org.tagma.protocol.CheckpointProofs;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;

/**
 * Checks proofs of values with nothing but a cluster file: no connection, no key of one's own. A proof that passes is
 * right even if whoever gave it is malicious, as long as no more than f replicas are: a quorum of replicas signed the
 * checkpoint.
 *
 * <p>Immutable, thread-safe.
 */
public final class ProofVerifier {

    /** What came of a check. */
    public sealed interface Result {

        /**
         * The proof is good.
         *
         * @param sequence the state after so many batches; what happened later, it does not tell
         * @param value of the key then; empty if it was not there
         * @param signers the replicas that signed the checkpoint, in the order of their ids
         */
        record Proven(long sequence, Optional<ByteString> value, List<Integer> signers) implements Result {
            public Proven {
                signers = List.copyOf(signers);
            }
        }

        /** The proof shows nothing. */
        record Refused(String reason) implements Result {}
    }

    private final CheckpointProofs proofs;
    private final Quorums quorums;
    private final SignatureVerifier signatures;
    private final MessageCodec codec;

    /**
     * For a cluster.
     *
     * @throws IllegalArgumentException if the cluster runs a protocol without certificates, or a public key is not one
     *     that a correct node can have
     */
    public ProofVerifier(ClusterConfig config) {
        this.proofs = config.protocol()
                .checkpointProofs()
                .orElseThrow(() -> new IllegalArgumentException(
                        config.protocol().title() + " has no certificates: its replicas trust each other, and nothing"
                                + " that one of them says proves anything to others; proofs need another protocol"));
        this.quorums = new Quorums(config.replicaCount(), config.faults());
        this.signatures = new SignatureVerifier(
                NodeAccess.clusterKeys(config),
                CryptoProviders.byName(config.cryptoProvider().label()));
        int any = Integer.MAX_VALUE;
        this.codec = new MessageCodec(new CodecLimits(1, any, config.replicaCount(), 1, any, any));
    }

    /** Checks a proof, whoever made it. */
    public Result check(CertifiedProof certified) {
        Optional<Certificate> shown = certificate(certified.certificate());
        if (shown.isEmpty()) {
            return new Result.Refused("the certificate is not signed by replicas of this cluster");
        }
        Certificate certificate = shown.get();
        TreeSet<Integer> signers = new TreeSet<>();
        certificate.votes().stream()
                .filter(vote -> vote.message().equals(certificate.vote()))
                .forEach(vote -> signers.add(vote.sender()));
        int needed = proofs.votesNeeded(quorums);
        if (signers.size() < needed) {
            return new Result.Refused(signers.size() + " replicas signed the checkpoint, and " + needed + " must have");
        }
        if (!Digest.of(certified.manifest()).equals(certificate.stateDigest())) {
            return new Result.Refused("the manifest is not that of the certified checkpoint");
        }
        return SnapshotManifest.parse(certified.manifest())
                .flatMap(SnapshotManifest::root)
                .map(root -> verdict(certified.proof().check(root), certificate.sequence(), List.copyOf(signers)))
                .orElseGet(() -> new Result.Refused("the service of this cluster keeps no state that can be proved"));
    }

    private static Result verdict(Finding finding, long sequence, List<Integer> signers) {
        if (finding instanceof Finding.Present present) {
            return new Result.Proven(sequence, Optional.of(present.value()), signers);
        }
        return finding instanceof Finding.Absent
                ? new Result.Proven(sequence, Optional.empty(), signers)
                : new Result.Refused("the path does not lead from the certified state to the key");
    }

    /** Reads a certificate, if all that is signed in it is signed well. */
    private Optional<Certificate> certificate(ByteString payload) {
        Envelope envelope = new Envelope(new NodeId.Replica(0), proofs.type(), payload, ByteString.EMPTY);
        return codec.decode(envelope, new ReplicaSignatures()).asOptional().flatMap(proofs::in);
    }

    private final class ReplicaSignatures implements NestedVerifier {

        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return signatures.verify(sender, type, payload, authenticator);
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return Optional.empty();
        }
    }
}
