package org.tagma.simulator.pbft;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;

/**
 * What proofs must look like, written once more from the paper, without a look at the protocol's own validator, which
 * is under test. Immutable.
 *
 * @param replicas how many there are
 * @param quorum how many votes make a certificate
 * @param interval checkpoints are at its multiples
 * @param window how far above a stable checkpoint votes are cast
 */
record WellFormed(int replicas, int quorum, int interval, int window) {

    boolean certificate(CheckpointCertificate certificate) {
        if (certificate.sequence() == 0) {
            return certificate.votes().isEmpty() && certificate.stateDigest().equals(Digest.NULL);
        }
        Set<Integer> voters = new HashSet<>();
        for (Authenticated<Checkpoint> vote : certificate.votes()) {
            boolean fits = vote.message().equals(new Checkpoint(certificate.sequence(), certificate.stateDigest()));
            if (!fits || !voters.add(vote.sender())) {
                return false;
            }
        }
        return certificate.sequence() % interval == 0 && voters.size() >= quorum;
    }

    boolean viewChange(ViewChange message) {
        return message.view() > 0
                && certificate(message.stable())
                && message.prepared().stream().allMatch(entry -> fits(message, entry))
                && message.prePrepared().stream().allMatch(entry -> fits(message, entry))
                && ascends(message.prepared(), Comparator.comparingLong(VoteInfo::sequence))
                && ascends(
                        message.prePrepared(),
                        Comparator.comparingLong(VoteInfo::sequence).thenComparing(VoteInfo::digest));
    }

    private static boolean ascends(List<VoteInfo> entries, Comparator<VoteInfo> order) {
        for (int i = 1; i < entries.size(); i++) {
            if (order.compare(entries.get(i - 1), entries.get(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private boolean fits(ViewChange message, VoteInfo entry) {
        long low = message.stable().sequence();
        return entry.sequence() > low
                && entry.sequence() <= low + window
                && entry.view() >= 0
                && entry.view() < message.view();
    }

    /** All but what it decides. */
    boolean newView(NewView message) {
        Set<Integer> senders = new HashSet<>();
        return message.viewChanges().stream()
                        .allMatch(signed -> senders.add(signed.sender())
                                && signed.message().view() == message.view()
                                && viewChange(signed.message()))
                && senders.size() >= quorum;
    }

    int primary(long view) {
        return (int) (view % replicas);
    }
}
