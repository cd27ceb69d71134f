package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.wire.BatchPart;
import org.tagma.network.wire.CertificatePart;
import org.tagma.network.wire.CheckpointPayload;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.NewViewPayload;
import org.tagma.network.wire.ReproposalPart;
import org.tagma.network.wire.RequestPayload;
import org.tagma.network.wire.ViewChangePayload;
import org.tagma.network.wire.VotePart;

/**
 * Decodes the messages that are found inside others, and what messages and log records have in common. Nesting has a fixed
 * depth: a new view holds view changes, which hold checkpoints; a batch holds requests.
 *
 * <p>Immutable and thread-safe.
 */
final class PartDecoder {

    private static final StrictParser<RequestPayload> REQUEST = new StrictParser<>(RequestPayload.parser());
    private static final StrictParser<CheckpointPayload> CHECKPOINT = new StrictParser<>(CheckpointPayload.parser());
    private static final StrictParser<ViewChangePayload> VIEW_CHANGE = new StrictParser<>(ViewChangePayload.parser());
    private static final StrictParser<NewViewPayload> NEW_VIEW = new StrictParser<>(NewViewPayload.parser());

    /** Reads the payload of a nested message. */
    private interface PayloadReader<M extends Message> {
        M read(ByteString payload, NestedVerifier verifier) throws Rejection;
    }

    private final CodecLimits limits;

    PartDecoder(CodecLimits limits) {
        this.limits = limits;
    }

    /** @param ifRefused the reason to give if the verifier says no */
    Request request(Envelope envelope, NestedVerifier verifier, RejectReason ifRefused) throws Rejection {
        int client = envelope.sender().id();
        RequestPayload payload = REQUEST.parse(envelope.payload());
        sameClient(client, payload.getClient());
        SessionId session = Checks.session(client, payload.getSession());
        long number = Checks.positive("number", payload.getNumber());
        RetrySemantics semantics = Codes.decode(payload.getSemantics());
        long acknowledged = acknowledged(semantics, number, payload.getUnacknowledged());
        ByteString operation = operation(payload.getOperation());
        if (!verifier.verifyClient(client, envelope.type(), envelope.payload(), envelope.authenticator())) {
            throw new Rejection(ifRefused, "a request that client " + client + " did not make");
        }
        return Request.of(
                session, number, semantics, acknowledged, operation, envelope.payload(), envelope.authenticator());
    }

    private static long acknowledged(RetrySemantics semantics, long number, long unacknowledged) throws Rejection {
        if (unacknowledged < 0 || unacknowledged >= number || (unacknowledged > 0 && !semantics.isFifo())) {
            throw Checks.badValue("request " + number + " with " + unacknowledged + " not acknowledged before it");
        }
        return semantics.isFifo() ? number - 1 - unacknowledged : 0;
    }

    ByteString operation(ByteString operation) throws Rejection {
        return Checks.sizeAtMost("bytes of an operation", operation, limits.maxOperationBytes());
    }

    static void sameClient(int sender, int client) throws Rejection {
        if (sender != client) {
            throw new Rejection(RejectReason.WRONG_SENDER, "another client's session");
        }
    }

    Batch batch(BatchPart part, NestedVerifier verifier) throws Rejection {
        long timeMillis = Checks.counter("time", part.getTimeMillis());
        int count = Checks.atMost("requests in a batch", part.getRequestsCount(), limits.maxBatchRequests());
        if (part.getNullBatch()) {
            if (timeMillis != 0 || count != 0) {
                throw Checks.badValue("a null batch with contents");
            }
            return Batch.NULL;
        }
        List<Request> requests = new ArrayList<>(count);
        for (org.tagma.network.wire.Envelope nested : part.getRequestsList()) {
            Envelope envelope = nested(nested, MessageType.REQUEST_VALUE);
            requests.add(request(envelope, verifier, RejectReason.BAD_NESTED_AUTHENTICATOR));
        }
        return Batch.of(timeMillis, requests);
    }

    Checkpoint checkpoint(ByteString bytes) throws Rejection {
        CheckpointPayload payload = CHECKPOINT.parse(bytes);
        return new Checkpoint(
                Checks.counter("sequence", payload.getSequence()), Checks.digest(payload.getStateDigest()));
    }

    CheckpointCertificate certificate(CertificatePart part, NestedVerifier verifier) throws Rejection {
        long sequence = Checks.counter("sequence", part.getSequence());
        Digest stateDigest = Checks.digest(part.getStateDigest());
        int count = Checks.atMost("votes of a certificate", part.getVotesCount(), limits.maxReplicas());
        List<Authenticated<Checkpoint>> votes = new ArrayList<>(count);
        for (org.tagma.network.wire.Envelope vote : part.getVotesList()) {
            votes.add(signed(vote, MessageType.CHECKPOINT_VALUE, verifier, (bytes, v) -> checkpoint(bytes)));
        }
        return new CheckpointCertificate(sequence, stateDigest, votes);
    }

