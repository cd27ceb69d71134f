package org.tagma.simulator.check;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.protocol.Message;
import org.tagma.crypto.Authentication;
import org.tagma.network.PeerId;
import org.tagma.network.wire.CertificatePart;
import org.tagma.network.wire.CheckpointPayload;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.NewViewPayload;
import org.tagma.network.wire.PrePreparePayload;
import org.tagma.network.wire.SenderKind;
import org.tagma.network.wire.StableCheckpointPayload;
import org.tagma.network.wire.ViewChangePayload;
import org.tagma.replica.AuthenticationPolicy;

/**
 * Which frames a replica must not believe, by the table of proofs: who delivers it is not who may, the proof is not its
 * sender's, or what it shows of others is not theirs. It reads the schema itself. Immutable.
 */
public final class FrameRule {

    private static final int SIGNATURE_BYTES = 64;

    private final Authentication own;
    private final AuthenticationPolicy policy;
    private final Quorums quorums;

    /** The rule for the replica that this authentication belongs to. */
    public FrameRule(Authentication own, AuthenticationPolicy policy, Quorums quorums) {
        this.own = own;
        this.policy = policy;
        this.quorums = quorums;
    }

    /** Whether a malicious replica may have put into a frame with this message what others did not say. */
    public static boolean showsOthers(Message message) {
        return message instanceof PbftMessage.PrePrepare
                || message instanceof PbftMessage.ViewChange
                || message instanceof PbftMessage.NewView
                || message instanceof PbftMessage.StableCheckpoint;
    }

    /**
     * Whether a correct node's frame must be believed. A request without a signature need not, from a replica that hands it on:
     * what of its vector is for others may have been damaged before.
     */
    public boolean mustBelieve(PeerId from, ByteString frame) {
        try {
            boolean relayed =
                    from instanceof PeerId.Replica && Envelope.parseFrom(frame).getSenderKind() == SenderKind.CLIENT;
            return !relayed || policy.signsRequests();
        } catch (InvalidProtocolBufferException unreadable) {
            return true;
        }
    }

    /** Why the frame must be refused, if that is certain. */
    public Optional<String> objection(PeerId from, ByteString frame) {
        try {
            Envelope envelope = Envelope.parseFrom(frame);
            if (!(from instanceof PeerId.Replica replica)) {
                return ofClient(from, envelope);
            }
            return envelope.getSenderKind() == SenderKind.CLIENT
                    ? relayed(envelope)
                    : ofReplica(replica.id(), envelope);
        } catch (InvalidProtocolBufferException unreadable) {
            return Optional.of("no message");
        }
    }

    private static Optional<String> when(boolean wrong, String what) {
        return wrong ? Optional.of(what) : Optional.empty();
    }

    private Optional<String> ofClient(PeerId from, Envelope envelope) {
        NodeId client = new NodeId.Client(envelope.getSender());
        if (envelope.getSenderKind() != SenderKind.CLIENT || !client.equals(from.toNodeId())) {
            return Optional.of("delivered by a client that did not make it");
        }
        int type = envelope.getTypeValue();
        if (type == MessageType.QUERY_VALUE) {
            return when(!isMac(client, envelope), "a query with a wrong MAC");
        }
        return when(
                type != MessageType.REQUEST_VALUE
                        || !hasVector(client, envelope)
                        || !isSignedByClient(client, envelope),
                "a request that lacks a proof");
    }

    private Optional<String> relayed(Envelope envelope) {
        NodeId client = new NodeId.Client(envelope.getSender());
        boolean good = policy.signsRequests() ? isSignedByClient(client, envelope) : hasVector(client, envelope);
        return when(
                envelope.getTypeValue() != MessageType.REQUEST_VALUE || !good, "a relayed request that lacks a proof");
    }

    private int vectorBytes() {
        return policy.putsVectorOnRequests() ? quorums.replicas() * Authentication.MAC_BYTES : 0;
    }

    /** If requests carry one, it is good for this replica. */
    private boolean hasVector(NodeId client, Envelope envelope) {
        int bytes = vectorBytes();
        ByteString proof = envelope.getAuthenticator();
        return bytes == 0
                || (proof.size() >= bytes
                        && own.verifyMacVector(
                                client, envelope.getTypeValue(), envelope.getPayload(), proof.substring(0, bytes)));
    }

    /** If requests carry one, it is good. */
    private boolean isSignedByClient(NodeId client, Envelope envelope) {
        int bytes = vectorBytes();
        ByteString proof = envelope.getAuthenticator();
        int signatureBytes = policy.signsRequests() ? SIGNATURE_BYTES : 0;
        return proof.size() == bytes + signatureBytes
                && (signatureBytes == 0
                        || own.verifySignature(
                                client, envelope.getTypeValue(), envelope.getPayload(), proof.substring(bytes)));
    }

