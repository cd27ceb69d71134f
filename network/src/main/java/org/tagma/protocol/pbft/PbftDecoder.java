package org.tagma.protocol.pbft;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.network.codec.Checks;
import org.tagma.network.codec.PartDecoder;
import org.tagma.network.codec.StrictParser;
import org.tagma.network.wire.BatchBodyPayload;
import org.tagma.network.wire.CertificatePart;
import org.tagma.network.wire.CheckpointPayload;
import org.tagma.network.wire.CommitPayload;
import org.tagma.network.wire.CommittedPayload;
import org.tagma.network.wire.FetchBatchPayload;
import org.tagma.network.wire.NewViewPayload;
import org.tagma.network.wire.PrePreparePayload;
import org.tagma.network.wire.PreparePayload;
import org.tagma.network.wire.ReproposalPart;
import org.tagma.network.wire.StableCheckpointPayload;
import org.tagma.network.wire.StatusPayload;
import org.tagma.network.wire.UncheckedPayload;
import org.tagma.network.wire.ViewChangePayload;
import org.tagma.network.wire.VotePart;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;

/**
 * Decodes the payload of each of PBFT's messages: one method a message, in the order of the schema. Nesting has a fixed
 * depth: a new view holds view changes, which hold checkpoints; a batch holds requests.
 */
final class PbftDecoder {

    private static final StrictParser<PrePreparePayload> PRE_PREPARE = new StrictParser<>(PrePreparePayload.parser());
    private static final StrictParser<PreparePayload> PREPARE = new StrictParser<>(PreparePayload.parser());
    private static final StrictParser<CommitPayload> COMMIT = new StrictParser<>(CommitPayload.parser());
    private static final StrictParser<UncheckedPayload> UNCHECKED = new StrictParser<>(UncheckedPayload.parser());
    private static final StrictParser<StatusPayload> STATUS = new StrictParser<>(StatusPayload.parser());
    private static final StrictParser<StableCheckpointPayload> STABLE_CHECKPOINT =
            new StrictParser<>(StableCheckpointPayload.parser());
    private static final StrictParser<CommittedPayload> COMMITTED = new StrictParser<>(CommittedPayload.parser());
    private static final StrictParser<FetchBatchPayload> FETCH_BATCH = new StrictParser<>(FetchBatchPayload.parser());
    private static final StrictParser<BatchBodyPayload> BATCH_BODY = new StrictParser<>(BatchBodyPayload.parser());
    private static final StrictParser<CheckpointPayload> CHECKPOINT = new StrictParser<>(CheckpointPayload.parser());
    private static final StrictParser<ViewChangePayload> VIEW_CHANGE = new StrictParser<>(ViewChangePayload.parser());
    private static final StrictParser<NewViewPayload> NEW_VIEW = new StrictParser<>(NewViewPayload.parser());

    private PbftDecoder() {}

    static PrePrepare prePrepare(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        PrePreparePayload payload =
                PRE_PREPARE.parse(bytes, context.limits().maxBatchRequests(), PrePreparePayload.BATCH_FIELD_NUMBER);
        long view = view(payload.getView());
        long sequence = sequence(payload.getSequence());
        Checks.present("batch", payload.hasBatch());
        return new PrePrepare(view, sequence, PartDecoder.batch(payload.getBatch(), context));
    }

