package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.NodeId;
import org.tagma.protocol.NestedVerifier;
import org.tagma.replica.settings.AuthenticationPolicy;

/**
 * Collects what a message shows of others while it is taken apart, so that all of it is known before the first proof is
 * checked. It refuses proofs of the wrong length, which cost nothing to see.
 */
public final class NestedProofs implements NestedVerifier {

    /** When a client's request counts as authentic. */
    public enum RequestRule {
        /**
         * It stands alone: its MAC, as a cheap filter, and its signature. Whoever is primary then proposes only what
         * every other replica can verify, and a client whose MACs are good for some replicas and bad for others cannot
         * make a correct primary look faulty (the big-MAC attack; Aardvark, NSDI 2009).
         */
        ALONE,
        /**
         * Another replica hands it on: its signature alone. The relay waits for this replica to propose it; to drop it
         * for a MAC that is bad here and good there would let a client make a correct primary look faulty. Where
         * nothing is signed, nobody is blamed either, and its MAC decides.
         */
        RELAYED,
        /** It is in a proposal: in macs mode its MAC will do, and its signature where that is wrong. */
        PROPOSED,
        /**
         * Something else vouches for it. A replica that does not lie has verified it already. A batch that was asked
         * for by its digest was voted for by a quorum, so some correct replica verified what is in it; in macs mode
         * this one might not be able to, and must not be left behind for that.
         */
        VOUCHED_FOR
    }

    /** One of them. */
    record Proof(NodeId sender, int type, ByteString payload, ByteString authenticator) {}

    private final List<Proof> proofs = new ArrayList<>();
    private final RequestRule rule;
    private final int requestProofBytes;

    /**
     * Nothing collected yet.
     *
     * @param requestProofBytes how long the authenticator of a request is
     */
    public NestedProofs(RequestRule rule, int requestProofBytes) {
        this.rule = rule;
        this.requestProofBytes = requestProofBytes;
    }

    RequestRule rule() {
        return rule;
    }

    List<Proof> proofs() {
        return proofs;
    }

    @Override
    public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
        proofs.add(new Proof(new NodeId.Replica(sender), type, payload, authenticator));
        return authenticator.size() == AuthenticationPolicy.SIGNATURE_BYTES;
    }

    @Override
    public boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
        if (rule == RequestRule.VOUCHED_FOR) {
            return true;
        }
        proofs.add(new Proof(new NodeId.Client(client), type, payload, authenticator));
        return authenticator.size() == requestProofBytes;
    }
}
