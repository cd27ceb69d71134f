package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;

/**
 * What a new view must carry over, written once more from TOCS 2002, figure 4, slowly and without a look at the
 * protocol's own rule, which is under test. Immutable.
 */
public final class NewViewReference {

    private final List<ViewChange> viewChanges;
    private final int quorum;
    private final int weak;

    /** The view changes to decide from, and the sizes of quorums. */
    public NewViewReference(List<ViewChange> viewChanges, int quorum, int weak) {
        this.viewChanges = viewChanges;
        this.quorum = quorum;
        this.weak = weak;
    }

    /** The batches to carry over, or empty if these view changes leave it open. */
    public Optional<List<Reproposal>> decide() {
        long start = 0;
        long highest = 0;
        for (ViewChange each : viewChanges) {
            start = Math.max(start, each.stable().sequence());
            for (VoteInfo entry : each.prepared()) {
                highest = Math.max(highest, entry.sequence());
            }
        }
        List<Reproposal> all = new ArrayList<>();
        int lastPrepared = 0;
        for (long next = start + 1; next <= highest; next++) {
            long sequence = next;
            Optional<VoteInfo> prepared = candidate(sequence);
            if (prepared.isPresent()) {
                all.add(new Reproposal(sequence, prepared.get().digest()));
                lastPrepared = all.size();
            } else if (count(viewChange -> entry(viewChange, sequence).isEmpty()) >= quorum) {
                all.add(new Reproposal(sequence, Digest.NULL));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(all.subList(0, lastPrepared));
    }

    /**
     * Condition A; of several the one of the latest view, and of those the one with the lowest digest: all must choose
     * alike.
     */
    private Optional<VoteInfo> candidate(long sequence) {
        VoteInfo best = null;
        for (ViewChange each : viewChanges) {
            Optional<VoteInfo> entry = entry(each, sequence);
            if (entry.isPresent()
                    && count(other -> doesNotConflict(other, entry.get())) >= quorum
                    && count(other -> vouches(other, entry.get())) >= weak
                    && (best == null || isBetter(entry.get(), best))) {
                best = entry.get();
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isBetter(VoteInfo one, VoteInfo other) {
        return one.view() > other.view()
                || (one.view() == other.view() && one.digest().compareTo(other.digest()) < 0);
    }

    private static Optional<VoteInfo> entry(ViewChange viewChange, long sequence) {
        return viewChange.prepared().stream()
                .filter(entry -> entry.sequence() == sequence)
                .findFirst();
    }

    private static boolean doesNotConflict(ViewChange viewChange, VoteInfo candidate) {
        Optional<VoteInfo> entry = entry(viewChange, candidate.sequence());
        return entry.isEmpty()
                || entry.get().view() < candidate.view()
                || (entry.get().view() == candidate.view()
                        && entry.get().digest().equals(candidate.digest()));
    }

    private static boolean vouches(ViewChange viewChange, VoteInfo candidate) {
        return viewChange.prePrepared().stream()
                .anyMatch(entry -> entry.sequence() == candidate.sequence()
                        && entry.digest().equals(candidate.digest())
                        && entry.view() >= candidate.view());
    }

    private long count(Predicate<ViewChange> condition) {
        return viewChanges.stream().filter(condition).count();
    }
}
