package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Request;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.MessageReader;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.transport.PeerId;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.Objection;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.inbound.Examination.Claim;
import org.tagma.replica.inbound.NestedProofs.RequestRule;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.AuthenticationPolicy.Proof;

/**
 * Turns frames into events of which a protocol can believe who said what, or into rejections.
 *
 * <p>A message between replicas must come from the replica that sent it. There are two exceptions: what is signed in
 * both modes convinces whoever delivers it (others hand on view changes and new views), and a client's request may be
 * relayed.
 *
 * <p>It looks at the cheap things first: form, who may send it, MACs, and whether the message is plausible ({@link
 * ProtocolDefinition#objection}). What signatures it then still stands on is known before the first of them is checked
 * ({@link Examination}).
 *
 * <p>Thread-safe. Takes any bytes and never throws because of them.
 */
public final class InboundVerifier {

    /** What became of a frame, and how many signatures were checked for it. */
    record Verified(Inbound inbound, int signatureChecks) {}

    private final AuthenticationPolicy policy;
    private final MessageReader reader;
    private final Authentication authentication;
    private final SignatureChecker signatures;
    private final ProtocolDefinition protocol;
    private final Quorums quorums;
    private final Supplier<Optional<ProtocolStatus>> position;

    /** A verifier for one replica of a group. */
    public InboundVerifier(
            Authentication authentication, AuthenticationPolicy policy, MessageReader reader, Quorums quorums) {
        this(authentication, policy, reader, quorums, Optional::empty, SignatureChecker.REMEMBERED);
    }

    /**
     * A verifier for one replica of a group.
     *
     * @param position where the protocol stands, or stood some time ago
     * @param rememberedSignatures how many good signatures it remembers
     */
    public InboundVerifier(
            Authentication authentication,
            AuthenticationPolicy policy,
            MessageReader reader,
            Quorums quorums,
            Supplier<Optional<ProtocolStatus>> position,
            int rememberedSignatures) {
        this.authentication = authentication;
        this.policy = policy;
        this.reader = reader;
        this.signatures = new SignatureChecker(authentication, policy, rememberedSignatures);
        this.protocol = policy.protocol();
        this.quorums = quorums;
        this.position = position;
    }

    /** Checks a frame in full. */
    public Inbound verify(PeerId from, ByteString frame) {
        Decoded<Envelope> opened = open(frame);
        return opened instanceof Decoded.Ok<Envelope> ok ? verify(from, ok.value()) : rejection(opened);
    }

    /** Takes a frame apart without checking any proof: cheap. */
    Decoded<Envelope> open(ByteString frame) {
        return reader.open(frame);
    }

    /** Whether such a message always stands on signatures, and not on MACs alone. */
    public boolean requiresSignatureCheck(Envelope envelope) {
        return envelope.sender() instanceof NodeId.Client
                ? envelope.type() == MessageType.REQUEST_VALUE && signatures.isSigned(envelope.authenticator())
                : policy.proofOf(envelope.type()) != Proof.MAC || policy.showsSigned(envelope.type());
    }

    /** Checks an opened frame in full. */
    public Inbound verify(PeerId from, Envelope envelope) {
        return prove(examine(from, envelope)).inbound();
    }

    /** Checks all of an opened frame but signatures. */
    Examination examine(PeerId from, Envelope envelope) {
        if (from instanceof PeerId.Replica replica) {
            return envelope.sender() instanceof NodeId.Replica sender
                    ? examineBetweenReplicas(replica.id(), sender, envelope)
                    : examineRelayed(replica.id(), envelope);
        }
        return envelope.sender().equals(from.toNodeId())
                ? examineFromClient(envelope)
                : rejected(RejectionReason.WRONG_SENDER, "a client speaks for somebody else");
    }

    /**
     * Checks the signatures that a frame stands on, up to the first that is wrong. Those known are not checked again.
     */
    Verified prove(Examination examination) {
        int checks = 0;
        for (Claim claim : examination.claims()) {
            if (!signatures.isKnown(claim)) {
                checks++;
                if (!signatures.isGood(claim)) {
                    return new Verified(
                            new Inbound.Rejected(claim.ifFalse(), "what " + claim.signer() + " did not sign"), checks);
                }
            }
        }
        return new Verified(examination.outcome(), checks);
    }

    static Inbound.Rejected rejection(Decoded<?> decoded) {
        Decoded.Rejected<?> rejected = (Decoded.Rejected<?>) decoded;
        return new Inbound.Rejected(rejected.reason(), rejected.detail());
    }

