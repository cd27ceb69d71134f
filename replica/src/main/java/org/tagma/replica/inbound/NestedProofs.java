package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.RequestProof;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.protocol.NestedVerifier;

/**
 * Collects what a message shows of others while it is taken apart, so that all of it is known before the first
 * signature is checked. It refuses proofs of the wrong length, and checks MACs, which cost next to nothing.
 */
final class NestedProofs implements NestedVerifier {

    /** When a client's request counts as authentic. */
    enum RequestRule {
        /**
         * It stands alone: its MAC, and its signature if it has one. What is signed every other replica can verify; of
         * what is not, the protocol decides whether to take it (the big-MAC attack; Aardvark, NSDI 2009).
         */
        ALONE,
        /**
         * Another replica hands it on: its signature alone. The relay waits for this replica to propose it; to drop it
         * for a MAC that is bad here and good there would let a client make a correct primary look faulty. Where
         * nothing is signed and replicas do not lie, nobody is blamed either, and its MAC decides.
         */
        RELAYED,
        /**
         * It is in a proposal: its MAC will do, and its signature where that is wrong. Without either it is marked so,
         * and the protocol finds out from others whether to vote for it.
         */
        PROPOSED,
        /**
         * Something else vouches for it. A replica that does not lie has verified it already. A batch that was asked
         * for by its digest was voted for by a quorum, so some correct replica verified what is in it; this one might
         * not be able to, and must not be left behind for that.
         */
        VOUCHED_FOR
    }

    /** One of them. */
    record Proof(NodeId sender, int type, ByteString payload, ByteString authenticator) {}

    private final List<Proof> proofs = new ArrayList<>();
    private final List<Examination.Claim> requests = new ArrayList<>();
    private final RequestRule rule;
    private final SignatureChecker checker;

    /** Nothing collected yet. */
    NestedProofs(RequestRule rule, SignatureChecker checker) {
        this.rule = rule;
        this.checker = checker;
    }

    /** What replicas are shown to have signed. */
    List<Proof> proofs() {
        return proofs;
    }

    /** The signatures of requests that must be good. */
    List<Examination.Claim> requests() {
        return requests;
    }

    @Override
    public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
        proofs.add(new Proof(new NodeId.Replica(sender), type, payload, authenticator));
        return authenticator.size() == RequestAuthenticator.SIGNATURE_BYTES;
    }

    @Override
    public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
        return checker.examine(rule, new Proof(new NodeId.Client(client), type, payload, authenticator), requests);
    }
}
