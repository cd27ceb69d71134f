package org.tagma.core.raft;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.raft.Progress.Mode;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;

/**
 * How a leader brings its log to the others (Raft 5.3): to each at its own pace, with bounds on what is under way. What
 * a slow follower lacks is read from the log when there is room for it, so it costs the leader no memory.
 */
final class Replication {

    private final RaftState state;
    private final TreeMap<Integer, Progress> followers = new TreeMap<>();
    /** When each unconfirmed round began, by the leader's clocks. */
    private final TreeMap<Long, Moment> roundBegan = new TreeMap<>();

    /** Up to here the leader's own log is durable. */
    private long ownMatch;

    private long round;
    private long confirmedRound;
    /** When the last round that a quorum answered began. */
    private Moment confirmedBegan = new Moment(0, 0);

    /**
     * A moment by both clocks of a replica. A lease counts on both: the one may be set back, the other stand still
     * while the machine is suspended, and then a lease that is over would look fresh.
     */
    private record Moment(long wallMillis, long elapsedMillis) {

        boolean isWithin(long millis, Moment earlier) {
            return isWithin(millis, wallMillis - earlier.wallMillis)
                    && isWithin(millis, elapsedMillis - earlier.elapsedMillis);
        }

        private static boolean isWithin(long millis, long sinceMillis) {
            return sinceMillis >= 0 && sinceMillis < millis;
        }
    }

    Replication(RaftState state) {
        this.state = state;
    }

    /** Begins a term as leader: nothing is known of the others. */
    void start() {
        followers.clear();
        roundBegan.clear();
        round = 0;
        confirmedRound = 0;
        ownMatch = 0;
        syncMembers();
    }

    void stop() {
        followers.clear();
        roundBegan.clear();
    }

    /** The configuration may have changed: replicates to its members, and to nobody else. */
    void syncMembers() {
        List<Integer> members = state.configuration().members();
        followers.keySet().retainAll(members);
        for (int member : members) {
            if (member != state.self) {
                followers.computeIfAbsent(member, id -> new Progress(state.log.lastIndex() + 1, state.tick));
            }
        }
    }

    Progress progress(int replica) {
        return followers.get(replica);
    }

    Map<Integer, Progress> followers() {
        return followers;
    }

    // Sending

    /** Sends every follower what it lacks, as far as there is room. */
    void sendToAll() {
        followers.keySet().forEach(this::sendTo);
    }

    void sendTo(int replica) {
        Progress progress = followers.get(replica);
        if (progress.mode == Mode.SNAPSHOT) {
            return;
        }
        if (isCompacted(progress)) {
            offerSnapshot(replica, progress);
        } else if (progress.mode == Mode.PROBE) {
            if (!progress.awaitsAnswer) {
                progress.awaitsAnswer = true;
                sendEntries(replica, progress, entriesFrom(progress.next));
            }
        } else {
            while (progress.next <= state.log.lastIndex() && progress.hasRoom(state.config)) {
                List<Entry> entries = entriesFrom(progress.next);
                sendEntries(replica, progress, entries);
                progress.sent(
                        progress.next + entries.size() - 1,
                        entries.stream().mapToLong(Entry::size).sum());
            }
        }
    }

    /** As much as one message takes. A follower takes no more entries than the window holds. */
    private List<Entry> entriesFrom(long next) {
        return state.log.from(next, state.config.logWindow(), state.config.maxAppendBytes());
    }

    /** Tells those who have everything that more of it is committed. */
    void tellCommit() {
        followers.forEach((replica, progress) -> {
            if (progress.mode == Mode.REPLICATE
                    && progress.toldCommit < state.commitIndex
                    && progress.next > state.log.lastIndex()) {
                sendEntries(replica, progress, List.of());
            }
        });
    }

    private boolean isCompacted(Progress progress) {
        return progress.next - 1 < state.log.baseIndex();
    }

    private void sendEntries(int replica, Progress progress, List<Entry> entries) {
        long previous = progress.next - 1;
        progress.toldCommit = state.commitIndex;
        state.send(
                replica,
                new AppendEntries(state.term(), previous, state.log.term(previous), entries, state.commitIndex, round));
    }

