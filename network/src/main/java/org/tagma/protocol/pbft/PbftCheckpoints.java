package org.tagma.protocol.pbft;

import java.util.List;
import java.util.Optional;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.Certificate;
import org.tagma.protocol.CheckpointProofs;
import org.tagma.protocol.KnownState;

/** A quorum of signed CHECKPOINT messages proves a checkpoint (PBFT 4.3). */
enum PbftCheckpoints implements CheckpointProofs {
    INSTANCE;

    @Override
    public int type() {
        return MessageType.STABLE_CHECKPOINT_VALUE;
    }

    @Override
    public Optional<Certificate> in(Message message) {
        return message instanceof StableCheckpoint stable
                ? Optional.of(certificate(stable.certificate()))
                : Optional.empty();
    }

    @Override
    public int votesNeeded(Quorums quorums) {
        return quorums.certificate();
    }

    static Optional<KnownState> newestState(List<LogRecord> log) {
        return log.stream()
                .filter(PbftRecord.Stable.class::isInstance)
                .map(PbftRecord.Stable.class::cast)
                .reduce((earlier, later) -> later)
                .map(stable -> new KnownState(
                        stable,
                        stable.certificate().sequence(),
                        stable.certificate().stateDigest(),
                        Optional.of(certificate(stable.certificate()))));
    }

    private static Certificate certificate(CheckpointCertificate certificate) {
        Checkpoint vote = new Checkpoint(certificate.sequence(), certificate.stateDigest());
        return new Certificate(
                certificate.sequence(), certificate.stateDigest(), vote, List.copyOf(certificate.votes()));
    }
}