    ViewChange viewChange(ByteString bytes, NestedVerifier verifier) throws Rejection {
        long elements = (long) limits.maxReplicas() + limits.maxWindow() + limits.maxPrePreparedEntries();
        return viewChange(VIEW_CHANGE.parse(bytes, elements, ViewChangePayload.STABLE_FIELD_NUMBER), verifier);
    }

    ViewChange viewChange(ViewChangePayload payload, NestedVerifier verifier) throws Rejection {
        long view = Checks.counter("view", payload.getView());
        List<VoteInfo> prepared = votes("entries of P", payload.getPreparedList(), limits.maxWindow());
        List<VoteInfo> prePrepared =
                votes("entries of Q", payload.getPrePreparedList(), limits.maxPrePreparedEntries());
        Checks.present("stable checkpoint", payload.hasStable());
        return new ViewChange(view, certificate(payload.getStable(), verifier), prepared, prePrepared);
    }

    private static List<VoteInfo> votes(String name, List<VotePart> parts, int limit) throws Rejection {
        List<VoteInfo> votes = new ArrayList<>(Checks.atMost(name, parts.size(), limit));
        for (VotePart part : parts) {
            votes.add(new VoteInfo(
                    Checks.counter("sequence", part.getSequence()),
                    Checks.digest(part.getDigest()),
                    Checks.counter("view", part.getView())));
        }
        return votes;
    }

    NewView newView(ByteString bytes, NestedVerifier verifier) throws Rejection {
        NewViewPayload payload = NEW_VIEW.parse(bytes, (long) limits.maxReplicas() + limits.maxWindow());
        long view = Checks.counter("view", payload.getView());
        List<Reproposal> reproposals = reproposals(payload.getReproposalsList());
        int count = Checks.atMost("view changes", payload.getViewChangesCount(), limits.maxReplicas());
        List<Authenticated<ViewChange>> viewChanges = new ArrayList<>(count);
        for (org.tagma.network.wire.Envelope viewChange : payload.getViewChangesList()) {
            viewChanges.add(signed(viewChange, MessageType.VIEW_CHANGE_VALUE, verifier, this::viewChange));
        }
        return new NewView(view, viewChanges, reproposals);
    }

    private List<Reproposal> reproposals(List<ReproposalPart> parts) throws Rejection {
        int count = Checks.atMost("re-proposals", parts.size(), limits.maxWindow());
        List<Reproposal> reproposals = new ArrayList<>(count);
        for (ReproposalPart part : parts) {
            reproposals.add(
                    new Reproposal(Checks.counter("sequence", part.getSequence()), Checks.digest(part.getDigest())));
        }
        return reproposals;
    }

    Authenticated<NewView> signedNewView(org.tagma.network.wire.Envelope envelope, NestedVerifier verifier)
            throws Rejection {
        return signed(envelope, MessageType.NEW_VIEW_VALUE, verifier, this::newView);
    }

    /** The outer signature comes before what is inside: a forged view change must not cost the checks of its contents. */
    private static <M extends Message> Authenticated<M> signed(
            org.tagma.network.wire.Envelope part, int type, NestedVerifier verifier, PayloadReader<M> reader)
            throws Rejection {
        Envelope envelope = nested(part, type);
        int replica = envelope.sender().id();
        if (!verifier.verifyReplica(replica, type, envelope.payload(), envelope.authenticator())) {
            throw new Rejection(
                    RejectReason.BAD_NESTED_AUTHENTICATOR, "a message that replica " + replica + " did not sign");
        }
        M message = reader.read(envelope.payload(), verifier);
        return new Authenticated<>(replica, message, envelope.payload(), envelope.authenticator());
    }

    private static Envelope nested(org.tagma.network.wire.Envelope part, int type) throws Rejection {
        Envelope envelope = EnvelopeCodec.decode(part);
        if (envelope.type() != type) {
            throw Checks.badValue("message type " + envelope.type() + " where " + type + " belongs");
        }
        checkSenderKind(envelope);
        return envelope;
    }

    /** Clients send requests and queries, replicas all else. */
    static void checkSenderKind(Envelope envelope) throws Rejection {
        boolean ofClient = envelope.type() == MessageType.REQUEST_VALUE || envelope.type() == MessageType.QUERY_VALUE;
        if (ofClient != envelope.sender() instanceof NodeId.Client) {
            throw new Rejection(
                    RejectReason.WRONG_SENDER, "message type " + envelope.type() + " from " + envelope.sender());
        }
    }
}