    private Examination examineFromClient(Envelope envelope) {
        return switch (envelope.type()) {
            case MessageType.REQUEST_VALUE -> examineRequest(envelope, -1);
            case MessageType.QUERY_VALUE -> examineQuery(envelope);
            default -> unexpectedType(envelope);
        };
    }

    private Examination examineRelayed(int relay, Envelope envelope) {
        return envelope.type() == MessageType.REQUEST_VALUE
                ? examineRequest(envelope, relay)
                : unexpectedType(envelope);
    }

    private Examination examineRequest(Envelope envelope, int relayedBy) {
        NestedProofs proofs = signatures.collector(relayedBy < 0 ? RequestRule.ALONE : RequestRule.RELAYED);
        Decoded<Message> decoded = reader.decode(envelope, proofs);
        if (!(decoded instanceof Decoded.Ok<Message> ok)) {
            return Examination.settled(rejection(decoded));
        }
        Inbound outcome = new Inbound.ForEngine(new Event.RequestReceived((Request) ok.value(), relayedBy));
        return new Examination(outcome, signatures.claims(proofs));
    }

    private Examination examineQuery(Envelope envelope) {
        if (!isMacGood(envelope)) {
            return badAuthenticator();
        }
        Decoded<Message> decoded = reader.decode(envelope, signatures.collector(RequestRule.ALONE));
        return Examination.settled(
                decoded instanceof Decoded.Ok<Message> ok
                        ? new Inbound.ForExecution((ClientMessage.Query) ok.value())
                        : rejection(decoded));
    }

    private Examination examineBetweenReplicas(int deliverer, NodeId.Replica sender, Envelope envelope) {
        if (!policy.isBetweenReplicas(envelope.type())) {
            return unexpectedType(envelope);
        }
        Proof proof = policy.proofOf(envelope.type());
        if (proof != Proof.SIGNATURE && sender.id() != deliverer) {
            return rejected(
                    RejectionReason.WRONG_SENDER, "replica " + deliverer + " delivers what " + sender + " should");
        }
        boolean mayBeGood = proof == Proof.MAC
                ? isMacGood(envelope)
                : envelope.authenticator().size() == RequestAuthenticator.SIGNATURE_BYTES;
        return mayBeGood ? examineContents(sender.id(), envelope, proof) : badAuthenticator();
    }

    private Examination examineContents(int sender, Envelope envelope, Proof proof) {
        NestedProofs proofs = signatures.collector(
                policy.trustsReplicas() || policy.isKnownByDigest(envelope.type())
                        ? RequestRule.VOUCHED_FOR
                        : RequestRule.PROPOSED);
        Decoded<Message> decoded = reader.decode(envelope, proofs);
        if (!(decoded instanceof Decoded.Ok<Message> ok)) {
            return Examination.settled(rejection(decoded));
        }
        if (ok.value() instanceof ClockMessage clock) {
            return Examination.settled(new Inbound.ForClocks(sender, clock));
        }
        Optional<Objection> objection = protocol.objection(sender, ok.value(), quorums, position.get());
        if (objection.isPresent()) {
            return rejected(objection.get().reason(), objection.get().detail());
        }
        List<Claim> claims = new ArrayList<>();
        if (proof != Proof.MAC) {
            claims.add(ofSender(envelope, proof == Proof.SIGNATURE));
        }
        claims.addAll(signatures.claims(proofs));
        Inbound outcome = new Inbound.ForEngine(new Event.MessageReceived(
                new Authenticated<>(sender, ok.value(), envelope.payload(), envelope.authenticator())));
        return new Examination(outcome, claims);
    }

    /** A vote that nobody shows to others comes once: to remember it would push others of its sender out. */
    private static Claim ofSender(Envelope envelope, boolean shownToOthers) {
        return new Claim(
                envelope.sender(),
                envelope.type(),
                envelope.payload(),
                envelope.authenticator(),
                shownToOthers,
                RejectionReason.BAD_AUTHENTICATOR);
    }

    private boolean isMacGood(Envelope envelope) {
        return AuthenticationPolicy.isMacGood(
                authentication, envelope.sender(), envelope.type(), envelope.payload(), envelope.authenticator());
    }

    private static Examination unexpectedType(Envelope envelope) {
        return rejected(
                MessageCodec.isKnown(envelope.type()) ? RejectionReason.UNEXPECTED_TYPE : RejectionReason.UNKNOWN_TYPE,
                "type " + envelope.type());
    }

    private static Examination badAuthenticator() {
        return rejected(RejectionReason.BAD_AUTHENTICATOR, "the proof of the sender is wrong");
    }

    private static Examination rejected(RejectionReason reason, String detail) {
        return Examination.settled(new Inbound.Rejected(reason, detail));
    }
}
