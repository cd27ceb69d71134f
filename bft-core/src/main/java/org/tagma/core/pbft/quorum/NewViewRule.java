package org.tagma.core.pbft.quorum;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;

/**
 * What a new view must carry over: the decision procedure of Castro and Liskov, TOCS 2002, section 4.5.2 (figure 4), as
 * a pure function. The new primary decides with it and every backup decides again, from the same view changes.
 *
 * <p>The difference from the paper: a view change proves its stable checkpoint with signed votes, so the highest one in
 * the set is the start, and needs no count of its own.
 */
public final class NewViewRule {

    /**
     * A decision.
     *
     * @param start the checkpoint that the new view starts from
     * @param reproposals for the sequence numbers after it, ascending without a gap; the last one prepared earlier
     */
    public record Decision(CheckpointCertificate start, List<Reproposal> reproposals) {

        /** What it carries over, for the operator. */
        public String summary() {
            long nulls = reproposals.stream()
                    .filter(reproposal -> reproposal.digest().isNull())
                    .count();
            return "from checkpoint " + start.sequence() + ", carrying over " + (reproposals.size() - nulls)
                    + " batches and " + nulls + " null batches";
        }
    }

    private static final Comparator<VoteInfo> LATEST_VIEW_FIRST =
            Comparator.comparingLong(VoteInfo::view).reversed().thenComparing(VoteInfo::digest);

    private NewViewRule() {}

    /**
     * Decides from view changes of different replicas.
     *
     * @return empty if they do not suffice; with those of all correct replicas they do
     */
    public static Optional<Decision> decide(Collection<ViewChange> viewChanges, Quorums quorums) {
        if (viewChanges.size() < quorums.certificate()) {
            return Optional.empty();
        }
        CheckpointCertificate start = highestCheckpoint(viewChanges);
        List<Claims> claims = viewChanges.stream().map(Claims::new).toList();
        List<Reproposal> reproposals = new ArrayList<>();
        int needed = 0;
        long highest = highestPrepared(viewChanges);
        for (long sequence = start.sequence() + 1; sequence <= highest; sequence++) {
            Optional<Digest> prepared = prepared(sequence, claims, quorums);
            if (prepared.isPresent()) {
                reproposals.add(new Reproposal(sequence, prepared.get()));
                needed = reproposals.size();
            } else if (nothingPrepared(sequence, claims, quorums)) {
                reproposals.add(new Reproposal(sequence, Digest.NULL));
            } else {
                return Optional.empty();
            }
        }
        // A null batch fills a gap; after the last batch that prepared there is none to fill. (A null batch that itself
        // prepared in an earlier view may have committed, and is carried over like any other.)
        return Optional.of(new Decision(start, List.copyOf(reproposals.subList(0, needed))));
    }

    /** Condition A: the batch that may have committed at this sequence number. */
    private static Optional<Digest> prepared(long sequence, List<Claims> claims, Quorums quorums) {
        TreeSet<VoteInfo> candidates = new TreeSet<>(LATEST_VIEW_FIRST);
        claims.forEach(claim -> claim.preparedAt(sequence).ifPresent(candidates::add));
        for (VoteInfo candidate : candidates) {
            if (noConflict(candidate, claims) >= quorums.certificate()
                    && vouchers(candidate, claims) >= quorums.weak()) {
                return Optional.of(candidate.digest());
            }
        }
        return Optional.empty();
    }

    /** Condition B: nothing can have committed at this sequence number. */
    private static boolean nothingPrepared(long sequence, List<Claims> claims, Quorums quorums) {
        return claims.stream()
                        .filter(claim -> claim.preparedAt(sequence).isEmpty())
                        .count()
                >= quorums.certificate();
    }

    /** Condition A1: replicas where nothing prepared that could have committed against the candidate. */
    private static long noConflict(VoteInfo candidate, List<Claims> claims) {
        return claims.stream()
                .filter(claim -> claim.preparedAt(candidate.sequence())
                        .map(other -> other.view() < candidate.view()
                                || (other.view() == candidate.view()
                                        && other.digest().equals(candidate.digest())))
                        .orElse(true))
                .count();
    }

    /** Condition A2: replicas that pre-prepared the candidate in its view or later; one of f+1 is correct. */
    private static long vouchers(VoteInfo candidate, List<Claims> claims) {
        return claims.stream()
                .filter(claim -> claim.prePreparedAt(candidate.sequence()).stream()
                        .anyMatch(entry -> entry.view() >= candidate.view()
                                && entry.digest().equals(candidate.digest())))
                .count();
    }

    /** Whether a view change says that one of these prepared. */
    public static boolean claimsAny(ViewChange message, Collection<Reproposal> batches) {
        return message.prepared().stream()
                .anyMatch(entry -> batches.contains(new Reproposal(entry.sequence(), entry.digest())));
    }

    /** P and Q of one view change, by sequence number. */
    private static final class Claims {
        private final TreeMap<Long, VoteInfo> prepared = new TreeMap<>();
        private final TreeMap<Long, List<VoteInfo>> prePrepared = new TreeMap<>();

        Claims(ViewChange message) {
            message.prepared().forEach(entry -> prepared.put(entry.sequence(), entry));
            message.prePrepared()
                    .forEach(entry -> prePrepared
                            .computeIfAbsent(entry.sequence(), sequence -> new ArrayList<>())
                            .add(entry));
        }

        Optional<VoteInfo> preparedAt(long sequence) {
            return Optional.ofNullable(prepared.get(sequence));
        }

        List<VoteInfo> prePreparedAt(long sequence) {
            return prePrepared.getOrDefault(sequence, List.of());
        }
    }

    private static CheckpointCertificate highestCheckpoint(Collection<ViewChange> viewChanges) {
        return viewChanges.stream()
                .map(ViewChange::stable)
                .max(Comparator.comparingLong(CheckpointCertificate::sequence))
                .orElseThrow();
    }

    private static long highestPrepared(Collection<ViewChange> viewChanges) {
        return viewChanges.stream()
                .flatMap(message -> message.prepared().stream())
                .mapToLong(VoteInfo::sequence)
                .max()
                .orElse(0);
    }
}