    private boolean isMac(NodeId sender, Envelope envelope) {
        ByteString proof = envelope.getAuthenticator();
        return proof.size() == Authentication.MAC_BYTES
                ? own.verifyMac(sender, envelope.getTypeValue(), envelope.getPayload(), proof)
                : own.verifyMacVector(sender, envelope.getTypeValue(), envelope.getPayload(), proof);
    }

    private boolean isSigned(Envelope envelope) {
        return envelope.getSenderKind() == SenderKind.REPLICA
                && envelope.getSender() < quorums.replicas()
                && own.verifySignature(
                        new NodeId.Replica(envelope.getSender()),
                        envelope.getTypeValue(),
                        envelope.getPayload(),
                        envelope.getAuthenticator());
    }

    private Optional<String> ofReplica(int deliverer, Envelope envelope) throws InvalidProtocolBufferException {
        int type = envelope.getTypeValue();
        boolean convincesAll = type == MessageType.CHECKPOINT_VALUE
                || type == MessageType.VIEW_CHANGE_VALUE
                || type == MessageType.NEW_VIEW_VALUE;
        boolean isVote = type == MessageType.PRE_PREPARE_VALUE
                || type == MessageType.PREPARE_VALUE
                || type == MessageType.COMMIT_VALUE;
        if (!convincesAll && envelope.getSender() != deliverer) {
            return Optional.of("delivered by a replica that did not make it");
        }
        boolean signed = convincesAll || (isVote && policy == AuthenticationPolicy.SIGNATURES);
        if (signed ? !isSigned(envelope) : !isMac(new NodeId.Replica(envelope.getSender()), envelope)) {
            return Optional.of("with a proof that is not its sender's");
        }
        return shown(type, envelope.getPayload());
    }

    /** What it shows of others. */
    private Optional<String> shown(int type, ByteString payload) throws InvalidProtocolBufferException {
        return switch (type) {
            case MessageType.VIEW_CHANGE_VALUE ->
                certificate(ViewChangePayload.parseFrom(payload).getStable());
            case MessageType.STABLE_CHECKPOINT_VALUE ->
                certificate(StableCheckpointPayload.parseFrom(payload).getCertificate());
            case MessageType.NEW_VIEW_VALUE -> newView(NewViewPayload.parseFrom(payload));
            case MessageType.PRE_PREPARE_VALUE -> proposal(PrePreparePayload.parseFrom(payload));
            default -> Optional.empty();
        };
    }

    private Optional<String> newView(NewViewPayload newView) throws InvalidProtocolBufferException {
        if (!areOfQuorum(newView.getViewChangesList(), MessageType.VIEW_CHANGE_VALUE)) {
            return Optional.of("with view changes that are not a quorum's");
        }
        for (Envelope each : newView.getViewChangesList()) {
            Optional<String> objection =
                    certificate(ViewChangePayload.parseFrom(each.getPayload()).getStable());
            if (objection.isPresent()) {
                return objection;
            }
        }
        return Optional.empty();
    }

    private Optional<String> certificate(CertificatePart certificate) throws InvalidProtocolBufferException {
        if (certificate.getSequence() == 0) {
            return when(certificate.getVotesCount() > 0, "with votes for the first state");
        }
        boolean good = areOfQuorum(certificate.getVotesList(), MessageType.CHECKPOINT_VALUE);
        for (Envelope vote : certificate.getVotesList()) {
            CheckpointPayload said = CheckpointPayload.parseFrom(vote.getPayload());
            good &= said.getSequence() == certificate.getSequence()
                    && said.getStateDigest().equals(certificate.getStateDigest());
        }
        return when(!good, "with a certificate that is none");
    }

    private boolean areOfQuorum(List<Envelope> messages, int type) {
        Set<Integer> senders = new TreeSet<>();
        for (Envelope each : messages) {
            if (each.getTypeValue() != type || !senders.add(each.getSender()) || !isSigned(each)) {
                return false;
            }
        }
        return senders.size() >= quorums.certificate();
    }

    private Optional<String> proposal(PrePreparePayload proposal) {
        for (Envelope each : proposal.getBatch().getRequestsList()) {
            NodeId client = new NodeId.Client(each.getSender());
            boolean good = each.getSenderKind() == SenderKind.CLIENT
                    && each.getTypeValue() == MessageType.REQUEST_VALUE
                    && (isSignedByClient(client, each)
                            || (policy == AuthenticationPolicy.MACS && hasVector(client, each)));
            if (!good) {
                return Optional.of("with a request that client " + each.getSender() + " did not make");
            }
        }
        return Optional.empty();
    }
}
