package org.tagma.protocol.pbft;

import com.google.protobuf.MessageLite;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.network.codec.PartEncoder;
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

/** Encodes the payload of each of PBFT's messages: one method a message, in the order of the schema. */
final class PbftEncoder {

    private PbftEncoder() {}

    static MessageLite prePrepare(PrePrepare prePrepare) {
        return PrePreparePayload.newBuilder()
                .setView(prePrepare.view())
                .setSequence(prePrepare.sequence())
                .setBatch(PartEncoder.batch(prePrepare.batch()))
                .build();
    }

    static MessageLite prepare(Prepare prepare) {
        return PreparePayload.newBuilder()
                .setView(prepare.view())
                .setSequence(prepare.sequence())
                .setDigest(prepare.digest().bytes())
                .build();
    }

    static MessageLite commit(Commit commit) {
        return CommitPayload.newBuilder()
                .setView(commit.view())
                .setSequence(commit.sequence())
                .setDigest(commit.digest().bytes())
                .build();
    }

    static MessageLite unchecked(Unchecked unchecked) {
        return UncheckedPayload.newBuilder()
                .setView(unchecked.view())
                .setSequence(unchecked.sequence())
                .setDigest(unchecked.digest().bytes())
                .build();
    }

    static MessageLite checkpoint(Checkpoint checkpoint) {
        return CheckpointPayload.newBuilder()
                .setSequence(checkpoint.sequence())
                .setStateDigest(checkpoint.stateDigest().bytes())
                .build();
    }

    static ViewChangePayload viewChange(ViewChange viewChange) {
        ViewChangePayload.Builder payload =
                ViewChangePayload.newBuilder().setView(viewChange.view()).setStable(certificate(viewChange.stable()));
        viewChange.prepared().forEach(entry -> payload.addPrepared(vote(entry)));
        viewChange.prePrepared().forEach(entry -> payload.addPrePrepared(vote(entry)));
        return payload.build();
    }

    private static VotePart vote(VoteInfo vote) {
        return VotePart.newBuilder()
                .setSequence(vote.sequence())
                .setDigest(vote.digest().bytes())
                .setView(vote.view())
                .build();
    }

    static CertificatePart certificate(CheckpointCertificate certificate) {
        CertificatePart.Builder part = CertificatePart.newBuilder()
                .setSequence(certificate.sequence())
                .setStateDigest(certificate.stateDigest().bytes());
        for (Authenticated<?> vote : certificate.votes()) {
            part.addVotes(PartEncoder.signed(vote));
        }
        return part.build();
    }

    static MessageLite newView(NewView newView) {
        NewViewPayload.Builder payload = NewViewPayload.newBuilder().setView(newView.view());
        newView.viewChanges().forEach(viewChange -> payload.addViewChanges(PartEncoder.signed(viewChange)));
        newView.reproposals()
                .forEach(reproposal -> payload.addReproposals(ReproposalPart.newBuilder()
                        .setSequence(reproposal.sequence())
                        .setDigest(reproposal.digest().bytes())));
        return payload.build();
    }

    static MessageLite status(Status status) {
        return StatusPayload.newBuilder()
                .setView(status.view())
                .setViewChanging(status.viewChanging())
                .setLastCommitted(status.lastCommitted())
                .setStable(status.stable())
                .setRecoveringUpTo(status.recoveringUpTo())
                .setSuspects(status.suspects())
                .build();
    }

    static MessageLite stableCheckpoint(StableCheckpoint stable) {
        return StableCheckpointPayload.newBuilder()
                .setCertificate(certificate(stable.certificate()))
                .build();
    }

    static MessageLite committed(Committed committed) {
        return CommittedPayload.newBuilder()
                .setSequence(committed.sequence())
                .setDigest(committed.digest().bytes())
                .build();
    }

    static MessageLite fetchBatch(FetchBatch fetch) {
        return FetchBatchPayload.newBuilder()
                .setSequence(fetch.sequence())
                .setDigest(fetch.digest().bytes())
                .build();
    }

    static MessageLite batchBody(BatchBody body) {
        return BatchBodyPayload.newBuilder()
                .setSequence(body.sequence())
                .setBatch(PartEncoder.batch(body.batch()))
                .build();
    }
}
