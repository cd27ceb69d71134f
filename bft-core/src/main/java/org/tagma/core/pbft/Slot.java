package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Batch;

/**
 * Everything a replica knows about one sequence number.
 *
 * <p>Votes are kept by sender, the one of the highest view only: whatever is sent, a slot holds at most three small
 * votes a replica (fabric and cometbft grew without bound here), and a replica that is late into a view still finds the
 * votes that came early.
 */
final class Slot {

    /**
     * Digests that one slot remembers having pre-prepared. One more takes one more view; to forget one may leave a later
     * view change without the vouchers that it needs, so the bound is one that is not met.
     */
    private static final int MAX_PRE_PREPARED = 1024;

    /** Bodies kept of those: they are what costs memory. */
    private static final int MAX_BODIES = 8;

    private record Vote(long view, Digest digest) {}

    private final long sequence;
    private final Vote[] prepares;
    private final Vote[] commits;
    private final Digest[] attestations;

    /** Q: the latest view in which each digest pre-prepared here. */
    private final TreeMap<Digest, Long> prePrepared = new TreeMap<>();
    /** Bodies of the digests in Q, and of the committed one. */
    private final TreeMap<Digest, Batch> bodies = new TreeMap<>();
    /** P: the latest view in which a digest prepared here. */
    private Vote prepared;
    /** What was accepted last, in which view. */
    private Vote accepted;

    /** When something was first accepted here; -1 if nothing was. */
    private long acceptedAtTick = -1;

    private Digest committed;

    Slot(long sequence, int replicas) {
        this.sequence = sequence;
        this.prepares = new Vote[replicas];
        this.commits = new Vote[replicas];
        this.attestations = new Digest[replicas];
    }

    long sequence() {
        return sequence;
    }

    /** The digest accepted in {@code view}, if one was. */
    Optional<Digest> accepted(long view) {
        return accepted != null && accepted.view == view ? Optional.of(accepted.digest) : Optional.empty();
    }

    /** When something was first accepted here, in whatever view; -1 if nothing was. */
    long acceptedAtTick() {
        return acceptedAtTick;
    }

    /** Of the digests that f+1 replicas or more committed in this view, one; that many hold a correct one. */
    Optional<Digest> vouchedFor(long view, int weakQuorum) {
        for (Vote vote : commits) {
            if (vote != null && vote.view == view && count(commits, view, vote.digest) >= weakQuorum) {
                return Optional.of(vote.digest);
            }
        }
        return Optional.empty();
    }

    /** Accepts a digest in a view: by a pre-prepare or a new view. Enters Q. */
    void accept(long view, Digest digest, long tick) {
        acceptedAtTick = acceptedAtTick < 0 ? tick : acceptedAtTick;
        accepted = new Vote(view, digest);
        prePrepared.put(digest, view);
        if (prePrepared.size() > MAX_PRE_PREPARED) {
            oldest(prePrepared.keySet()).ifPresent(prePrepared::remove);
        }
        if (bodies.size() > MAX_BODIES) {
            oldest(bodies.keySet()).ifPresent(bodies::remove);
        }
    }

    /** Of these digests, the one that pre-prepared longest ago; but none that prepared or committed here. */
    private Optional<Digest> oldest(Collection<Digest> digests) {
        return digests.stream()
                .filter(digest -> !digest.equals(committed) && (prepared == null || !digest.equals(prepared.digest)))
                .filter(digest -> !digest.equals(accepted.digest))
                .min(Comparator.comparingLong(digest -> prePrepared.getOrDefault(digest, -1L)));
    }

    void addBody(Batch batch) {
        bodies.put(batch.digest(), batch);
    }

    Optional<Batch> body(Digest digest) {
        return digest.isNull() ? Optional.of(Batch.NULL) : Optional.ofNullable(bodies.get(digest));
    }

    Verdict prepare(int sender, long view, Digest digest) {
        return record(prepares, sender, view, digest);
    }

    Verdict commit(int sender, long view, Digest digest) {
        return record(commits, sender, view, digest);
    }

