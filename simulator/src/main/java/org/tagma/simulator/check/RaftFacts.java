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
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.TimeoutNow;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Forgotten;
import org.tagma.core.raft.RaftRecord.Reservation;
import org.tagma.core.raft.RaftRecord.Snapshotted;
import org.tagma.core.raft.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.RaftTimer;
import org.tagma.core.raft.SnapshotMeta;

/**
 * What one replica of Raft was really told and wrote, and what follows from that: whether it leads, what it may take for
 * stored and for committed, which group is in force. The rules are asked of it, and nothing of the replica's insides.
 *
 * <p>Not thread-safe.
 */
final class RaftFacts {

    static final long NEVER = Long.MIN_VALUE / 2;

    final RaftConfig config;
    final int self;
    final RaftLogBook log;
    /** The configurations in its log, by index. */
    final TreeMap<Long, Configuration> configurations = new TreeMap<>();

    // What it was told as the leader of this term
    final Map<Integer, Long> stored = new HashMap<>();
    final Map<Integer, Long> rounds = new HashMap<>();
    /** Who has lost its log and not got it again. */
    final Set<Integer> doNotCount = new HashSet<>();

    private final Map<Integer, Long> heardAtTick = new HashMap<>();
    private final Findings findings;

    long tick;
    long startedAtTick;
    long lastRound;
    long knownCommitted;
    long executed;
    long heardLeaderAtTick = NEVER;
    /** What it must not take part in before so much is committed; unknown while it asks. */
    long forgottenUpTo;

    long forgottenTerm;
    boolean asks;
    long reserved;
    /** Its log begins after a state that is not installed. */
    boolean stateMissing;
    /** What is being stepped, and in which term it began. */
    Event event = new Event.TimerFired(RaftTimer.TICK);

    long termBefore;
    /** The group once all that this step decided is written: a leader sends its entries before it writes them. */
    Configuration comingConfiguration;
    /** Its clocks, as of the last turn. */
    long wallMillis;

    long elapsedMillis;

    private long leads;
    private long leadsSinceTick;
    private boolean steppedDown;
    private boolean startIsKnown;
    /** Whether it gives up in this step, since it has heard no majority. */
    boolean givesUp;

    RaftFacts(Findings findings, RaftConfig config, int self, RaftLogBook log) {
        this.findings = findings;
        this.config = config;
        this.self = self;
        this.log = log;
        configurations.put(0L, config.membership());
        comingConfiguration = config.membership();
    }

    void refuses(boolean wrong, String what) {
        if (wrong) {
            findings.report(Property.DOES_WHAT_IT_MUST, "replica " + self + " " + what);
        }
    }

    // A life

    /** A life begins; the log has been read. */
    void recovers(Event.RecoveredLog recovered) {
        List.of(stored, rounds, heardAtTick).forEach(Map::clear);
        doNotCount.clear();
        configurations.clear();
        configurations.put(0L, config.membership());
        leads = 0;
        steppedDown = false;
        lastRound = 0;
        // Who starts again may have heard a leader just before, whose lease counts on that.
        heardLeaderAtTick = config.leaseReads() && recovered.memory() != Memory.FIRST_LIFE ? tick : NEVER;
        asks = recovered.memory() == Memory.LOST
                || (recovered.memory() == Memory.SURVIVORS
                        && recovered.records().stream().noneMatch(LogRecord::survivesAmnesia));
        forgottenUpTo = 0;
        forgottenTerm = 0;
        reserved = 0;
        recovered.records().forEach(this::remembers);
        log.snapshot().ifPresent(this::beginsAfter);
        knownCommitted = log.snapshot().map(SnapshotMeta::index).orElse(0L);
        stateMissing = knownCommitted > 0;
        executed = knownCommitted;
        if (recovered.memory() == Memory.SURVIVORS) {
            forgottenUpTo = Math.max(forgottenUpTo, reserved);
        }
    }

