package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/**
 * What votes one replica was really given, its own included, each voter counted once: it may take for certified what
 * these certify, and nothing else. Bounded by the window. Not thread-safe.
 */
final class DeliveredVotes {

    private enum Phase {
        PREPARE,
        COMMIT,
        ATTEST
    }

    private record Ballot(Phase phase, long view, Digest digest) {

        boolean isSame(Ballot other) {
            return phase == other.phase && view == other.view && digest.equals(other.digest);
        }
    }

    private record Tally(Ballot ballot, BitSet voters) {}

    private final WellFormed wellFormed;
    private final TreeMap<Long, List<Tally>> votes = new TreeMap<>();
    private long stable;

    DeliveredVotes(WellFormed wellFormed) {
        this.wellFormed = wellFormed;
    }

    /** An incarnation begins: of the votes of earlier ones it knows its own, and those that its records imply. */
    void recovers(int self, Event.RecoveredLog log) {
        votes.clear();
        stable = 0;
        for (LogRecord record : log.records()) {
            if (record instanceof PbftRecord.Stable known) {
                truncate(known.certificate().sequence());
            } else if (record instanceof PbftRecord.PrePrepared vote) {
                accepted(self, vote.view(), vote.sequence(), vote.batch().digest());
            } else if (record instanceof PbftRecord.Reproposed vote) {
                accepted(self, vote.view(), vote.sequence(), vote.digest());
            } else if (record instanceof PbftRecord.Prepared vote) {
                add(vote.sequence(), new Ballot(Phase.COMMIT, vote.view(), vote.digest()), self);
            } else if (record instanceof PbftRecord.Entered entered) {
                enters(entered.newView().message());
            }
        }
    }

    /**
     * The new view that it enters is the vote of its primary in all that is proposed again, however far it starts above
     * the last checkpoint that this replica knows of.
     */
    void enters(NewView newView) {
        int primary = wellFormed.primary(newView.view());
        newView.reproposals()
                .forEach(each ->
                        add(each.sequence(), new Ballot(Phase.PREPARE, newView.view(), each.digest()), primary));
    }

    private void accepted(int self, long view, long sequence, Digest digest) {
        Ballot ballot = new Ballot(Phase.PREPARE, view, digest);
        add(sequence, ballot, self);
        add(sequence, ballot, wellFormed.primary(view));
    }

    /** A message arrives. */
    void delivered(int sender, Message message) {
        if (message instanceof PrePrepare vote && sender == wellFormed.primary(vote.view())) {
            prepare(vote.sequence(), vote.view(), vote.batch().digest(), sender);
        } else if (message instanceof Prepare vote && sender != wellFormed.primary(vote.view())) {
            prepare(vote.sequence(), vote.view(), vote.digest(), sender);
        } else if (message instanceof Commit vote) {
            addNear(vote.sequence(), new Ballot(Phase.COMMIT, vote.view(), vote.digest()), sender);
        } else if (message instanceof Committed said) {
            addNear(said.sequence(), new Ballot(Phase.ATTEST, 0, said.digest()), sender);
        }
    }

    private void prepare(long sequence, long view, Digest digest, int sender) {
        addNear(sequence, new Ballot(Phase.PREPARE, view, digest), sender);
    }

    private void addNear(long sequence, Ballot ballot, int voter) {
        if (sequence > stable && sequence <= stable + 4L * wellFormed.window()) {
            add(sequence, ballot, voter);
        }
    }

    private void add(long sequence, Ballot ballot, int voter) {
        List<Tally> there = votes.computeIfAbsent(sequence, none -> new ArrayList<>());
        BitSet voters = votersFor(there, ballot);
        if (voters == null) {
            voters = new BitSet();
            there.add(new Tally(ballot, voters));
        }
        voters.set(voter);
    }

    /** A checkpoint is stable: what it covers no longer matters. */
    void truncate(long sequence) {
        stable = Math.max(stable, sequence);
        votes.headMap(sequence, true).clear();
    }

    boolean isPrepared(long sequence, long view, Digest digest) {
        return count(sequence, new Ballot(Phase.PREPARE, view, digest)) >= wellFormed.quorum();
    }

    /** By a quorum of commits in one view, or by so many that say they committed it that one of them is correct. */
    boolean isCommitted(long sequence, Digest digest, int weak) {
        if (count(sequence, new Ballot(Phase.ATTEST, 0, digest)) >= weak) {
            return true;
        }
        for (Tally each : votes.getOrDefault(sequence, List.of())) {
            if (each.ballot.phase == Phase.COMMIT
                    && each.ballot.digest.equals(digest)
                    && each.voters.cardinality() >= wellFormed.quorum()) {
                return true;
            }
        }
        return false;
    }

    private int count(long sequence, Ballot ballot) {
        BitSet voters = votersFor(votes.getOrDefault(sequence, List.of()), ballot);
        return voters == null ? 0 : voters.cardinality();
    }

    /** They are few at one sequence number. */
    private static BitSet votersFor(List<Tally> there, Ballot ballot) {
        for (Tally each : there) {
            if (each.ballot.isSame(ballot)) {
                return each.voters;
            }
        }
        return null;
    }
}
