package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.ReadIndex;
import org.tagma.core.raft.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.RaftMessage.TimeoutNow;

/**
 * When a read may be answered (8; 6.4 of the dissertation): after an entry of the leader's term is committed, and when a
 * majority has said since then that it leads, or while its lease holds. Not thread-safe.
 */
final class RaftReadRules extends RaftRules {

    /** A read, and what the leader had said when it came. */
    private static final class Read {
        final boolean atLeader;
        final long round;
        final long commitIndex;
        final boolean alone;
        /** The lowest index that a leader named since. */
        long namedIndex = Long.MAX_VALUE;
        /** Whether a lease held at some time since. */
        boolean underLease;

        Read(RaftFacts facts) {
            this.atLeader = facts.isLeader();
            this.round = facts.lastRound;
            this.commitIndex = facts.knownCommitted;
            this.alone = facts.isAlone();
        }
    }

    /** A moment by both clocks: the one may be set back, the other stand still. */
    private record Moment(long wallMillis, long elapsedMillis) {

        boolean isWithin(long millis, Moment earlier) {
            long wall = wallMillis - earlier.wallMillis;
            long elapsed = elapsedMillis - earlier.elapsedMillis;
            return wall >= 0 && wall < millis && elapsed >= 0 && elapsed < millis;
        }
    }

    private final Map<Long, Read> reads = new HashMap<>();
    private final Map<Long, Read> remoteReads = new HashMap<>();
    private final TreeMap<Long, Moment> roundBegan = new TreeMap<>();
    private long confirmedRound;
    private boolean gaveUpLease;

    RaftReadRules(RaftFacts facts) {
        super(facts);
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        reads.clear();
        begins();
    }

    @Override
    void begins() {
        remoteReads.clear();
        roundBegan.clear();
        confirmedRound = 0;
        gaveUpLease = false;
    }

    @Override
    void stepping(Event event) {
        if (facts.config.leaseReads() && facts.leadsNow()) {
            // At once: in the next step the group may be another one, of which not so many have answered.
            confirmedRound = Math.max(confirmedRound, answeredRound());
        }
        if (event instanceof Event.ReadReceived read) {
            reads.put(read.id(), new Read(facts));
        } else if (facts.message() instanceof ReadIndex read) {
            remoteReads.putIfAbsent(read.context(), new Read(facts));
        } else if (facts.message() instanceof ReadIndexReply reply) {
            reads.values().forEach(read -> read.namedIndex = Math.min(read.namedIndex, reply.index()));
        } else if (event instanceof Event.QueueDrained && facts.config.leaseReads() && facts.leadsNow()) {
            if (holdsLease()) {
                reads.values().forEach(read -> read.underLease = true);
                remoteReads.values().forEach(read -> read.underLease = true);
            }
        }
    }

    /** Nobody else can have been elected since a majority was asked; and the leader has not asked anybody to stand. */
    private boolean holdsLease() {
        Moment began = confirmedRound == 0 ? null : roundBegan.get(confirmedRound);
        // A follower keeps quiet for the election timeout, of which a tick may be over when it begins to count.
        long quietMillis = (facts.config.electionTimeoutTicks() - 1) * facts.config.tickMillis();
        long leaseMillis = quietMillis * (100 - facts.config.maxClockDriftPercent()) / 100;
        return !gaveUpLease && began != null && now().isWithin(leaseMillis, began);
    }

    private Moment now() {
        return new Moment(facts.wallMillis, facts.elapsedMillis);
    }

    private long answeredRound() {
        return facts.reached(id -> id == facts.self
                ? facts.lastRound
                : facts.doNotCount.contains(id) ? 0 : facts.rounds.getOrDefault(id, 0L));
    }

    @Override
    void stepped(List<Action> actions) {
        if (facts.event instanceof Event.ReadReceived read) {
            boolean refused = actions.stream().anyMatch(each -> each instanceof Action.RefuseRead);
            refuses(
                    !refused && reads.size() > facts.config.maxPendingReads(),
                    "has " + reads.size() + " reads waiting, and takes more");
        }
    }

    @Override
    void decided(Action action) {
        if (action instanceof Action.ReadReady ready) {
            answersRead(ready);
        } else if (action instanceof Action.RefuseRead refused) {
            reads.remove(refused.id());
        } else if (action instanceof Action.Send send) {
            if (send.message() instanceof AppendEntries append && append.round() > facts.lastRound) {
                beginsRound(append.round());
            } else if (send.message() instanceof ReadIndexReply reply) {
                answersFollower(reply);
            } else if (send.message() instanceof TimeoutNow) {
                gaveUpLease = true;
            }
        }
    }

    private void beginsRound(long round) {
        // Beside heartbeats, a round is for the reads that wait, and none can be answered before that.
        refuses(
                facts.event instanceof Event.QueueDrained && !facts.hasCommittedInTerm(),
                "asks whether it leads for the sake of reads, before an entry of its term is committed");
        roundBegan.put(round, now());
    }

    private void answersFollower(ReadIndexReply reply) {
        Read read = remoteReads.remove(reply.context());
        if (read != null) {
            confirmed(read, "tells a follower of a read index");
            refuses(reply.index() < read.commitIndex, "tells a follower of a read index that is too low");
        }
    }

    private void answersRead(Action.ReadReady ready) {
        refuses(ready.sequence() > facts.executed, "answers a read from a state that it does not have");
        Read read = reads.remove(ready.id());
        if (read == null || read.alone || facts.isAlone()) {
            return;
        }
        if (read.atLeader) {
            confirmed(read, "answers a read");
            refuses(ready.sequence() < read.commitIndex, "answers a read from before what was committed when it came");
        } else {
            refuses(ready.sequence() < read.namedIndex, "answers a read without the leader's word");
        }
    }

    private void confirmed(Read read, String what) {
        if (facts.isLeader() && !facts.isAlone()) {
            refuses(
                    !read.underLease && answeredRound() <= read.round,
                    what + ", and no majority has said since then that it leads");
            refuses(!facts.hasCommittedInTerm(), what + " before an entry of its term is committed");
        }
    }
}
