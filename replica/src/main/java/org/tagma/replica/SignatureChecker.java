package org.tagma.replica;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.NestedVerifier;

/**
 * Checks signatures, remembering the good ones, and says when a client's request counts as authentic.
 *
 * <p>Thread-safe.
 */
final class SignatureChecker {

    /** How many good signatures are remembered; about 150 bytes each. */
    private static final int REMEMBERED = 32_768;

    private final Authentication authentication;
    private final AuthenticationPolicy policy;
    private final VerifiedCache remembered = new VerifiedCache(REMEMBERED);

    SignatureChecker(Authentication authentication, AuthenticationPolicy policy) {
        this.authentication = authentication;
        this.policy = policy;
    }

    /** Whether an envelope carries its sender's signature. */
    boolean isGood(Envelope envelope) {
        return isGood(envelope.sender(), envelope.type(), envelope.payload(), envelope.authenticator());
    }

    /** The same, of a vote that nobody shows to others: it comes once, and to remember it would push others out. */
    boolean isVoteGood(Envelope envelope) {
        return envelope.authenticator().size() == AuthenticationPolicy.SIGNATURE_BYTES
                && authentication.verifySignature(
                        envelope.sender(), envelope.type(), envelope.payload(), envelope.authenticator());
    }

    /**
     * For a request that stands alone: its MAC, as a cheap filter, and its signature. Whoever is primary then proposes
     * only what every other replica can verify, and a client whose MACs are good for some replicas and bad for others
     * cannot make a correct primary look faulty (the big-MAC attack; Aardvark, NSDI 2009).
     */
    NestedVerifier requestsAlone() {
        return verifier((client, type, payload, authenticator) -> isOwnMacGood(client, type, payload, authenticator)
                && (!policy.signsRequests() || isClientSignatureGood(client, type, payload, authenticator)));
    }

    /**
     * For a request that another replica hands on: its signature alone. The relay waits for this replica to propose it;
     * to drop it for a MAC that is bad here and good there would let a client make a correct primary look faulty. Where
     * nothing is signed, nobody is blamed either, and its MAC decides.
     */
    NestedVerifier requestsRelayed() {
        return verifier(policy.signsRequests() ? this::isClientSignatureGood : this::isOwnMacGood);
    }

    /**
     * For a request in a proposal: in macs mode its MAC will do, and its signature where that is wrong. A replica that
     * does not lie has verified it already and vouches for it.
     */
    NestedVerifier requestsInProposal() {
        if (policy.trustsReplicas()) {
            return verifier((client, type, payload, authenticator) -> true);
        }
        return verifier((client, type, payload, authenticator) ->
                (policy == AuthenticationPolicy.MACS && isOwnMacGood(client, type, payload, authenticator))
                        || isClientSignatureGood(client, type, payload, authenticator));
    }

    /**
     * For a request in a batch that was asked for by its digest: the digest vouches for it. It was asked for because a
     * quorum voted for it, so some correct replica verified it; in macs mode this one might not be able to, and must
     * not be left behind for that.
     */
    NestedVerifier requestsInBody() {
        return verifier((client, type, payload, authenticator) -> true);
    }

    private boolean isGood(NodeId sender, int type, ByteString payload, ByteString signature) {
        if (signature.size() != AuthenticationPolicy.SIGNATURE_BYTES) {
            return false;
        }
        Digest key = VerifiedCache.keyOf(sender, type, payload, signature);
        if (remembered.contains(key)) {
            return true;
        }
        boolean good = authentication.verifySignature(sender, type, payload, signature);
        if (good) {
            remembered.add(key);
        }
        return good;
    }

    private boolean isOwnMacGood(NodeId client, int type, ByteString payload, ByteString authenticator) {
        int vectorBytes = vectorBytes();
        return authenticator.size() == vectorBytes + signatureBytes()
                && (vectorBytes == 0
                        || authentication.verifyMacVector(
                                client, type, payload, authenticator.substring(0, vectorBytes)));
    }

    private boolean isClientSignatureGood(NodeId client, int type, ByteString payload, ByteString authenticator) {
        int vectorBytes = vectorBytes();
        return authenticator.size() == vectorBytes + signatureBytes()
                && isGood(client, type, payload, authenticator.substring(vectorBytes));
    }

    /** What of a request's authenticator stands before the signature. */
    private int vectorBytes() {
        return policy.putsVectorOnRequests() ? authentication.replicas() * Authentication.MAC_BYTES : 0;
    }

    private int signatureBytes() {
        return policy.signsRequests() ? AuthenticationPolicy.SIGNATURE_BYTES : 0;
    }

    @FunctionalInterface
    private interface RequestRule {
        boolean accepts(NodeId client, int type, ByteString payload, ByteString authenticator);
    }

    private NestedVerifier verifier(RequestRule rule) {
        return new NestedVerifier() {
            @Override
            public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
                // Whatever a replica shows of another must convince a third: always a signature.
                return isGood(new NodeId.Replica(sender), type, payload, authenticator);
            }

            @Override
            public boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
                return rule.accepts(new NodeId.Client(client), type, payload, authenticator);
            }
        };
    }
}
