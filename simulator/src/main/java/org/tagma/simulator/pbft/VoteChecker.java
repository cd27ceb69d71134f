package org.tagma.simulator.pbft;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.properties.PerReplica;
import org.tagma.simulator.properties.Violations;

/**
 * Watches what correct replicas really send, across all their incarnations: no two different votes at one place, no
 * vote in a view that was left, and no view change that keeps quiet about a commit vote.
 *
 * <p>Not thread-safe.
 */
public final class VoteChecker {

    private enum Phase {
        PREPARE,
        COMMIT,
        CHECKPOINT
    }

    private record Place(Phase phase, long view, long sequence) {}

    private static final class Record {
        final Map<Place, Digest> votes = new HashMap<>();
        /** The last commit vote at each sequence number. */
        final TreeMap<Long, VoteInfo> commits = new TreeMap<>();

        final Map<Long, ViewChange> viewChanges = new HashMap<>();
        final Map<Long, NewView> newViews = new HashMap<>();
        long promisedView;
    }

    private final Violations violations;
    private final PerReplica<Record> records = new PerReplica<>(replica -> new Record());

    /** A checker that has seen nothing. */
    public VoteChecker(Violations violations) {
        this.violations = violations;
    }

    /** A message of a correct replica has left it. */
    public void left(int replica, Message message) {
        Record record = records.of(replica);
        if (message instanceof PrePrepare vote) {
            vote(
                    replica,
                    record,
                    Phase.PREPARE,
                    vote.view(),
                    vote.sequence(),
                    vote.batch().digest());
        } else if (message instanceof Prepare vote) {
            vote(replica, record, Phase.PREPARE, vote.view(), vote.sequence(), vote.digest());
        } else if (message instanceof Commit vote) {
            vote(replica, record, Phase.COMMIT, vote.view(), vote.sequence(), vote.digest());
            commit(record, vote);
        } else if (message instanceof Checkpoint vote) {
            cast(replica, record, new Place(Phase.CHECKPOINT, 0, vote.sequence()), vote.stateDigest());
        } else if (message instanceof ViewChange viewChange) {
            viewChange(replica, record, viewChange);
        } else if (message instanceof NewView newView) {
            NewView earlier = record.newViews.putIfAbsent(newView.view(), newView);
            if (earlier != null && !earlier.equals(newView)) {
                violations.report(
                        PbftProperties.NO_CONFLICTING_VOTES,
                        "replica " + replica + " opens view " + newView.view() + " in two ways");
            }
        }
    }

    private void vote(int replica, Record record, Phase phase, long view, long sequence, Digest digest) {
        Place place = new Place(phase, view, sequence);
        if (view < record.promisedView
                && !digest.equals(record.votes.get(place))
                && !isTold(record, phase, new VoteInfo(sequence, digest, view))) {
            violations.report(
                    PbftProperties.NO_CONFLICTING_VOTES,
                    "replica " + replica + " casts a " + phase + " in view " + view + " at sequence " + sequence
                            + " after leaving it for view " + record.promisedView);
        }
        cast(replica, record, place, digest);
    }

    private void cast(int replica, Record record, Place place, Digest digest) {
        Digest earlier = record.votes.putIfAbsent(place, digest);
        if (earlier != null && !earlier.equals(digest)) {
            violations.report(
                    PbftProperties.NO_CONFLICTING_VOTES,
                    "replica " + replica + " votes " + digest + " after " + earlier + " at " + place);
        }
    }

    private static void commit(Record record, Commit vote) {
        VoteInfo cast = new VoteInfo(vote.sequence(), vote.digest(), vote.view());
        record.commits.merge(vote.sequence(), cast, (a, b) -> a.view() >= b.view() ? a : b);
    }

    private void viewChange(int replica, Record record, ViewChange message) {
        ViewChange earlier = record.viewChanges.putIfAbsent(message.view(), message);
        if (earlier != null
                && !earlier.equals(message)
                && !covers(message.stable().sequence(), earlier)
                && !agree(message, earlier)) {
            violations.report(
                    PbftProperties.NO_CONFLICTING_VOTES,
                    "replica " + replica + " sends two different view changes for view " + message.view());
        }
        record.promisedView = Math.max(record.promisedView, message.view());
        Map<Long, VoteInfo> prepared = new HashMap<>();
        message.prepared().forEach(entry -> prepared.put(entry.sequence(), entry));
        for (VoteInfo cast :
                record.commits.tailMap(message.stable().sequence(), false).values()) {
            if (cast.view() < message.view() && !isTold(cast, prepared.get(cast.sequence()))) {
                violations.report(
                        PbftProperties.NO_CONFLICTING_VOTES,
                        "replica " + replica + " leaves for view " + message.view()
                                + " and keeps quiet about its commit " + cast);
            }
        }
    }

    /**
     * Whether all that a view change tells of lies at or below a certified checkpoint. A replica that lost its memory,
     * and came back by that checkpoint, says so in place of what it said before; either is the truth.
     */
    private static boolean covers(long stable, ViewChange earlier) {
        return stable > earlier.stable().sequence()
                && Stream.concat(earlier.prepared().stream(), earlier.prePrepared().stream())
                        .allMatch(entry -> entry.sequence() <= stable);
    }

    /**
     * Whether two view changes say the same of what neither has a checkpoint for. A replica may lose the proof of a
     * checkpoint that it had from others; of what lies below it tells whatever it knows, and may not keep quiet about
     * its own commits.
     */
    private static boolean agree(ViewChange one, ViewChange other) {
        long start = Math.max(one.stable().sequence(), other.stable().sequence());
        return one.stable().sequence() != other.stable().sequence()
                && above(start, one.prepared()).equals(above(start, other.prepared()))
                && above(start, one.prePrepared()).equals(above(start, other.prePrepared()));
    }

    private static List<VoteInfo> above(long start, List<VoteInfo> entries) {
        return entries.stream().filter(entry -> entry.sequence() > start).toList();
    }

    /**
     * Whether every view change since tells of a vote, which then counts as cast before them: its sender may have lost
     * power between making it durable and sending it.
     */
    private static boolean isTold(Record record, Phase phase, VoteInfo vote) {
        return record.viewChanges.values().stream()
                .filter(viewChange -> viewChange.view() > vote.view())
                .allMatch(viewChange -> vote.sequence() <= viewChange.stable().sequence()
                        || (phase == Phase.COMMIT ? viewChange.prepared() : viewChange.prePrepared())
                                .stream()
                                        .anyMatch(entry -> entry.sequence() == vote.sequence() && isTold(vote, entry)));
    }

    private static boolean isTold(VoteInfo cast, VoteInfo entry) {
        return entry != null
                && (entry.view() > cast.view()
                        || (entry.view() == cast.view() && entry.digest().equals(cast.digest())));
    }
}
