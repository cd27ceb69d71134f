package org.tagma.simulator.check;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.ReadIndex;
import org.tagma.core.raft.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.RaftMessage.RequestVote;
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
        final long term;
        /** Whether a majority has said since that it leads; that stays so, even in a later term. */
        boolean isConfirmed;
        /** The lowest index that a leader named since. */
        long namedIndex = Long.MAX_VALUE;
        /** Where it asked the leader: when, under which context, and the index that the answer named. */
        long askedAtTick = RaftFacts.NEVER;

        long context;
        long answeredIndex = Long.MAX_VALUE;
        /** Whether a lease held at some time since. */
        boolean underLease;

        Read(RaftFacts facts) {
            this.atLeader = facts.isLeader();
            this.round = facts.lastRound;
            this.commitIndex = facts.knownCommitted;
            this.alone = facts.isAlone();
            this.term = facts.leadsTerm();
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
    /** By context; a question that comes again, late, is another one. */
    private final Map<Long, ArrayDeque<Read>> remoteReads = new HashMap<>();

    private final TreeMap<Long, Moment> roundBegan = new TreeMap<>();
    private long confirmedRound;
    private boolean gaveUpLease;
    /** Questions of followers that it has taken and not answered. */
    private int questions;

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
        questions = 0;
    }

    @Override
    void stepping(Event event) {
        boolean waits = !reads.isEmpty() || !remoteReads.isEmpty();
        if ((waits || facts.config.leaseReads()) && facts.leadsNow()) {
            // At once: in the next step the group may be another one, of which not so many have answered.
            confirmedRound = Math.max(confirmedRound, answeredRound());
            for (Read read : reads.values()) {
                read.isConfirmed |= read.atLeader && read.term == facts.leadsTerm() && read.round < confirmedRound;
            }
        }
        if (event instanceof Event.ReadReceived read) {
            reads.put(read.id(), new Read(facts));
        } else if (facts.message() instanceof ReadIndex read) {
            remoteReads
                    .computeIfAbsent(read.context(), none -> new ArrayDeque<>())
                    .add(new Read(facts));
        } else if (facts.message() instanceof ReadIndexReply reply) {
            for (Read read : reads.values()) {
                read.namedIndex = Math.min(read.namedIndex, reply.index());
                boolean isFirst = read.answeredIndex == Long.MAX_VALUE && read.askedAtTick != RaftFacts.NEVER;
                if (isFirst && read.context == reply.context()) {
                    read.answeredIndex = reply.index();
                }
            }
        } else if (event instanceof Event.QueueDrained && facts.config.leaseReads() && facts.leadsNow()) {
            if (holdsLease()) {
                reads.values().forEach(read -> read.underLease = true);
                remoteReads.values().forEach(asked -> asked.forEach(read -> read.underLease = true));
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
            refuses(
                    refused && reads.size() <= facts.config.maxPendingReads(),
                    "refuses a read, though no more than " + reads.size() + " wait");
        } else if (facts.message() instanceof ReadIndex read && facts.leadsNow() && read.term() == facts.leadsTerm()) {
            takesQuestion(actions);
        }
        if (!reads.isEmpty()) {
            mustAnswer(actions);
        }
    }

    private void takesQuestion(List<Action> actions) {
        boolean refused = RaftFacts.hasRefused(actions);
        boolean full = questions >= facts.config.maxPendingReads();
        refuses(full && !refused, "has " + questions + " questions of followers waiting, and takes more");
        boolean overloaded = false;
        for (Action each : actions) {
            overloaded |=
                    each instanceof Action.Reject reject && reject.reason().equals("OVERLOADED");
        }
        refuses(overloaded && !full, "refuses a follower's question, though only " + questions + " wait");
        questions += refused ? 0 : 1;
    }

    /** Where the leader named an index, the read is answered once so much is executed; where it does not, refused in time. */
    private void mustAnswer(List<Action> actions) {
        boolean ticks = facts.event instanceof Event.TimerFired;
        boolean givesUp = ticks && asksForVotes(actions);
        boolean executes = facts.event instanceof Event.Executed
                || facts.event instanceof Event.StateInstalled
                || facts.message() instanceof ReadIndexReply;
        if (!ticks && !executes) {
            return;
        }
        for (Map.Entry<Long, Read> each : reads.entrySet()) {
            Read read = each.getValue();
            boolean reached = executes && !facts.stateMissing && read.answeredIndex <= facts.executed;
            boolean late = ticks
                    && read.askedAtTick != RaftFacts.NEVER
                    && read.answeredIndex == Long.MAX_VALUE
                    && facts.tick - read.askedAtTick > facts.config.electionTimeoutTicks();
            refuses(
                    givesUp && read.answeredIndex != Long.MAX_VALUE && !answers(each.getKey(), actions),
                    "has waited for a leader in vain, and leaves a read waiting for index " + read.answeredIndex);
            if (reached || late) {
                refuses(
                        !answers(each.getKey(), actions),
                        reached
                                ? "has executed index " + read.answeredIndex + ", and does not answer a read"
                                : "leaves a read waiting for a leader that does not answer");
            }
        }
    }

    private static boolean asksForVotes(List<Action> actions) {
        for (Action each : actions) {
            if (each instanceof Action.Send send && send.message() instanceof RequestVote) {
                return true;
            }
        }
        return false;
    }

    private static boolean answers(long id, List<Action> actions) {
        for (Action each : actions) {
            if ((each instanceof Action.ReadReady ready && ready.id() == id)
                    || (each instanceof Action.RefuseRead refused && refused.id() == id)) {
                return true;
            }
        }
        return false;
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
                questions--;
                answersFollower(reply);
            } else if (send.message() instanceof ReadIndex question) {
                asks(question.context());
            } else if (send.message() instanceof TimeoutNow) {
                gaveUpLease = true;
            }
        }
    }

    private void asks(long context) {
        for (Read read : reads.values()) {
            if (!read.atLeader && read.askedAtTick == RaftFacts.NEVER) {
                read.askedAtTick = facts.tick;
                read.context = context;
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
        ArrayDeque<Read> asked = remoteReads.get(reply.context());
        Read read = asked == null ? null : asked.poll();
        if (asked != null && asked.isEmpty()) {
            remoteReads.remove(reply.context());
        }
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
        boolean isOfEarlierTerm = read.isConfirmed && read.term != facts.leadsTerm();
        if (facts.isLeader() && !facts.isAlone() && !isOfEarlierTerm) {
            // Learners have no say: where it is the only voter, its own word is a majority's.
            refuses(
                    !facts.isQuorum(List.of(facts.self))
                            && !read.underLease
                            && !read.isConfirmed
                            && Math.max(confirmedRound, answeredRound()) <= read.round,
                    what + ", and no majority has said since then that it leads");
            refuses(!facts.hasCommittedInTerm(), what + " before an entry of its term is committed");
        }
    }
}
