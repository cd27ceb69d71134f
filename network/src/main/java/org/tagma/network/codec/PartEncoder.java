package org.tagma.network.codec;

import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.network.wire.BatchPart;
import org.tagma.network.wire.CertificatePart;
import org.tagma.network.wire.ViewChangePayload;
import org.tagma.network.wire.VotePart;

/** Encodes what messages and log records have in common. Nested messages go in byte for byte as they came. */
final class PartEncoder {

    private PartEncoder() {}

    static BatchPart batch(Batch batch) {
        BatchPart.Builder part = BatchPart.newBuilder();
        if (batch.isNull()) {
            return part.setNullBatch(true).build();
        }
        part.setTimeMillis(batch.timeMillis());
        for (Request request : batch.requests()) {
            part.addRequests(EnvelopeCodec.encode(request));
        }
        return part.build();
    }

    static CertificatePart certificate(CheckpointCertificate certificate) {
        CertificatePart.Builder part = CertificatePart.newBuilder()
                .setSequence(certificate.sequence())
                .setStateDigest(certificate.stateDigest().bytes());
        for (Authenticated<?> vote : certificate.votes()) {
            part.addVotes(EnvelopeCodec.encode(vote));
        }
        return part.build();
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
}