    /** Says to all that this replica leads, and counts the answers: see {@link #confirmedRound}. */
    long beginRound() {
        round++;
        roundBegan.put(round, now());
        followers.forEach(this::heartbeat);
        confirmRounds();
        return round;
    }

    private void heartbeat(int replica, Progress progress) {
        if (progress.mode == Mode.SNAPSHOT || isCompacted(progress)) {
            // Every log agrees with this one at index 0, so this can only say who leads.
            state.send(replica, new AppendEntries(state.term(), 0, 0, List.of(), state.commitIndex, round));
            if (progress.mode != Mode.SNAPSHOT) {
                // It may be back, and in an idle group nothing else would ever be sent to it.
                offerSnapshot(replica, progress);
            }
        } else {
            // From where the follower should be: so it notices what was lost on the way.
            sendEntries(replica, progress, List.of());
        }
    }

    /** Time has passed: an offer may be lost, or be of a state that is kept no longer. */
    void repeatOffers() {
        followers.forEach((replica, progress) -> {
            if (progress.mode == Mode.SNAPSHOT) {
                offerSnapshot(replica, progress);
            }
        });
    }

    private void offerSnapshot(int replica, Progress progress) {
        boolean stillKept = state.snapshot.equals(progress.offered) || state.previousSnapshot.equals(progress.offered);
        // What it has reached is not offered again, even if it is kept: the log has moved on from there meanwhile.
        if (!stillKept || progress.offered.index() <= progress.match) {
            progress.snapshot(state.snapshot);
        }
        state.send(replica, new InstallSnapshot(state.term(), progress.offered));
    }

    /** Who has the log up to this leader's newest snapshot is told of that, to compare its own with it. */
    void tellState() {
        followers.forEach((replica, progress) -> {
            if (progress.mode == Mode.REPLICATE && progress.match >= state.snapshot.index()) {
                state.send(replica, new InstallSnapshot(state.term(), state.snapshot));
            }
        });
    }

    // Answers

    /** The leader's own log is durable up to here. */
    void ownLogIsDurable(long index) {
        ownMatch = Math.max(ownMatch, index);
    }

    RaftVerdict onReply(int sender, AppendEntriesReply message) {
        Progress progress = followers.get(sender);
        if (progress == null) {
            return RaftVerdict.UNEXPECTED;
        }
        if (message.index() > state.log.lastIndex() || message.round() > round) {
            return RaftVerdict.MALFORMED;
        }
        noteMemory(progress, message);
        progress.heardAtTick = state.tick;
        progress.ackedRound = Math.max(progress.ackedRound, message.round());
        if (message.success()) {
            onAgreement(sender, progress, message.index());
        } else {
            onConflict(sender, progress, message);
        }
        confirmRounds();
        return RaftVerdict.ACCEPT;
    }

    private void noteMemory(Progress progress, AppendEntriesReply message) {
        if (message.recovering() && !progress.recovering) {
            progress.forgot(state.log.lastIndex() + 1);
        } else if (!message.recovering() && message.success() && message.index() >= progress.fence) {
            progress.recovering = false;
        }
    }

    /** Up to here entries are needed before every follower that forgot can count again; 0 if there is none. */
    long highestFence() {
        return followers.values().stream()
                .filter(progress -> progress.recovering)
                .mapToLong(progress -> progress.fence)
                .max()
                .orElse(0);
    }

    private void onAgreement(int replica, Progress progress, long index) {
        boolean news = progress.acknowledged(index);
        boolean wasProbing = progress.mode == Mode.PROBE;
        boolean caughtUpBySnapshot = progress.mode == Mode.SNAPSHOT && !isStateBetter(progress.match);
        if (caughtUpBySnapshot) {
            progress.probe(progress.match + 1);
        } else if (wasProbing && index >= progress.next - 1) {
            supplyFromHere(replica, progress);
        }
        // An answer that says nothing new is not answered with more: the follower may have no room.
        if (news || wasProbing || caughtUpBySnapshot) {
            sendTo(replica);
        }
    }

