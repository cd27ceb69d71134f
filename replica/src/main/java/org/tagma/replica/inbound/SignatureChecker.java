package org.tagma.replica.inbound;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.replica.inbound.Examination.Claim;
import org.tagma.replica.inbound.NestedProofs.Proof;
import org.tagma.replica.inbound.NestedProofs.RequestRule;
import org.tagma.replica.metrics.RejectionReason;
import org.tagma.replica.settings.AuthenticationPolicy;

/**
 * Checks the proofs in a message, MACs first. Good signatures are remembered, for each signer apart: what one node
 * signs never pushes out what another did, so a message seen before is not checked again.
 *
 * <p>Thread-safe.
 */
final class SignatureChecker {

    /** How many good signatures are remembered where no plan says otherwise. */
    static final int REMEMBERED = 32_768;

    private static final int LEAST_OF_ONE = 64;

    private final Authentication authentication;
    private final AuthenticationPolicy policy;
    private final int capacity;
    private final Map<NodeId, VerifiedCache> remembered = new ConcurrentHashMap<>();

    /**
     * Nothing remembered yet.
     *
     * @param capacity how many good signatures to remember in all: half of them for the replicas, half for the clients
     *     that have been heard
     */
    SignatureChecker(Authentication authentication, AuthenticationPolicy policy, int capacity) {
        this.authentication = authentication;
        this.policy = policy;
        this.capacity = capacity;
    }

    /** Collects what a message shows. */
    NestedProofs collector(RequestRule rule) {
        return new NestedProofs(rule, vectorBytes() + signatureBytes());
    }

    /** Checks the MACs of what was collected, and says which signatures it stands on; empty if it cannot be true. */
    Optional<List<Claim>> claims(NestedProofs nested) {
        List<Claim> claims = new ArrayList<>();
        // Whoever signed the shown messages comes before what they show in turn: a forged one costs no more than
        // itself.
        nested.proofs().stream()
                .filter(proof -> policy.showsSigned(proof.type()))
                .forEach(proof -> claims.add(ofReplica(proof)));
        for (Proof proof : nested.proofs()) {
            if (proof.sender() instanceof NodeId.Client) {
                if (!claim(nested.rule(), proof, claims)) {
                    return Optional.empty();
                }
            } else if (!policy.showsSigned(proof.type())) {
                claims.add(ofReplica(proof));
            }
        }
        return Optional.of(claims);
    }

    private static Claim ofReplica(Proof proof) {
        return new Claim(
                proof.sender(),
                proof.type(),
                proof.payload(),
                proof.authenticator(),
                true,
                RejectionReason.BAD_NESTED_AUTHENTICATOR);
    }

    private boolean claim(RequestRule rule, Proof proof, List<Claim> claims) {
        boolean signed = policy.signsRequests();
        boolean macMatters = rule == RequestRule.ALONE
                || (rule == RequestRule.RELAYED && !signed)
                || (rule == RequestRule.PROPOSED && policy.putsVectorOnRequests() && !policy.trustsReplicas());
        boolean macGood = macMatters && isOwnMacGood(proof);
        if (rule == RequestRule.PROPOSED ? macGood : !signed) {
            return macGood;
        }
        if (rule == RequestRule.ALONE && !macGood) {
            return false;
        }
        claims.add(new Claim(
                proof.sender(),
                proof.type(),
                proof.payload(),
                proof.authenticator().substring(vectorBytes()),
                true,
                rule == RequestRule.PROPOSED
                        ? RejectionReason.BAD_NESTED_AUTHENTICATOR
                        : RejectionReason.BAD_AUTHENTICATOR));
        return true;
    }

    /** Whether it is known already that a claim is true. */
    boolean isKnown(Claim claim) {
        VerifiedCache cache = claim.repeats() ? remembered.get(claim.signer()) : null;
        return cache != null && cache.contains(keyOf(claim));
    }

    /** Checks a signature, and remembers it if it is good. */
    boolean isGood(Claim claim) {
        boolean good = authentication.verifySignature(claim.signer(), claim.type(), claim.payload(), claim.signature());
        if (good && claim.repeats()) {
            remembered
                    .computeIfAbsent(claim.signer(), signer -> new VerifiedCache(() -> shareOf(signer)))
                    .add(keyOf(claim));
        }
        return good;
    }

    private static Digest keyOf(Claim claim) {
        return VerifiedCache.keyOf(claim.signer(), claim.type(), claim.payload(), claim.signature());
    }

    private int shareOf(NodeId signer) {
        int replicas = authentication.replicas();
        int sharers = signer instanceof NodeId.Replica ? replicas : Math.max(1, remembered.size() - replicas);
        return Math.max(LEAST_OF_ONE, capacity / 2 / sharers);
    }

    private boolean isOwnMacGood(Proof proof) {
        return vectorBytes() == 0
                || authentication.verifyMacVector(
                        proof.sender(),
                        proof.type(),
                        proof.payload(),
                        proof.authenticator().substring(0, vectorBytes()));
    }

    /** What of a request's authenticator stands before the signature. */
    private int vectorBytes() {
        return policy.putsVectorOnRequests() ? authentication.replicas() * Authentication.MAC_BYTES : 0;
    }

    private int signatureBytes() {
        return policy.signsRequests() ? AuthenticationPolicy.SIGNATURE_BYTES : 0;
    }
}