    static Prepare prepare(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        PreparePayload payload = PREPARE.parse(bytes);
        return new Prepare(
                view(payload.getView()), sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    static Commit commit(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        CommitPayload payload = COMMIT.parse(bytes);
        return new Commit(view(payload.getView()), sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    static Unchecked unchecked(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        UncheckedPayload payload = UNCHECKED.parse(bytes);
        return new Unchecked(
                view(payload.getView()), sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    static Checkpoint checkpoint(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        CheckpointPayload payload = CHECKPOINT.parse(bytes);
        return new Checkpoint(
                Checks.counter("sequence", payload.getSequence()), Checks.digest(payload.getStateDigest()));
    }

    static ViewChange viewChange(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        long elements =
                (long) context.limits().maxReplicas() + context.limits().maxWindow() + maxPrePreparedEntries(context);
        return viewChange(VIEW_CHANGE.parse(bytes, elements, ViewChangePayload.STABLE_FIELD_NUMBER), context);
    }

    static ViewChange viewChange(ViewChangePayload payload, DecodeContext context) throws InvalidMessageException {
        long view = Checks.counter("view", payload.getView());
        List<VoteInfo> prepared = votes(
                "entries of P", payload.getPreparedList(), context.limits().maxWindow());
        List<VoteInfo> prePrepared =
                votes("entries of Q", payload.getPrePreparedList(), maxPrePreparedEntries(context));
        Checks.present("stable checkpoint", payload.hasStable());
        return new ViewChange(view, certificate(payload.getStable(), context), prepared, prePrepared);
    }

    private static List<VoteInfo> votes(String name, List<VotePart> parts, int limit) throws InvalidMessageException {
        List<VoteInfo> votes = new ArrayList<>(Checks.atMost(name, parts.size(), limit));
        for (VotePart part : parts) {
            votes.add(new VoteInfo(
                    Checks.counter("sequence", part.getSequence()),
                    Checks.digest(part.getDigest()),
                    Checks.counter("view", part.getView())));
        }
        return votes;
    }

    static NewView newView(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        NewViewPayload payload = NEW_VIEW.parse(
                bytes, (long) context.limits().maxReplicas() + context.limits().maxWindow());
        long view = Checks.counter("view", payload.getView());
        List<Reproposal> reproposals = reproposals(payload.getReproposalsList(), context);
        int count = Checks.atMost(
                "view changes", payload.getViewChangesCount(), context.limits().maxReplicas());
        List<Authenticated<ViewChange>> viewChanges = new ArrayList<>(count);
        for (org.tagma.network.wire.Envelope viewChange : payload.getViewChangesList()) {
            viewChanges.add(PartDecoder.signed(viewChange, PbftMessages.VIEW_CHANGE, context));
        }
        return new NewView(view, viewChanges, reproposals);
    }

    private static List<Reproposal> reproposals(List<ReproposalPart> parts, DecodeContext context)
            throws InvalidMessageException {
        int count = Checks.atMost("re-proposals", parts.size(), context.limits().maxWindow());
        List<Reproposal> reproposals = new ArrayList<>(count);
        for (ReproposalPart part : parts) {
            reproposals.add(
                    new Reproposal(Checks.counter("sequence", part.getSequence()), Checks.digest(part.getDigest())));
        }
        return reproposals;
    }

    static Status status(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        StatusPayload payload = STATUS.parse(bytes);
        return new Status(
                view(payload.getView()),
                payload.getViewChanging(),
                sequence(payload.getLastCommitted()),
                sequence(payload.getStable()),
                sequence(payload.getRecoveringUpTo()),
                payload.getSuspects());
    }

    static StableCheckpoint stableCheckpoint(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        StableCheckpointPayload payload = STABLE_CHECKPOINT.parse(
                bytes, context.limits().maxReplicas(), StableCheckpointPayload.CERTIFICATE_FIELD_NUMBER);
        Checks.present("certificate", payload.hasCertificate());
        return new StableCheckpoint(certificate(payload.getCertificate(), context));
    }

    static Committed committed(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        CommittedPayload payload = COMMITTED.parse(bytes);
        return new Committed(sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    static FetchBatch fetchBatch(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        FetchBatchPayload payload = FETCH_BATCH.parse(bytes);
        return new FetchBatch(sequence(payload.getSequence()), Checks.digest(payload.getDigest()));
    }

    static BatchBody batchBody(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        BatchBodyPayload payload =
                BATCH_BODY.parse(bytes, context.limits().maxBatchRequests(), BatchBodyPayload.BATCH_FIELD_NUMBER);
        long sequence = sequence(payload.getSequence());
        Checks.present("batch", payload.hasBatch());
        return new BatchBody(sequence, PartDecoder.batch(payload.getBatch(), context));
    }

    static CheckpointCertificate certificate(CertificatePart part, DecodeContext context)
            throws InvalidMessageException {
        long sequence = Checks.counter("sequence", part.getSequence());
        Digest stateDigest = Checks.digest(part.getStateDigest());
        int count = Checks.atMost(
                "votes of a certificate", part.getVotesCount(), context.limits().maxReplicas());
        List<Authenticated<Checkpoint>> votes = new ArrayList<>(count);
        for (org.tagma.network.wire.Envelope vote : part.getVotesList()) {
            votes.add(PartDecoder.signed(vote, PbftMessages.CHECKPOINT, context));
        }
        return new CheckpointCertificate(sequence, stateDigest, votes);
    }

    /** Entries of Q. */
    private static int maxPrePreparedEntries(DecodeContext context) {
        return (int)
                Math.min(Integer.MAX_VALUE, (long) context.limits().maxWindow() * PbftConfig.MAX_DIGESTS_PER_SEQUENCE);
    }

    private static long view(long value) throws InvalidMessageException {
        return Checks.counter("view", value);
    }

    private static long sequence(long value) throws InvalidMessageException {
        return Checks.counter("sequence", value);
    }
}
