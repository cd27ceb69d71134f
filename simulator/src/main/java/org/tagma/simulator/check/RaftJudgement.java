package org.tagma.simulator.check;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.Memory;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.Configuration;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftMessage.ReadIndex;
import org.tagma.core.raft.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.RaftMessage.TimeoutNow;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Forgotten;
import org.tagma.core.raft.RaftRecord.HardState;
import org.tagma.core.raft.RaftRecord.Reservation;
import org.tagma.core.raft.RaftRecord.Snapshotted;
import org.tagma.core.raft.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.RaftTimer;
import org.tagma.core.raft.SnapshotMeta;

/**
 * Holds one replica of Raft to what the paper says of single steps, whether or not a mistake would do harm in this run: whom it may
 * vote for (5.2, 5.4.1), when it may stand and lead (5.2; 9.6 of the dissertation), what it may take for stored and for
 * committed (5.3, 5.4.2), when a read may be answered (6.4). The rules stand here once more, and are asked of what the replica
 * was really told and wrote.
 *
 * <p>Not thread-safe.
 */
final class RaftJudgement {

    private static final long NEVER = Long.MIN_VALUE / 2;

    /** A read, and what the leader had said when it came. */
    private static final class Read {
        final boolean atLeader;
        final long round;
        final long commitIndex;
        final boolean alone;
        /** The lowest index that a leader named since. */
        long namedIndex = Long.MAX_VALUE;

        Read(boolean atLeader, long round, long commitIndex, boolean alone) {
            this.atLeader = atLeader;
            this.round = round;
            this.commitIndex = commitIndex;
            this.alone = alone;
        }
    }

    private final Findings findings;
    private final RaftConfig config;
    private final int self;
    private final RaftLogBook log;
    /** The configurations in its log, by index. */
    private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

    private final Map<Long, Set<Integer>> votes = new HashMap<>();
    private final Map<Long, Set<Integer>> preVotes = new HashMap<>();
    private final Map<Integer, Long> stored = new HashMap<>();
    private final Map<Integer, Long> rounds = new HashMap<>();
    /** Who has lost its log and not got it again. */
    private final Set<Integer> doNotCount = new HashSet<>();

    private final Map<Integer, Long> heardAtTick = new HashMap<>();
    private final Map<Long, Read> reads = new HashMap<>();
    private final Map<Long, Read> remoteReads = new HashMap<>();
    private final Set<Integer> answeredEstimation = new HashSet<>();

    private long tick;
    private long leads;
    private long leadsSinceTick;
    private long lastRound;
    private long knownCommitted;
    private long executed;
    private long heardLeaderAtTick = NEVER;
    /** What it must not take part in before so much is committed; unknown while it asks. */
    private long forgottenUpTo;

    private long forgottenTerm;
    private boolean asks;
    /** What is being stepped, and in which term it began. */
    private Event event = new Event.TimerFired(RaftTimer.TICK);

    private long termBefore;

    RaftJudgement(Findings findings, RaftConfig config, int self, RaftLogBook log) {
        this.findings = findings;
        this.config = config;
        this.self = self;
        this.log = log;
        configurations.put(0L, config.membership());
    }

    private Configuration configuration() {
        return configurations.lastEntry().getValue();
    }

    private boolean isLeader() {
        return leads > 0 && leads == log.hardState().term();
    }

    /** A life begins; the log has been read. */
    void recovers(Event.RecoveredLog recovered) {
        List.of(votes, preVotes, stored, rounds, heardAtTick, reads, remoteReads)
                .forEach(Map::clear);
        answeredEstimation.clear();
        doNotCount.clear();
        configurations.clear();
        configurations.put(0L, config.membership());
        leads = 0;
        lastRound = 0;
        heardLeaderAtTick = NEVER;
        asks = recovered.memory() == Memory.LOST;
        forgottenUpTo = 0;
        forgottenTerm = 0;
        long reserved = 0;
        for (var record : recovered.records()) {
            if (record instanceof Appended appended) {
                appends(appended.entry());
            } else if (record instanceof SuffixRemoved removed) {
                configurations.tailMap(removed.from(), true).clear();
            } else if (record instanceof Forgotten forgotten) {
                forgottenUpTo = forgotten.index();
                forgottenTerm = forgotten.term();
            } else if (record instanceof Reservation reservation) {
                reserved = Math.max(reserved, reservation.index());
            }
        }
        log.snapshot().ifPresent(this::beginsAfter);
        knownCommitted = log.snapshot().map(SnapshotMeta::index).orElse(0L);
        executed = knownCommitted;
        if (recovered.memory() == Memory.SURVIVORS) {
            forgottenUpTo = Math.max(forgottenUpTo, reserved);
        }
    }

