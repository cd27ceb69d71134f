package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.SnapshotMeta;

/**
 * What the parts of a Raft replica share: term, vote, role, log and how far things have come. The parts change it only
 * within a step, and put what they decide into it with {@link #emit}.
 */
final class RaftState {

    /** No replica: no vote, no leader. */
    static final int NOBODY = -1;

    /** What a replica is in its term (Raft 5.1). */
    enum Role {
        FOLLOWER,
        /** Asks whether it would win an election (dissertation 9.6). */
        PRE_CANDIDATE,
        CANDIDATE,
        LEADER
    }

    final RaftConfig config;
    final int self;
    final RaftLog log = new RaftLog();
    final MembershipLog memberships;
    final RequestPool pool;
    final SplitMix random;

    Role role = Role.FOLLOWER;
    /** The leader of the term, if it is known. */
    int leader = NOBODY;
    /** Up to here the log is known to be committed. */
    long commitIndex;
    /** Up to here entries were handed to execution. */
    long delivered;
    /** Up to here entries were executed. */
    long lastExecuted;
    /** The newest state that this replica has, and the one before, which a follower may still be fetching. */
    SnapshotMeta snapshot;

    SnapshotMeta previousSnapshot;
    /** What it costs to fetch {@link #snapshot}. */
    long snapshotBytes = Event.CheckpointTaken.UNKNOWN_BYTES;
    /** The log begins after a state that is not here: nothing can be executed until it is. */
    boolean stateMissing;
    /** It has forgotten what it acknowledged, and perhaps how it voted: see {@link AmnesiaRecovery}. */
    boolean recovering;
    /** In terms up to this one it may have voted in an incarnation that it forgot. */
    long votesAfterTerm;
    /** Ticks since the start. */
    long tick;
    /** When a leader was heard last; long ago at the start. */
    long heardFromLeaderAtTick;
    /** Replicas to which there was a connection, and is none. */
    final BitSet disconnected = new BitSet();
    /** Replicas whose address refused connections, and to which there was no new one since. */
    final BitSet unreachable = new BitSet();
    /** The leader's process has ended, as far as can be seen from here: elections are hurried up to this tick. */
    private long hurriedUntilTick;

    private int hurriedRank;
    /** The replica's own clock, as of the last turn; 0 before the first. */
    long nowMillis;
    /** The same moment by the clock that nobody sets. */
    long elapsedMillis;

    private long term;
    private int votedFor = NOBODY;
    private boolean hardStateChanged;
    private boolean deposed;
    private long electionDueAtTick;
    private List<Action> out = new ArrayList<>();

    RaftState(RaftConfig config) {
        this.config = config;
        this.self = config.replica();
        this.memberships = new MembershipLog(config.membership());
        this.pool = new RequestPool(config);
        this.random = new SplitMix(config.seed());
        this.snapshot = SnapshotMeta.genesis(config.membership());
        this.previousSnapshot = snapshot;
        this.heardFromLeaderAtTick = -config.electionTimeoutTicks();
        restartElectionTimer();
    }

    long term() {
        return term;
    }

    int votedFor() {
        return votedFor;
    }

    boolean isLeader() {
        return role == Role.LEADER;
    }

    Configuration configuration() {
        return memberships.latest();
    }

    /**
     * Whether this replica has a vote, or had one until a change that it does not know to be committed: then it may be
     * the only one with a log that can win, and has to lead until the change is committed, without counting itself
     * (dissertation 4.2.2).
     */
    boolean mayHaveToLead() {
        long changedAt = memberships.latestIndex();
        return configuration().isVoter(self)
                || (changedAt > commitIndex && memberships.at(changedAt - 1).isVoter(self));
    }

    /** Whether an entry of this term is committed: only then does a leader know which entries are (Raft 8). */
    boolean hasCommittedInTerm() {
        return log.term(commitIndex) == term;
    }

    /** Whether there is a leader that nobody should disturb: this replica itself, or one heard from lately. */
    boolean hearsLeader() {
        return isLeader() || (!isHurried() && tick - heardFromLeaderAtTick < config.electionTimeoutTicks());
    }

    /** Whether a replica that sees the leader's end has begun an election, or waits its turn to. */
    boolean isHurried() {
        return tick < hurriedUntilTick;
    }

    /**
     * Whether a replica's process has ended, as far as can be seen from here. Not with lease reads: a leader's lease
     * counts on it that those who heard it wait.
     */
    boolean hasEnded(int replica) {
        return unreachable.get(replica) && !config.leaseReads();
    }

    /** Whether what is for the leader can be sent to it: it is known, and connected. */
    boolean reachesLeader() {
        return leader != NOBODY && !disconnected.get(leader);
    }

    /** Whether this replica is the first to stand, of those that see the leader's end. */
    boolean isFirstToStand() {
        return isHurried() && hurriedRank == 0;
    }

    /** A leader was heard; whoever seemed to have ended has a successor. */
    void heardLeader() {
        heardFromLeaderAtTick = tick;
        hurriedUntilTick = 0;
        restartElectionTimer();
    }

