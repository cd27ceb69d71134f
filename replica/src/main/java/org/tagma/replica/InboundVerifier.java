package org.tagma.replica;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.crypto.Authentication;
import org.tagma.network.PeerId;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageReader;
import org.tagma.network.wire.MessageType;
import org.tagma.replica.AuthenticationPolicy.Proof;

/**
 * Turns frames into events of which a protocol can believe who said what, or into rejections.
 *
 * <p>A message between replicas must come from the replica that sent it. There are two exceptions: what is signed in
 * both modes convinces whoever delivers it (others hand on view changes and new views), and a client's request may be
 * relayed.
 *
 * <p>Thread-safe. Takes any bytes and never throws because of them.
 */
public final class InboundVerifier {

    private final AuthenticationPolicy policy;
    private final MessageReader reader;
    private final Authentication authentication;
    private final SignatureChecker signatures;
    private final CertificateRules certificates;

    /** A verifier for one replica of a group. */
    public InboundVerifier(
            Authentication authentication, AuthenticationPolicy policy, MessageReader reader, Quorums quorums) {
        this.authentication = authentication;
        this.policy = policy;
        this.reader = reader;
        this.signatures = new SignatureChecker(authentication, policy);
        this.certificates = new CertificateRules(quorums);
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

    /** Whether checking this takes a signature check, which is dear, and not only MACs. */
    boolean isDear(Envelope envelope) {
        return envelope.sender() instanceof NodeId.Client
                ? envelope.type() == MessageType.REQUEST_VALUE && policy.signsRequests()
                : policy.proofOf(envelope.type()) != Proof.MAC
                        || envelope.type() == MessageType.STABLE_CHECKPOINT_VALUE;
    }

    /** Checks an opened frame in full. */
    Inbound verify(PeerId from, Envelope envelope) {
        if (from instanceof PeerId.Replica replica) {
            return envelope.sender() instanceof NodeId.Replica sender
                    ? verifyBetweenReplicas(replica.id(), sender, envelope)
                    : verifyRelayed(replica.id(), envelope);
        }
        return envelope.sender().equals(from.toNodeId())
                ? verifyFromClient(envelope)
                : new Inbound.Rejected(RejectionReason.WRONG_SENDER, "a client speaks for somebody else");
    }

    static Inbound.Rejected rejection(Decoded<?> decoded) {
        Decoded.Rejected<?> rejected = (Decoded.Rejected<?>) decoded;
        return new Inbound.Rejected(RejectionReason.of(rejected.reason()), rejected.detail());
    }

    private Inbound verifyFromClient(Envelope envelope) {
        return switch (envelope.type()) {
            case MessageType.REQUEST_VALUE -> verifyRequest(envelope, -1);
            case MessageType.QUERY_VALUE -> verifyQuery(envelope);
            default -> unexpectedType(envelope);
        };
    }

    private Inbound verifyRelayed(int relay, Envelope envelope) {
        return envelope.type() == MessageType.REQUEST_VALUE ? verifyRequest(envelope, relay) : unexpectedType(envelope);
    }

    private Inbound verifyRequest(Envelope envelope, int relayedBy) {
        // The codec has the request's own proof checked before it makes a Request of it.
        Decoded<Message> decoded =
                reader.decode(envelope, relayedBy < 0 ? signatures.requestsAlone() : signatures.requestsRelayed());
        return decoded instanceof Decoded.Ok<Message> ok
                ? new Inbound.ForEngine(new Event.RequestReceived((Request) ok.value(), relayedBy))
                : rejection(decoded);
    }

    private Inbound verifyQuery(Envelope envelope) {
        if (!isMacGood(envelope)) {
            return badAuthenticator();
        }
        Decoded<Message> decoded = reader.decode(envelope, signatures.requestsAlone());
        return decoded instanceof Decoded.Ok<Message> ok
                ? new Inbound.ForExecution((ClientMessage.Query) ok.value())
                : rejection(decoded);
    }

    private Inbound verifyBetweenReplicas(int deliverer, NodeId.Replica sender, Envelope envelope) {
        if (!policy.isBetweenReplicas(envelope.type())) {
            return unexpectedType(envelope);
        }
        Proof proof = policy.proofOf(envelope.type());
        if (proof != Proof.SIGNATURE && sender.id() != deliverer) {
            return new Inbound.Rejected(
                    RejectionReason.WRONG_SENDER, "replica " + deliverer + " delivers what " + sender + " should");
        }
        boolean good = switch (proof) {
            case MAC -> isMacGood(envelope);
            case SIGNATURE_OF_DELIVERER -> signatures.isVoteGood(envelope);
            case SIGNATURE -> signatures.isGood(envelope);
        };
        return good ? decodeBetweenReplicas(sender.id(), envelope) : badAuthenticator();
    }

    private Inbound decodeBetweenReplicas(int sender, Envelope envelope) {
        boolean carriesCertifiedBody = envelope.type() == MessageType.BATCH_BODY_VALUE;
        Decoded<Message> decoded = reader.decode(
                envelope, carriesCertifiedBody ? signatures.requestsInBody() : signatures.requestsInProposal());
        if (!(decoded instanceof Decoded.Ok<Message> ok)) {
            return rejection(decoded);
        }
        Message message = ok.value();
        if (!certificates.areGood(message)) {
            return new Inbound.Rejected(
                    RejectionReason.BAD_CERTIFICATE, "a certificate is not a quorum of distinct, matching messages");
        }
        return new Inbound.ForEngine(new Event.MessageReceived(
                new Authenticated<>(sender, message, envelope.payload(), envelope.authenticator())));
    }

    private boolean isMacGood(Envelope envelope) {
        return AuthenticationPolicy.isMacGood(
                authentication, envelope.sender(), envelope.type(), envelope.payload(), envelope.authenticator());
    }

    private static Inbound unexpectedType(Envelope envelope) {
        return new Inbound.Rejected(RejectionReason.UNEXPECTED_TYPE, "type " + envelope.type());
    }

    private static Inbound badAuthenticator() {
        return new Inbound.Rejected(RejectionReason.BAD_AUTHENTICATOR, "the proof of the sender is wrong");
    }
}
