package org.tagma.protocol.pbft;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.protocol.Objection;
import org.tagma.protocol.RejectionReason;

/**
 * What can be wrong with a message that shows signed ones, as far as it can be told without checking a signature: who
 * may say it, that the signers are different ones and enough, that they say the same, and that it is not long past. It
 * comes before any signature is checked, so a replica that makes such messages of nothing costs little more than the
 * bytes.
 */
final class PbftPlausibility {

    private final Quorums quorums;
    private final Optional<ProtocolStatus> position;

    /**
     * The rules of a group.
     *
     * @param position where the protocol stands, perhaps some time ago: views and stable checkpoints only grow, so what
     *     is long past then is past now
     */
    PbftPlausibility(Quorums quorums, Optional<ProtocolStatus> position) {
        this.quorums = quorums;
        this.position = position;
    }

    /** Why a message need not be looked at further; empty if it must. */
    Optional<Objection> objection(int sender, Message message) {
        if (message instanceof PrePrepare proposal) {
            return first(role(sender, proposal.view()), past(proposal.view()), covered(proposal.sequence()));
        }
        if (message instanceof NewView newView) {
            return first(role(sender, newView.view()), past(newView.view()), certificates(newView));
        }
        if (message instanceof ViewChange viewChange) {
            return first(past(viewChange.view()), certificate(viewChange.stable()), Optional.empty());
        }
        if (message instanceof Checkpoint checkpoint) {
            return covered(checkpoint.sequence());
        }
        if (message instanceof StableCheckpoint stable) {
            return first(covered(stable.certificate().sequence()), certificate(stable.certificate()), Optional.empty());
        }
        return Optional.empty();
    }

    private static Optional<Objection> first(
            Optional<Objection> one, Optional<Objection> two, Optional<Objection> three) {
        return one.or(() -> two).or(() -> three);
    }

    private Optional<Objection> role(int sender, long view) {
        return sender == quorums.primary(view)
                ? Optional.empty()
                : rejected(RejectionReason.WRONG_ROLE, "replica " + sender + " is not the primary of view " + view);
    }

    /** What comes late to a view given up lately still tells that its primary is slow and not dead. */
    private Optional<Objection> past(long view) {
        return position.filter(status -> view < status.view() - quorums.replicas())
                .flatMap(status -> rejected(
                        RejectionReason.OUTDATED, "view " + view + " when this replica is in " + status.view()));
    }

    private Optional<Objection> covered(long sequence) {
        return position.filter(status -> sequence < status.stableCheckpoint())
                .flatMap(status -> rejected(
                        RejectionReason.OUTDATED,
                        "sequence " + sequence + ", and " + status.stableCheckpoint() + " is stable"));
    }

    private Optional<Objection> certificate(CheckpointCertificate certificate) {
        return isGood(certificate) ? Optional.empty() : badCertificate();
    }

    private Optional<Objection> certificates(NewView newView) {
        boolean good = isQuorum(newView.viewChanges())
                && newView.viewChanges().stream()
                        .map(Authenticated::message)
                        .allMatch(each -> each.view() == newView.view() && isGood(each.stable()));
        return good ? Optional.empty() : badCertificate();
    }

    private boolean isGood(CheckpointCertificate certificate) {
        if (certificate.sequence() == 0) {
            return certificate.equals(CheckpointCertificate.GENESIS);
        }
        Checkpoint vote = new Checkpoint(certificate.sequence(), certificate.stateDigest());
        return isQuorum(certificate.votes())
                && certificate.votes().stream().allMatch(each -> each.message().equals(vote));
    }

    private boolean isQuorum(List<? extends Authenticated<?>> messages) {
        Set<Integer> senders = new HashSet<>();
        for (Authenticated<?> message : messages) {
            if (message.sender() >= quorums.replicas() || !senders.add(message.sender())) {
                return false;
            }
        }
        return senders.size() >= quorums.certificate();
    }

    private static Optional<Objection> badCertificate() {
        return rejected(
                RejectionReason.BAD_CERTIFICATE, "a certificate is not a quorum of distinct, matching messages");
    }

    private static Optional<Objection> rejected(RejectionReason reason, String detail) {
        return Optional.of(new Objection(reason, detail));
    }
}