    private void beginsAfter(SnapshotMeta snapshot) {
        configurations.headMap(snapshot.index(), true).clear();
        configurations.put(snapshot.index(), snapshot.configuration());
    }

    private void appends(Entry entry) {
        configurations.tailMap(entry.index(), true).clear();
        if (entry instanceof Entry.Reconfiguration change) {
            configurations.put(entry.index(), change.configuration());
            // From now on others must be heard, and it takes a while until that is looked at.
            leadsSinceTick = tick;
        }
    }

    // What it is told

    /** Before it steps an event. */
    void stepping(Event next) {
        event = next;
        termBefore = log.hardState().term();
        if (event instanceof Event.TimerFired) {
            tick++;
        } else if (event instanceof Event.ReadReceived read) {
            reads.put(read.id(), new Read(isLeader(), lastRound, knownCommitted, isAlone()));
        } else if (event instanceof Event.Executed done) {
            executed = Math.max(executed, done.sequence());
        } else if (event instanceof Event.StateInstalled installed) {
            executed = Math.max(executed, installed.sequence());
            knownCommitted = Math.max(knownCommitted, installed.sequence());
        } else if (event instanceof Event.MessageReceived received) {
            hears(received.message().sender(), received.message().message());
        }
    }

    private void hears(int sender, Message message) {
        if (message instanceof RequestVoteReply reply && reply.granted()) {
            (reply.preVote() ? preVotes : votes)
                    .computeIfAbsent(reply.electionTerm(), none -> new HashSet<>())
                    .add(sender);
        } else if (message instanceof AppendEntriesReply reply && isLeader() && reply.term() == leads) {
            heardAtTick.put(sender, tick);
            rounds.merge(sender, reply.round(), Math::max);
            if (reply.success()) {
                stored.merge(sender, reply.index(), Math::max);
            }
            if (reply.recoveringUpTo() > 0) {
                doNotCount.add(sender);
            } else {
                doNotCount.remove(sender);
            }
        } else if (message instanceof ReadIndex read) {
            remoteReads.putIfAbsent(read.context(), new Read(isLeader(), lastRound, knownCommitted, isAlone()));
        } else if (message instanceof ReadIndexReply reply) {
            reads.values().forEach(read -> read.namedIndex = Math.min(read.namedIndex, reply.index()));
        } else if (message instanceof EstimationReply) {
            answeredEstimation.add(sender);
        }
    }

    // What it makes of it

    /** It decided all this because of the event; the log is still as it was before. */
    void stepped(List<Action> actions) {
        boolean refused = actions.stream().anyMatch(action -> action instanceof Action.Reject);
        if (!refused
                && event instanceof Event.MessageReceived received
                && received.message().message() instanceof InstallSnapshot install) {
            heardLeaderAtTick = tick;
            if (log.termAt(install.snapshot().index()) == install.snapshot().term()) {
                knownCommitted = Math.max(knownCommitted, install.snapshot().index());
            }
        }
    }

    private void answers(int sender, Message question, Message answer) {
        if (question instanceof RequestVote vote && answer instanceof RequestVoteReply reply && reply.granted()) {
            grants(sender, vote);
        } else if (question instanceof AppendEntries append
                && answer instanceof AppendEntriesReply reply
                && append.term() == reply.term()) {
            follows(append, reply);
        }
    }

    private void grants(int candidate, RequestVote question) {
        long lastTerm = log.termAt(log.lastIndex());
        boolean upToDate = question.lastLogTerm() > lastTerm
                || (question.lastLogTerm() == lastTerm && question.lastLogIndex() >= log.lastIndex());
        refuses(!upToDate, "votes for replica " + candidate + ", whose log is older than its own");
        refuses(mayNotVote(question.term()), "votes, though it may have voted in a life that it does not remember");
        boolean hearsLeader = tick - heardLeaderAtTick < config.electionTimeoutTicks();
        refuses(
                question.term() > termBefore && hearsLeader && !question.transfer(),
                "votes for replica " + candidate + ", though it hears a leader");
    }

