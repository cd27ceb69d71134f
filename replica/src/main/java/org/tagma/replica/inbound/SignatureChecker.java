package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.RequestProof;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.inbound.Examination.Claim;
import org.tagma.replica.inbound.NestedProofs.Proof;
import org.tagma.replica.inbound.NestedProofs.RequestRule;
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

    private static final Optional<RequestProof> SIGNED = Optional.of(RequestProof.SIGNED);
    private static final Optional<RequestProof> UNSIGNED = Optional.of(RequestProof.UNSIGNED);
    private static final Optional<RequestProof> UNCHECKED = Optional.of(RequestProof.UNCHECKED);

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
        return new NestedProofs(rule, this);
    }

    /** Which signatures a message stands on, of those that it shows. */
    List<Claim> claims(NestedProofs nested) {
        List<Claim> claims = new ArrayList<>();
        // Whoever signed the shown messages comes before what they show in turn: a forged one costs no more than
        // itself.
        nested.proofs().stream()
                .filter(proof -> policy.showsSigned(proof.type()))
                .forEach(proof -> claims.add(ofReplica(proof)));
        nested.proofs().stream()
                .filter(proof -> !policy.showsSigned(proof.type()))
                .forEach(proof -> claims.add(ofReplica(proof)));
        claims.addAll(nested.requests());
        return claims;
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

    /**
     * Looks at all of a request's proof but its signature.
     *
     * @param claims takes the signature, if the request stands on it
     * @return what proves it then; empty if it must not be read
     */
    Optional<RequestProof> examine(RequestRule rule, Proof proof, List<Claim> claims) {
        if (rule == RequestRule.VOUCHED_FOR) {
            return policy.trustsReplicas() ? SIGNED : UNCHECKED;
        }
        Optional<RequestAuthenticator> parsed = RequestAuthenticator.parse(proof.authenticator(), vectorBytes())
                .filter(parts -> parts.isSigned() ? policy.maySignRequests() : !policy.mustSignRequests());
        return parsed.flatMap(parts -> examine(rule, proof, parts, claims));
    }

    private Optional<RequestProof> examine(
            RequestRule rule, Proof proof, RequestAuthenticator parts, List<Claim> claims) {
        if (rule == RequestRule.RELAYED && parts.isSigned()) {
            claims.add(ofClient(rule, proof, parts));
            return SIGNED;
        }
        boolean hasMac = policy.putsVectorOnRequests();
        boolean macGood = !hasMac || parts.isMacGood(authentication, proof.sender(), proof.payload());
        if (rule == RequestRule.PROPOSED && hasMac && macGood) {
            return UNSIGNED;
        }
        if (!macGood && (rule != RequestRule.PROPOSED)) {
            return Optional.empty();
        }
        if (parts.isSigned()) {
            claims.add(ofClient(rule, proof, parts));
            return SIGNED;
        }
        if (policy.trustsReplicas()) {
            return SIGNED;
        }
        return switch (rule) {
            case ALONE -> UNSIGNED;
            case PROPOSED -> UNCHECKED;
            case RELAYED, VOUCHED_FOR -> Optional.empty();
        };
    }

    private static Claim ofClient(RequestRule rule, Proof proof, RequestAuthenticator parts) {
        return new Claim(
                proof.sender(),
                proof.type(),
                proof.payload(),
                parts.signature(),
                true,
                rule == RequestRule.PROPOSED
                        ? RejectionReason.BAD_NESTED_AUTHENTICATOR
                        : RejectionReason.BAD_AUTHENTICATOR);
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

    /** Whether a request with this authenticator stands on a signature. */
    boolean isSigned(ByteString authenticator) {
        return authenticator.size() > vectorBytes();
    }

    /** What of a request's authenticator stands before the signature. */
    private int vectorBytes() {
        return policy.putsVectorOnRequests() ? authentication.replicas() * Authentication.MAC_BYTES : 0;
    }
}