    private void remembers(LogRecord record) {
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
            List<Integer> members = change.configuration().members();
            List.of(stored, rounds, heardAtTick).forEach(each -> each.keySet().retainAll(members));
            doNotCount.retainAll(members);
        }
    }

    // What it is told

    /** Before it steps an event. */
    void stepping(Event next) {
        event = next;
        termBefore = log.hardState().term();
        givesUp = false;
        if (event instanceof Event.TimerFired) {
            tick++;
            looksForAMajority();
        } else if (event instanceof Event.QueueDrained drained) {
            wallMillis = drained.timeMillis();
            elapsedMillis = drained.elapsedMillis();
        } else if (event instanceof Event.Executed done) {
            executed = Math.max(executed, done.sequence());
        } else if (event instanceof Event.StateInstalled installed) {
            stateMissing = false;
            executed = Math.max(executed, installed.sequence());
            knownCommitted = Math.max(knownCommitted, installed.sequence());
        } else if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof AppendEntriesReply reply
                && isLeader()
                && reply.term() == leads) {
            hears(received.message().sender(), reply);
        }
    }

    private void hears(int sender, AppendEntriesReply reply) {
        heardAtTick.put(sender, tick);
        rounds.merge(sender, reply.round(), Math::max);
        if (reply.success()) {
            stored.merge(sender, reply.index(), Math::max);
        }
        if (reply.recoveringUpTo() > 0) {
            doNotCount.add(sender);
            if (!reply.success()) {
                // What it had it has lost.
                stored.computeIfPresent(sender, (id, index) -> Math.min(index, reply.hintIndex()));
            }
        } else {
            doNotCount.remove(sender);
        }
    }

    /** Check-quorum: once in an election timeout, whether a majority was heard in it; if not, it leads no longer. */
    private void looksForAMajority() {
        if (leadsNow() && startIsKnown && (tick - startedAtTick) % config.electionTimeoutTicks() == 0) {
            long since = tick - config.electionTimeoutTicks();
            long heard = reached(id -> id == self || isHeardSince(id, since) ? 1 : 0);
            steppedDown = heard == 0;
            givesUp = steppedDown;
        }
    }

    private boolean isHeardSince(int replica, long since) {
        return !doNotCount.contains(replica) && heardAtTick.getOrDefault(replica, NEVER) >= since;
    }

    /** When a majority was last heard, or long ago; itself is always heard. */
    long majorityHeardAtTick() {
        return reached(id -> id == self ? tick : heardAtTick.getOrDefault(id, NEVER));
    }

    // What it makes of it

    /** It decided all this because of the event; the log is still as it was before. */
    void stepped(List<Action> actions) {
        comingConfiguration = configuration();
        for (Action each : actions) {
            if (each instanceof Action.Persist persist
                    && persist.record() instanceof Appended appended
                    && appended.entry() instanceof Entry.Reconfiguration change) {
                comingConfiguration = change.configuration();
            }
        }
        if (!hasRefused(actions) && message() instanceof InstallSnapshot install) {
            heardLeaderAtTick = tick;
            SnapshotMeta offer = install.snapshot();
            if (!stateMissing && log.termAt(offer.index()) == offer.term()) {
                knownCommitted = Math.max(knownCommitted, offer.index());
            }
        }
    }

    static boolean hasRefused(List<Action> actions) {
        return actions.stream().anyMatch(action -> action instanceof Action.Reject);
    }

    /** It follows a leader's message, and agrees up to some index or refuses it. */
    void follows(AppendEntries append, AppendEntriesReply reply) {
        heardLeaderAtTick = tick;
        if (reply.success() && append.prevLogIndex() >= knownCommitted) {
            knownCommitted = Math.max(knownCommitted, Math.min(append.leaderCommit(), reply.index()));
        }
    }

    /** It decided this, and the rules have been asked. */
    void decided(Action action) {
        if (action instanceof Action.Persist persist) {
            writes(persist.record());
        } else if (action instanceof Action.InstallState) {
            stateMissing = true;
        } else if (action instanceof Action.Commit commit) {
            knownCommitted = Math.max(knownCommitted, commit.sequence());
        } else if (action instanceof Action.Send send) {
            says(send.message());
        }
    }

    private void writes(LogRecord record) {
        if (record instanceof Appended appended) {
            appends(appended.entry());
        } else if (record instanceof Forgotten forgotten) {
            asks = false;
            forgottenUpTo = Math.max(forgottenUpTo, forgotten.index());
            forgottenTerm = Math.max(forgottenTerm, forgotten.term());
        } else if (record instanceof Reservation reservation) {
            reserved = Math.max(reserved, reservation.index());
        } else if (record instanceof SuffixRemoved removed) {
            configurations.tailMap(removed.from(), true).clear();
        } else if (record instanceof Snapshotted taken) {
            if (log.termAt(taken.snapshot().index()) != taken.snapshot().term()) {
                configurations.clear();
            }
            beginsAfter(taken.snapshot());
        }
    }

    private void says(Message message) {
        if (message instanceof AppendEntries append) {
            lastRound = Math.max(lastRound, append.round());
        } else if (message instanceof RequestVote || (message instanceof TimeoutNow && isOutside())) {
            steppedDown = true;
        }
    }

    /** The group has been changed to one without it. */
    boolean isOutside() {
        return !configuration().isVoter(self) && !hasUncommittedChange();
    }

    /** It sends entries in a term in which it has not led before. */
    void begins(long term) {
        leads = term;
        steppedDown = false;
        // Who led alone has said so to nobody; when it began shows only if it has no entry of its term yet.
        startIsKnown = log.termAt(log.lastIndex()) != term;
        startedAtTick = tick;
        leadsSinceTick = tick;
        lastRound = 0;
        List.of(stored, rounds, heardAtTick).forEach(Map::clear);
        doNotCount.clear();
    }

    // What follows

    Configuration configuration() {
        return configurations.lastEntry().getValue();
    }

    /** Whether it was elected in its term; it may have given up since. */
    boolean isLeader() {
        return leads > 0 && leads == log.hardState().term();
    }

    boolean leadsNow() {
        return isLeader() && !steppedDown;
    }

    boolean isStartKnown() {
        return startIsKnown;
    }

    long leadsTerm() {
        return leads;
    }

    /** Since it leads, or since the group that it leads is this one. */
    long leadsSinceTick() {
        return leadsSinceTick;
    }

    boolean hasCommittedInTerm() {
        return log.termAt(knownCommitted) == log.hardState().term();
    }

    boolean hasUncommittedChange() {
        return configurations.lastKey() > knownCommitted;
    }

    /** Whether it forgot a life, and does not have again what it may have acknowledged there. */
    boolean isRecovering() {
        return asks || forgottenUpTo > knownCommitted;
    }

    /** It has a vote, or had one before a change that is not known to be committed (dissertation 4.2.2). */
    boolean mayHaveToLead() {
        var before = configurations.lowerEntry(configurations.lastKey());
        return configuration().isVoter(self)
                || (hasUncommittedChange()
                        && before != null
                        && before.getValue().isVoter(self));
    }

    /** The message that is being stepped, or null. */
    Message message() {
        return event instanceof Event.MessageReceived received
                ? received.message().message()
                : null;
    }

    /** Who sent it, or -1. */
    int sender() {
        return event instanceof Event.MessageReceived received
                ? received.message().sender()
                : -1;
    }

    boolean matches(long index, long term) {
        return log.coversBySnapshot(index) || log.termAt(index) == term;
    }

    // Majorities

    /** Then it talks to nobody, and nothing is known of what it does. */
    boolean isAlone() {
        return configuration().members().size() == 1;
    }

    boolean isQuorum(Collection<Integer> replicas) {
        return replicas != null && reached(id -> replicas.contains(id) ? 1 : 0) == 1;
    }

    long reached(ToLongFunction<Integer> value) {
        return Majorities.reached(configuration(), value);
    }
}
