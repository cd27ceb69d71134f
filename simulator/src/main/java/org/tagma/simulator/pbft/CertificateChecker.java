package org.tagma.simulator.pbft;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.properties.Violations;

/**
 * Watches, from above, that whatever a correct replica holds for certified has the votes that it takes: it counts the
 * votes that correct replicas really cast, and grants the faulty ones theirs. So a threshold that is too low is found
 * where it is passed, not only where it does harm.
 *
 * <p>It also holds new views to what they are for: what may have committed in an earlier view is carried over.
 *
 * <p>Not thread-safe.
 */
final class CertificateChecker {

    private enum Phase {
        PREPARE,
        COMMIT,
        CHECKPOINT,
        VIEW_CHANGE
    }

    private record Ballot(Phase phase, long view, long sequence, Digest digest) {}

    private record Place(long sequence, Digest digest) {}

    private final Violations violations;
    private final int replicas;
    private final int quorum;
    private final int weak;
    private final BitSet correct = new BitSet();
    /** Who decided to cast a vote; it may have been lost on its way out. */
    private final Map<Ballot, BitSet> cast = new HashMap<>();
    /** What a quorum decided to commit. */
    private final Set<Place> complete = new HashSet<>();
    /** Whose vote to commit has left. */
    private final Map<Ballot, BitSet> left = new HashMap<>();
    /** For each sequence number the latest ballot of commits for which enough votes have left. */
    private final TreeMap<Long, Ballot> mayBeCommitted = new TreeMap<>();

    CertificateChecker(Violations violations, Quorums quorums) {
        this.violations = violations;
        this.replicas = quorums.replicas();
        // Worked out here and not asked for, since the thresholds are under test like everything else.
        this.quorum = (quorums.replicas() + quorums.faults()) / 2 + 1;
        this.weak = quorums.faults() + 1;
    }

    /** This replica is a correct one. All of them take a step before the first vote is cast. */
    void isCorrect(int replica) {
        correct.set(replica);
    }

    /** Whether no more are faulty than the group tolerates: else there is nothing that must be certified. */
    boolean isWithinBound() {
        return replicas - correct.cardinality() <= weak - 1;
    }

    /** A correct replica decides to say this; it may be lost before it leaves. */
    void says(int replica, Message message) {
        if (message instanceof PrePrepare vote) {
            vote(
                    cast,
                    replica,
                    prepare(vote.view(), vote.sequence(), vote.batch().digest()));
        } else if (message instanceof Prepare vote) {
            vote(cast, replica, prepare(vote.view(), vote.sequence(), vote.digest()));
        } else if (message instanceof Commit vote) {
            expect(prepare(vote.view(), vote.sequence(), vote.digest()), replica, "commits");
            Ballot ballot = commit(vote.view(), vote.sequence(), vote.digest());
            vote(cast, replica, ballot);
            if (hasQuorum(cast, ballot)) {
                complete.add(new Place(vote.sequence(), vote.digest()));
            }
        } else if (message instanceof Checkpoint vote) {
            vote(cast, replica, new Ballot(Phase.CHECKPOINT, 0, vote.sequence(), vote.stateDigest()));
        } else if (message instanceof ViewChange vote) {
            vote(cast, replica, new Ballot(Phase.VIEW_CHANGE, vote.view(), 0, Digest.NULL));
        } else if (message instanceof NewView newView) {
            // The new view is its primary's vote for all that it carries over.
            newView.reproposals()
                    .forEach(each -> vote(cast, replica, prepare(newView.view(), each.sequence(), each.digest())));
        }
    }

    private static Ballot prepare(long view, long sequence, Digest digest) {
        return new Ballot(Phase.PREPARE, view, sequence, digest);
    }

    private static Ballot commit(long view, long sequence, Digest digest) {
        return new Ballot(Phase.COMMIT, view, sequence, digest);
    }

    private static void vote(Map<Ballot, BitSet> votes, int replica, Ballot ballot) {
        votes.computeIfAbsent(ballot, none -> new BitSet()).set(replica);
    }

    /** A commit has really left a correct replica, so that others may have completed a certificate by it. */
    void left(int replica, Commit vote) {
        Ballot ballot = commit(vote.view(), vote.sequence(), vote.digest());
        vote(left, replica, ballot);
        if (hasQuorum(left, ballot)) {
            mayBeCommitted.merge(vote.sequence(), ballot, (a, b) -> a.view >= b.view ? a : b);
        }
    }

    /** A correct replica hands a batch on to be executed. */
    void delivers(int replica, long sequence, Digest digest) {
        if (isWithinBound() && !complete.contains(new Place(sequence, digest))) {
            report(replica, "executes " + digest + " at sequence " + sequence + ", which no quorum committed");
        }
    }

    /** A correct replica holds a checkpoint to be stable. */
    void stabilizes(int replica, CheckpointCertificate certificate) {
        long voters = certificate.votes().stream()
                .mapToInt(vote -> vote.sender())
                .distinct()
                .count();
        if (voters < quorum) {
            report(replica, "takes checkpoint " + certificate.sequence() + " for stable with " + voters + " voters");
        }
        expect(
                new Ballot(Phase.CHECKPOINT, 0, certificate.sequence(), certificate.stateDigest()),
                replica,
                "takes for stable");
    }

    /** A correct replica enters a view. */
    void enters(int replica, NewView newView) {
        expect(new Ballot(Phase.VIEW_CHANGE, newView.view(), 0, Digest.NULL), replica, "enters by");
        List<ViewChange> viewChanges =
                newView.viewChanges().stream().map(signed -> signed.message()).toList();
        if (!new NewViewReference(viewChanges, quorum, weak).decide().equals(Optional.of(newView.reproposals()))) {
            report(replica, "enters view " + newView.view() + ", which does not follow from its view changes");
        }
        long start = newView.viewChanges().stream()
                .mapToLong(signed -> signed.message().stable().sequence())
                .max()
                .orElse(0);
        Map<Long, Digest> carried = new HashMap<>();
        for (Reproposal each : newView.reproposals()) {
            carried.put(each.sequence(), each.digest());
        }
        for (Ballot committed : mayBeCommitted.tailMap(start, false).values()) {
            if (isWithinBound()
                    && committed.view < newView.view()
                    && !committed.digest.equals(carried.get(committed.sequence))) {
                report(
                        replica,
                        "enters view " + newView.view() + ", which carries over " + carried.get(committed.sequence)
                                + " at sequence " + committed.sequence + ", where " + committed.digest
                                + " may have committed in view " + committed.view);
            }
        }
    }

    private void expect(Ballot ballot, int replica, String what) {
        if (!hasQuorum(cast, ballot)) {
            report(replica, what + " " + ballot + ", for which too few voted");
        }
    }

    private boolean hasQuorum(Map<Ballot, BitSet> votes, Ballot ballot) {
        BitSet voters = votes.get(ballot);
        int faulty = replicas - correct.cardinality();
        return (voters == null ? 0 : voters.cardinality()) >= quorum - faulty;
    }

    private void report(int replica, String what) {
        violations.report(PbftProperties.CERTIFICATES, "replica " + replica + " " + what);
    }
}