    private static Verdict record(Vote[] votes, int sender, long view, Digest digest) {
        Vote earlier = votes[sender];
        if (earlier != null && earlier.view >= view) {
            boolean contradiction = earlier.view == view && !earlier.digest.equals(digest);
            return contradiction ? Verdict.CONFLICTING : Verdict.DUPLICATE;
        }
        votes[sender] = new Vote(view, digest);
        return Verdict.ACCEPT;
    }

    int prepareCount(long view, Digest digest) {
        return count(prepares, view, digest);
    }

    int commitCount(long view, Digest digest) {
        return count(commits, view, digest);
    }

    private static int count(Vote[] votes, long view, Digest digest) {
        int count = 0;
        for (Vote vote : votes) {
            if (vote != null && vote.view == view && vote.digest.equals(digest)) {
                count++;
            }
        }
        return count;
    }

    /** How many replicas prepared, in this view, a digest other than this one: more than f shows equivocation. */
    int largestConflict(long view, Digest digest) {
        int largest = 0;
        for (Vote vote : prepares) {
            if (vote != null && vote.view == view && !vote.digest.equals(digest)) {
                largest = Math.max(largest, count(prepares, view, vote.digest));
            }
        }
        return largest;
    }

    boolean hasPrepare(int sender, long view) {
        return prepares[sender] != null && prepares[sender].view == view;
    }

    /** What this sender committed in this view, if that is its latest commit. */
    Optional<Digest> commitOf(int sender, long view) {
        return commits[sender] != null && commits[sender].view == view
                ? Optional.of(commits[sender].digest)
                : Optional.empty();
    }

    /** The sender says that it committed this digest. Its latest word counts. */
    int attest(int sender, Digest digest) {
        attestations[sender] = digest;
        int count = 0;
        for (Digest attested : attestations) {
            if (digest.equals(attested)) {
                count++;
            }
        }
        return count;
    }

    boolean isPrepared(long view) {
        return prepared != null && prepared.view == view;
    }

    /** Enters P: a quorum prepared this digest in this view. */
    void setPrepared(long view, Digest digest) {
        prepared = new Vote(view, digest);
    }

    /** The digest that is committed, once it is known. */
    Optional<Digest> committed() {
        return Optional.ofNullable(committed);
    }

    void setCommitted(Digest digest) {
        if (committed != null && !committed.equals(digest)) {
            throw new IllegalStateException("two batches committed at sequence " + sequence + ": " + committed + " and "
                    + digest + "; more than f replicas are faulty, or this is a bug");
        }
        committed = digest;
    }

    Optional<Batch> committedBody() {
        return committed == null ? Optional.empty() : body(committed);
    }

    Optional<VoteInfo> preparedInfo() {
        return prepared == null
                ? Optional.empty()
                : Optional.of(new VoteInfo(sequence, prepared.digest, prepared.view));
    }

    /** Entries of Q, by ascending digest. */
    List<VoteInfo> prePreparedInfo() {
        List<VoteInfo> entries = new ArrayList<>();
        prePrepared.forEach((digest, view) -> entries.add(new VoteInfo(sequence, digest, view)));
        return entries;
    }

    /** Rebuilds an entry of Q from the log. */
    void restorePrePrepared(long view, Digest digest) {
        if (accepted == null || accepted.view <= view) {
            accept(view, digest, 0);
        }
    }

    long stateHash() {
        long hash = sequence;
        for (int i = 0; i < prepares.length; i++) {
            hash = 31 * hash + hash(prepares[i]);
            hash = 31 * hash + hash(commits[i]);
            hash = 31 * hash + (attestations[i] == null ? 0 : attestations[i].hashCode());
        }
        for (Map.Entry<Digest, Long> each : prePrepared.entrySet()) {
            hash = 31 * hash + (31 * each.getValue() + each.getKey().hashCode());
        }
        for (Digest body : bodies.keySet()) {
            hash = 31 * hash + body.hashCode();
        }
        hash = 31 * hash + hash(prepared);
        hash = 31 * hash + hash(accepted);
        return 31 * hash + (committed == null ? 0 : committed.hashCode());
    }

    private static long hash(Vote vote) {
        return vote == null ? 0 : 31 * vote.view + vote.digest.hashCode();
    }
}