    /** It is known where the logs part: goes on with the log or with a state, whichever is shorter. */
    private void supplyFromHere(int replica, Progress progress) {
        if (isStateBetter(progress.match)) {
            offerSnapshot(replica, progress);
        } else {
            progress.replicate();
        }
    }

    /**
     * Whether a follower that has the log up to an index is better served with the newest state. What one message
     * carries is never worth a fetch.
     */
    private boolean isStateBetter(long match) {
        return match < state.log.baseIndex()
                || state.log.bytes(match + 1, state.snapshot.index())
                        > Math.max(state.snapshotBytes, state.config.maxAppendBytes());
    }

    private void onConflict(int replica, Progress progress, AppendEntriesReply message) {
        if (message.recovering() && message.hintIndex() < progress.match) {
            progress.forget(message.hintIndex());
        } else if (progress.mode == Mode.SNAPSHOT
                || message.index() <= progress.match
                || (progress.mode == Mode.PROBE && message.index() != progress.next - 1)) {
            return;
        }
        long agreement = state.log.lastIndexNotAbove(message.hintIndex(), message.hintTerm());
        progress.probe(Math.min(message.index(), agreement + 1));
        sendTo(replica);
    }

    // Quorums

    /** The highest index that is stored on a quorum. */
    long storedOnQuorum() {
        return state.configuration()
                .reachedByQuorum(replica -> replica == state.self ? ownMatch : matchThatCounts(replica));
    }

    private long matchThatCounts(int replica) {
        Progress progress = followers.get(replica);
        return progress.recovering ? 0 : progress.match;
    }

    private void confirmRounds() {
        long reached = state.configuration()
                .reachedByQuorum(replica -> replica == state.self ? round : ackThatCounts(replica));
        if (reached > confirmedRound) {
            confirmedRound = reached;
            confirmedBegan = roundBegan.floorEntry(reached).getValue();
            roundBegan.headMap(reached, true).clear();
        }
    }

    private long ackThatCounts(int replica) {
        Progress progress = followers.get(replica);
        return progress.recovering ? 0 : progress.ackedRound;
    }

    /** The last round in which a quorum said that this replica led; it led when that round began. */
    long confirmedRound() {
        return confirmedRound;
    }

    boolean awaitsRound() {
        return confirmedRound < round;
    }

    /** Whether no other replica can have been elected yet, as far as clocks can be trusted. */
    boolean holdsLease() {
        return confirmedRound > 0 && now().isWithin(state.config.leaseMillis(), confirmedBegan);
    }

    private Moment now() {
        return new Moment(state.nowMillis, state.elapsedMillis);
    }

    /** Whether a quorum was heard from in the last election timeout. */
    boolean hearsQuorum() {
        return state.configuration()
                        .reachedByQuorum(replica -> replica == state.self || isHeard(followers.get(replica)) ? 1 : 0)
                == 1;
    }

    private boolean isHeard(Progress progress) {
        return state.tick - progress.heardAtTick < state.config.electionTimeoutTicks() && !progress.recovering;
    }

    /**
     * Of the voters that could lead at once the one with the most of the log: rather one that answered the last
     * heartbeats.
     */
    Optional<Integer> bestVoter() {
        return followers.entrySet().stream()
                .filter(follower -> state.configuration().isVoter(follower.getKey()) && !follower.getValue().recovering)
                .max(Comparator.comparing((Map.Entry<Integer, Progress> follower) -> isLively(follower.getKey()))
                        .thenComparingLong(follower -> follower.getValue().match))
                .map(Map.Entry::getKey);
    }

    /** It answers each heartbeat, however long each answer is on its way. */
    private boolean isLively(int replica) {
        return !state.unreachable.get(replica)
                && state.tick - followers.get(replica).heardAtTick <= 2L * state.config.heartbeatTicks();
    }

    long stateHash() {
        long hash = ownMatch * 31 + round;
        for (Map.Entry<Integer, Progress> follower : followers.entrySet()) {
            hash = 31 * hash + follower.getKey();
            hash = 31 * hash + follower.getValue().stateHash();
        }
        return hash;
    }
}
