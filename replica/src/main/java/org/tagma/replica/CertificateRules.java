package org.tagma.replica;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;

/**
 * Whether the signed messages that a message shows amount to what it claims: the signatures are good already, and now
 * they must be of enough different replicas that say the same.
 */
final class CertificateRules {

    private final Quorums quorums;

    CertificateRules(Quorums quorums) {
        this.quorums = quorums;
    }

    /** Whether every certificate in a message is one; true of a message without any. */
    boolean areGood(Message message) {
        if (message instanceof PbftMessage.StableCheckpoint stable) {
            return isGood(stable.certificate());
        }
        if (message instanceof PbftMessage.ViewChange viewChange) {
            return isGood(viewChange.stable());
        }
        if (message instanceof PbftMessage.NewView newView) {
            return isQuorum(newView.viewChanges())
                    && newView.viewChanges().stream()
                            .allMatch(each -> isGood(each.message().stable()));
        }
        return true;
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
}
