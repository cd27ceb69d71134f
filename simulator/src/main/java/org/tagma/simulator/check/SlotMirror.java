package org.tagma.simulator.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Batch;

/**
 * What one replica must hold of one sequence number, by what it was told and what it wrote: of each voter the vote of the highest
 * view, and of that the first. Not thread-safe.
 */
final class SlotMirror {

    /** A replica need not keep more bodies of one sequence number than a few. */
    private static final int KEPT_BODIES = 6;

    private final long sequence;
    /** By voter. */
    private final VoteInfo[] prepares;

    private final VoteInfo[] commits;
    private final Digest[] attestations;
    private final Map<Digest, Batch> bodies = new HashMap<>();
    private final Set<Digest> written = new HashSet<>();
    private final TreeMap<Digest, Long> prePrepared = new TreeMap<>();
    private VoteInfo accepted;
    private VoteInfo prepared;
    private Digest committed;

    SlotMirror(long sequence, int replicas) {
        this.sequence = sequence;
        this.prepares = new VoteInfo[replicas];
        this.commits = new VoteInfo[replicas];
        this.attestations = new Digest[replicas];
    }

    long sequence() {
        return sequence;
    }

    /** A prepare, or what counts for one. Returns whether it is news. */
    boolean prepare(int voter, long view, Digest digest) {
        return vote(prepares, voter, view, digest);
    }

    boolean commit(int voter, long view, Digest digest) {
        return vote(commits, voter, view, digest);
    }

    /** Whether a prepare of this view would be news. */
    boolean isNewPreparer(int voter, long view) {
        return prepares[voter] == null || prepares[voter].view() < view;
    }

    /** Whether a commit of this view would be news. */
    boolean isNewCommitter(int voter, long view) {
        return commits[voter] == null || commits[voter].view() < view;
    }

    private boolean vote(VoteInfo[] votes, int voter, long view, Digest digest) {
        VoteInfo earlier = votes[voter];
        if (earlier != null && earlier.view() >= view) {
            return false;
        }
        votes[voter] = new VoteInfo(sequence, digest, view);
        return true;
    }

    /** Somebody says that it committed this; the latest word of each counts. */
    void attest(int voter, Digest digest) {
        attestations[voter] = digest;
    }

    long attesters(Digest digest) {
        long count = 0;
        for (Digest each : attestations) {
            count += digest.equals(each) ? 1 : 0;
        }
        return count;
    }

    /** What this voter prepared in this view, if that is its latest. */
    Optional<Digest> preparedBy(int voter, long view) {
        return in(view, prepares[voter]);
    }

    /** What this voter committed in this view, if that is its latest. */
    Optional<Digest> committedBy(int voter, long view) {
        return in(view, commits[voter]);
    }

    private static Optional<Digest> in(long view, VoteInfo vote) {
        return vote != null && vote.view() == view ? Optional.of(vote.digest()) : Optional.empty();
    }

    long preparers(long view, Digest digest) {
        return count(prepares, view, digest);
    }

    long committers(long view, Digest digest) {
        return count(commits, view, digest);
    }

    private static long count(VoteInfo[] votes, long view, Digest digest) {
        long count = 0;
        for (VoteInfo vote : votes) {
            count += vote != null && vote.view() == view && vote.digest().equals(digest) ? 1 : 0;
        }
        return count;
    }

    /** How many prepared one and the same other digest in this view. */
    long largestConflict(long view, Digest digest) {
        long largest = 0;
        for (VoteInfo vote : prepares) {
            if (vote != null && vote.view() == view && !vote.digest().equals(digest)) {
                largest = Math.max(largest, preparers(view, vote.digest()));
            }
        }
        return largest;
    }

    void accept(long view, Digest digest) {
        accepted = new VoteInfo(sequence, digest, view);
        prePrepared.put(digest, view);
    }

    Optional<Digest> accepted(long view) {
        return in(view, accepted);
    }

    void prepared(long view, Digest digest) {
        prepared = new VoteInfo(sequence, digest, view);
    }

    boolean isPrepared(long view) {
        return prepared != null && prepared.view() == view;
    }

    void committed(Digest digest) {
        committed = digest;
    }

    Optional<Digest> committed() {
        return Optional.ofNullable(committed);
    }

    /** It wrote this body down, or knows it from its log. */
    void wrote(Batch batch) {
        has(batch);
        written.add(batch.digest());
    }

    /** Whether it would still have this body after a restart. */
    boolean hasWritten(Digest digest) {
        return digest.isNull() || written.contains(digest);
    }

    void has(Batch batch) {
        bodies.put(batch.digest(), batch);
    }

    /** Whether it surely still has this body. */
    boolean surelyHas(Digest digest) {
        return digest.isNull() || (bodies.containsKey(digest) && bodies.size() <= KEPT_BODIES);
    }

    /** The batch, if it may have it; null else. */
    Batch body(Digest digest) {
        return bodies.get(digest);
    }

    /** Whether it may have this body. */
    boolean mayHave(Digest digest) {
        return digest.isNull() || bodies.containsKey(digest);
    }

    /** Its entry of P, if there is one. */
    List<VoteInfo> preparedEntries() {
        return prepared == null ? List.of() : List.of(prepared);
    }

    /** Its entries of Q, by ascending digest. */
    List<VoteInfo> prePreparedEntries() {
        List<VoteInfo> entries = new ArrayList<>();
        prePrepared.forEach((digest, view) -> entries.add(new VoteInfo(sequence, digest, view)));
        return entries;
    }
}