    /**
     * The leader's process has ended, as far as can be seen from here. Whether that is so only a majority can know,
     * each for itself: one that sees it too answers a pre-vote, and one that hears the leader does not. The voters
     * after the leader stand one after the other, a tick apart, so that their votes do not split.
     */
    void hurry() {
        List<Integer> voters = configuration().voters();
        hurriedRank = Math.floorMod(voters.indexOf(self) - voters.indexOf(leader) - 1, voters.size());
        hurriedUntilTick = tick + config.electionTimeoutTicks();
        restartElectionTimer();
    }

    /** Whether an entry may be appended after these before more is executed: there is room in numbers and in bytes. */
    boolean hasRoomAfter(long index, long bytes) {
        return index < windowEnd() && bytes < config.windowBytes();
    }

    /** What the entries weigh, up to an index, that are not executed. */
    long unexecutedBytes(long upTo) {
        return log.bytes(lastExecuted + 1, upTo);
    }

    /** The highest index that may be appended before more is executed. */
    long windowEnd() {
        return Math.max(lastExecuted, log.baseIndex()) + config.logWindow();
    }

    // Term and role

    void restoreHardState(RaftRecord.HardState record) {
        term = record.term();
        votedFor = record.votedFor();
    }

    /** Becomes a follower, of a leader that may not be known yet. A later term begins without a vote. */
    void follow(long newTerm, int newLeader) {
        if (newTerm < term) {
            throw new IllegalStateException("from term " + term + " back to " + newTerm);
        }
        if (newTerm > term) {
            term = newTerm;
            votedFor = NOBODY;
            hardStateChanged = true;
        }
        if (isLeader()) {
            deposed = true;
            announce("no longer leader, in term " + term);
        }
        role = Role.FOLLOWER;
        leader = newLeader;
    }

    /** Starts an election of its own, voting for itself. */
    void stand() {
        term++;
        votedFor = self;
        hardStateChanged = true;
        role = Role.CANDIDATE;
        leader = NOBODY;
        hurriedUntilTick = 0;
    }

    /** Votes in this term; it must not have voted for another. */
    void vote(int candidate) {
        if (votedFor != NOBODY && votedFor != candidate) {
            throw new IllegalStateException(
                    "a second vote in term " + term + ": for " + candidate + " after " + votedFor);
        }
        // Whoever has its vote has an election timeout to win and be heard.
        hurriedUntilTick = 0;
        if (votedFor != candidate) {
            votedFor = candidate;
            hardStateChanged = true;
        }
    }

    /** Whether this replica ceased to lead in this step; asked once. */
    boolean takeDeposed() {
        boolean was = deposed;
        deposed = false;
        return was;
    }

    /** Randomized, so that candidates rarely collide (Raft 5.2). */
    void restartElectionTimer() {
        electionDueAtTick = isHurried()
                ? tick + 1 + hurriedRank
                : tick + config.electionTimeoutTicks() + random.nextInt(config.electionTimeoutTicks());
    }

    boolean isElectionDue() {
        return tick >= electionDueAtTick;
    }

    // Log

    /** The leader is known, and is to order what waits here. */
    void relayWaiting() {
        pool.takeAll().forEach(request -> emit(new Action.Relay(leader, request)));
    }

    /** Nobody here will order what waits, nor can it be passed on: the clients had better look for a leader at once. */
    void refuseWaiting() {
        pool.takeAll().forEach(request -> emit(new Action.Refuse(request, Action.Refusal.NO_LEADER)));
    }

    /** Appends in memory; {@link #persist} makes it durable. */
    void append(Entry entry) {
        log.append(entry);
        memberships.appended(entry);
    }

    void persist(List<Entry> entries) {
        entries.forEach(entry -> emit(new Action.Persist(new RaftRecord.Appended(entry))));
    }

    /** Everything up to here is known to be committed. */
    void committed(long index) {
        commitIndex = Math.max(commitIndex, index);
    }

    // Actions

    /** Adds an action. A change of term or vote is durable before anything that is decided after it (Raft 5.2). */
    void emit(Action action) {
        flushHardState();
        out.add(action);
    }

    private void flushHardState() {
        if (hardStateChanged) {
            hardStateChanged = false;
            out.add(new Action.Persist(new RaftRecord.HardState(term, votedFor)));
        }
    }

    /** To itself too: that comes back when all that was decided before it is durable. */
    void send(int to, Message message) {
        emit(new Action.Send(to, message));
    }

    void announce(String text) {
        emit(new Action.Announce(text));
    }

    /** What was decided since the last call. */
    List<Action> takeActions() {
        flushHardState();
        List<Action> actions = out;
        out = new ArrayList<>();
        return actions;
    }

    long stateHash() {
        long hash = term * 31 + votedFor;
        hash = 31 * hash + role.ordinal();
        hash = 31 * hash + leader;
        hash = 31 * hash + commitIndex;
        hash = 31 * hash + delivered;
        hash = 31 * hash + lastExecuted;
        hash = 31 * hash + snapshot.index();
        hash = 31 * hash + (recovering ? 1 : 0);
        hash = 31 * hash + log.stateHash();
        hash = 31 * hash + configuration().hashCode();
        return 31 * hash + pool.stateHash();
    }
}