    private boolean mayNotVote(long inTerm) {
        return asks || forgottenUpTo > knownCommitted || inTerm <= forgottenTerm;
    }

    private void follows(AppendEntries append, AppendEntriesReply reply) {
        heardLeaderAtTick = tick;
        if (!reply.success()) {
            return;
        }
        refuses(append.term() < forgottenTerm, "acknowledges entries of a term below one in which it may have voted");
        boolean agrees = matches(append.prevLogIndex(), append.prevLogTerm());
        for (Entry entry : append.entries()) {
            agrees &= entry.index() > reply.index() || matches(entry.index(), entry.term());
        }
        refuses(!agrees, "acknowledges entries up to " + reply.index() + " that are not in its log");
        long last = append.prevLogIndex() + append.entries().size();
        knownCommitted = Math.max(knownCommitted, Math.min(append.leaderCommit(), last));
    }

    private boolean matches(long index, long term) {
        return log.coversBySnapshot(index) || log.termAt(index) == term;
    }

    /** It decided this; what it writes is not in the log yet. */
    void decided(Action action) {
        if (action instanceof Action.Persist persist) {
            writes(persist.record());
        } else if (action instanceof Action.Send send) {
            says(send.to(), send.message());
        } else if (action instanceof Action.Commit commit) {
            commits(commit.sequence());
        } else if (action instanceof Action.ReadReady ready) {
            answersRead(ready);
        } else if (action instanceof Action.RefuseRead refused) {
            reads.remove(refused.id());
        }
    }

    private void writes(LogRecord record) {
        if (record instanceof HardState state
                && state.votedFor() == self
                && state.term() > log.hardState().term()) {
            boolean asked = event instanceof Event.MessageReceived received
                    && received.message().message() instanceof TimeoutNow;
            refuses(!asked && !isQuorum(preVotes.get(state.term())), "stands without a majority of pre-votes");
            refuses(asks || forgottenUpTo > knownCommitted, "stands, though it lost its log and has not got it again");
            refuses(!mayHaveToLead(), "stands, though it has no vote");
        } else if (record instanceof Forgotten forgotten) {
            refuses(
                    asks && !answeredEstimation.containsAll(othersToAsk()),
                    "has not heard all others of what it forgot");
            refuses(forgotten.index() < forgottenUpTo, "forgets less than it had reserved");
            asks = false;
            forgottenUpTo = Math.max(forgottenUpTo, forgotten.index());
            forgottenTerm = Math.max(forgottenTerm, forgotten.term());
        } else if (record instanceof Appended appended) {
            if (isLeader()) {
                proposes(appended.entry());
            }
            appends(appended.entry());
        } else if (record instanceof SuffixRemoved removed) {
            configurations.tailMap(removed.from(), true).clear();
        } else if (record instanceof Snapshotted taken) {
            if (log.termAt(taken.snapshot().index()) != taken.snapshot().term()) {
                configurations.clear();
            }
            beginsAfter(taken.snapshot());
        }
    }

    /** It has a vote, or had one before a change that is not known to be committed (dissertation 4.2.2). */
    private boolean mayHaveToLead() {
        long changedAt = configurations.lastKey();
        var before = configurations.lowerEntry(changedAt);
        return configuration().isVoter(self)
                || (changedAt > knownCommitted
                        && before != null
                        && before.getValue().isVoter(self));
    }

    private Set<Integer> othersToAsk() {
        Set<Integer> others = new HashSet<>(config.membership().voters());
        others.remove(self);
        return others;
    }

    private void proposes(Entry entry) {
        if (entry instanceof Entry.Requests) {
            refuses(
                    entry.index() - knownCommitted > config.pipelineDepth(),
                    "proposes index " + entry.index() + ", with only " + knownCommitted + " committed");
            refuses(
                    entry.index() > executed + config.logWindow(),
                    "proposes index " + entry.index() + " beyond its window");
        } else if (entry instanceof Entry.Reconfiguration change) {
            refuses(!isStep(configuration(), change.configuration()), "changes the group at once to " + change);
            refuses(configurations.lastKey() > knownCommitted, "changes the group while a change is not committed");
            refuses(!hasCommittedInTerm(), "changes the group before an entry of its term is committed");
        }
    }

