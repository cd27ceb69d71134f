package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Batch;

/**
 * Everything a replica knows about one sequence number.
 *
 * <p>Votes are kept by sender, the one of the highest view only: whatever is sent, a slot holds at most three small
 * votes a replica (fabric and cometbft grew without bound here), and a replica that is late into a view still finds the
 * votes that came early.
 */
final class Slot {

    private record Vote(long view, Digest digest) {}

    /** A proposal that is kept aside, and the requests in it that are not authentic here. */
    private record Aside(long view, Digest digest, TreeSet<Digest> missing) {}

    private final long sequence;
    private final Vote[] prepares;
    private final Vote[] commits;
    private final Digest[] attestations;

    /**
     * Q: the latest view in which each digest pre-prepared here; not those of views before P's. Whatever prepared
     * there at a correct replica, the view change of this one shows a later batch that did, and f+1 correct ones
     * that vouch for it.
     */
    private final TreeMap<Digest, Long> prePrepared = new TreeMap<>();
    /**
     * Bodies that others may need from here: of the committed digest, or of the one in P and the one accepted
     * last. Not of the others in Q: those vouch for what prepared elsewhere, and who prepared a batch has it.
     */
    private final TreeMap<Digest, Batch> bodies = new TreeMap<>();

    private final WindowRoom room;
    /** P: the latest view in which a digest prepared here. */
    private Vote prepared;
    /** What was accepted last, in which view. */
    private Vote accepted;

    /** When something was first accepted here; -1 if nothing was. */
    private long acceptedAtTick = -1;

    private Digest committed;

    /** What the primary proposed that is not accepted, for it holds requests that are not authentic here. */
    private Aside aside;

    Slot(long sequence, int replicas, WindowRoom room) {
        this.sequence = sequence;
        this.room = room;
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

    /** The digest accepted in {@code view}, or kept aside in it. */
    Optional<Digest> proposed(long view) {
        return accepted(view).or(() -> aside(view));
    }

    /** The digest kept aside in {@code view}, if one is. */
    Optional<Digest> aside(long view) {
        return aside != null && aside.view == view ? Optional.of(aside.digest) : Optional.empty();
    }

    /**
     * Keeps a proposal aside, whose body is here.
     *
     * @param missing the requests in it that are not authentic here
     */
    void keepAside(long view, Digest digest, TreeSet<Digest> missing) {
        aside = new Aside(view, digest, missing);
    }

    /** Of these, which are not authentic here, those that were not when it was kept aside and have not become so. */
    TreeSet<Digest> stillMissing(long view, Digest digest, TreeSet<Digest> missing) {
        if (aside(view).equals(Optional.of(digest))) {
            missing.retainAll(aside.missing);
        }
        return missing;
    }

    /** A request became authentic here; returns whether nothing is missing any more in what is kept aside. */
    boolean isCompletedBy(long view, Digest request) {
        return aside != null && aside.view == view && aside.missing.remove(request) && aside.missing.isEmpty();
    }

    /** The view is left: what it kept aside counts no more. */
    void leave() {
        aside = null;
        keepNeeded();
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

    /** Accepts a digest, whose body is here, in a view: by a pre-prepare or a new view. Enters Q. */
    void accept(long view, Digest digest, long tick) {
        acceptedAtTick = acceptedAtTick < 0 ? tick : acceptedAtTick;
        accepted = new Vote(view, digest);
        aside = null;
        prePrepared.put(digest, view);
        if (prePrepared.size() > PbftConfig.MAX_DIGESTS_PER_SEQUENCE) {
            oldest().ifPresent(prePrepared::remove);
        }
        keepNeeded();
    }

    /** The digest that pre-prepared longest ago; but none that prepared or committed here. */
    private Optional<Digest> oldest() {
        return prePrepared.keySet().stream()
                .filter(digest -> !digest.equals(committed) && !isDigestOf(prepared, digest))
                .filter(digest -> !isDigestOf(accepted, digest))
                .min(Comparator.comparingLong(prePrepared::get));
    }

    private static boolean isDigestOf(Vote vote, Digest digest) {
        return vote != null && vote.digest.equals(digest);
    }

    /** Keeps a body until something is accepted or committed here, or a view left or entered. */
    void addBody(Batch batch) {
        if (bodies.putIfAbsent(batch.digest(), batch) == null) {
            room.holds(room.weight(batch));
        }
    }

    /** Lets go of the bodies that nobody needs from here. */
    void keepNeeded() {
        keepOnly(digest -> isPreparedOrCommitted(digest)
                || (committed == null
                        && (isDigestOf(accepted, digest) || (aside != null && aside.digest.equals(digest)))));
    }

    private boolean isPreparedOrCommitted(Digest digest) {
        return committed == null ? isDigestOf(prepared, digest) : committed.equals(digest);
    }

    /** A view was entered, which carries this over, if anything. */
    void enter(long view, Optional<Digest> carriedOver) {
        aside = null;
        keepOnly(digest -> carriedOver.equals(Optional.of(digest))
                || accepted(view).equals(Optional.of(digest))
                || isPreparedOrCommitted(digest));
    }

    /** A stable checkpoint covers this slot: it is not used any more. */
    void release() {
        keepOnly(digest -> false);
    }

    private void keepOnly(Predicate<Digest> isNeeded) {
        bodies.values().removeIf(body -> {
            boolean goes = !isNeeded.test(body.digest());
            room.holds(goes ? -room.weight(body) : 0);
            return goes;
        });
    }

    /** What is committed here, or proposed in this view, weighs so much, as far as the body is known. */
    long orderedBytes(long view) {
        Optional<Digest> ordered = committed().or(() -> proposed(view));
        return ordered.flatMap(this::body).map(room::weight).orElse(0L);
    }

    /** Whether what was accepted in this view asks for nothing. */
    boolean isEmptyIn(long view) {
        return accepted(view)
                .flatMap(this::body)
                .filter(batch -> batch.requests().isEmpty())
                .isPresent();
    }

    Optional<Batch> body(Digest digest) {
        return digest.isNull() ? Optional.of(Batch.NULL) : Optional.ofNullable(bodies.get(digest));
    }

    PbftVerdict prepare(int sender, long view, Digest digest) {
        return record(prepares, sender, view, digest);
    }

    PbftVerdict commit(int sender, long view, Digest digest) {
        return record(commits, sender, view, digest);
    }

    private static PbftVerdict record(Vote[] votes, int sender, long view, Digest digest) {
        Vote earlier = votes[sender];
        if (earlier != null && earlier.view >= view) {
            boolean contradiction = earlier.view == view && !earlier.digest.equals(digest);
            return contradiction ? PbftVerdict.CONFLICTING : PbftVerdict.DUPLICATE;
        }
        votes[sender] = new Vote(view, digest);
        return PbftVerdict.ACCEPT;
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
        prePrepared.values().removeIf(earlier -> earlier < view);
        keepNeeded();
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
        aside = null;
        keepNeeded();
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
        hash = 31 * hash + (aside == null ? 0 : aside.hashCode());
        return 31 * hash + (committed == null ? 0 : committed.hashCode());
    }

    private static long hash(Vote vote) {
        return vote == null ? 0 : 31 * vote.view + vote.digest.hashCode();
    }
}