    private static boolean isStep(Configuration from, Configuration to) {
        if (to.isJoint()) {
            return !from.isJoint() && to.oldVoters().equals(from.voters());
        }
        return to.voters().equals(from.voters());
    }

    private boolean hasCommittedInTerm() {
        return log.termAt(knownCommitted) == log.hardState().term();
    }

    private void says(int to, Message message) {
        if (to != self
                && event instanceof Event.MessageReceived received
                && received.message().sender() == to) {
            answers(to, received.message().message(), message);
        }
        if (message instanceof AppendEntries append) {
            if (leads != append.term()) {
                begins(append.term());
            }
            lastRound = Math.max(lastRound, append.round());
            leadsOn();
        } else if (message instanceof RequestVote && event instanceof Event.TimerFired && to != self) {
            refuses(
                    tick - heardLeaderAtTick < config.electionTimeoutTicks(),
                    "asks for votes, though it heard the leader lately");
        } else if (message instanceof ReadIndexReply reply) {
            Read read = remoteReads.remove(reply.context());
            if (read != null) {
                confirmed(read, "tells a follower of a read index");
                refuses(reply.index() < read.commitIndex, "tells a follower of a read index that is too low");
            }
        }
    }

    private void begins(long term) {
        refuses(!isQuorum(votes.get(term)), "leads term " + term + " without a majority of votes");
        leads = term;
        leadsSinceTick = tick;
        lastRound = 0;
        List.of(stored, rounds, heardAtTick, remoteReads).forEach(Map::clear);
        doNotCount.clear();
    }

    /** Check-quorum (dissertation 6.2): an election timeout to hear a majority in, and one more until that is looked at. */
    private void leadsOn() {
        long patience = 2L * config.electionTimeoutTicks() + config.heartbeatTicks();
        if (tick - leadsSinceTick > patience) {
            long heard = reached(id -> id == self ? tick : heardAtTick.getOrDefault(id, NEVER));
            refuses(heard < tick - patience, "leads on, though it has heard no majority");
        }
    }

    private void commits(long index) {
        if (index > knownCommitted && isLeader() && !isAlone()) {
            long onQuorum = reached(id -> doNotCount.contains(id) ? 0 : stored.getOrDefault(id, 0L));
            boolean ofThisTerm = false;
            for (long each = index; each <= onQuorum && !ofThisTerm; each++) {
                ofThisTerm = log.termAt(each) == leads;
            }
            refuses(!ofThisTerm, "commits index " + index + " without a majority that stores an entry of its term");
        } else {
            refuses(
                    index > knownCommitted && !isAlone(),
                    "commits index " + index + ", which no leader called committed");
        }
        knownCommitted = Math.max(knownCommitted, index);
    }

    private void answersRead(Action.ReadReady ready) {
        Read read = reads.remove(ready.id());
        if (read == null || config.leaseReads() || read.alone || isAlone()) {
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
        if (!config.leaseReads() && isLeader() && !isAlone()) {
            long answered =
                    reached(id -> id == self ? lastRound : doNotCount.contains(id) ? -1 : rounds.getOrDefault(id, -1L));
            refuses(answered <= read.round, what + ", and no majority has said since then that it leads");
            refuses(!hasCommittedInTerm(), what + " before an entry of its term is committed");
        }
    }

    // Majorities, counted here and not asked for, since they are under test like everything else

    /** Then it talks to nobody, and nothing is known of what it does. */
    private boolean isAlone() {
        return configuration().members().size() == 1;
    }

    private boolean isQuorum(Collection<Integer> replicas) {
        return replicas != null && reached(id -> replicas.contains(id) ? 1 : 0) == 1;
    }

    private long reached(ToLongFunction<Integer> value) {
        long reached = reached(configuration().voters(), value);
        return configuration().oldVoters().isEmpty()
                ? reached
                : Math.min(reached, reached(configuration().oldVoters(), value));
    }

    private static long reached(List<Integer> voters, ToLongFunction<Integer> value) {
        long[] descending =
                voters.stream().mapToLong(value).map(each -> -each).sorted().toArray();
        return -descending[voters.size() / 2];
    }

    private void refuses(boolean wrong, String what) {
        if (wrong) {
            findings.report(Property.DOES_WHAT_IT_MUST, "replica " + self + " " + what);
        }
    }
}
