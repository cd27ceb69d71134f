package org.tagma.simulator.check;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Snapshotted;
import org.tagma.core.raft.SnapshotMeta;

/**
 * What a leader proposes, sends, tells and takes for committed (5.3, 5.4.2, 8), and that it says that it leads as long as a
 * majority hears it, and no longer (5.2; 6.2 of the dissertation). Not thread-safe.
 */
final class RaftLeaderRules extends RaftRules {

    /** A message with entries that is on its way. */
    private record Sent(long lastIndex, long bytes) {}

    private final Map<Integer, ArrayDeque<Sent>> underWay = new HashMap<>();
    private final Map<Integer, Long> toldCommit = new HashMap<>();
    private final Set<Integer> offered = new HashSet<>();
    private final Map<Integer, Long> toldRound = new HashMap<>();
    /** Where the last message to each follower begins. */
    private final Map<Integer, Long> lastPrevious = new HashMap<>();
    /** The state that each follower was told of last, while it is sent nothing else. */
    private final Map<Integer, SnapshotMeta> lastOffer = new HashMap<>();

    private Optional<SnapshotMeta> snapshot = Optional.empty();
    private Optional<SnapshotMeta> previousSnapshot = Optional.empty();
    private long heartbeatAtTick;

    RaftLeaderRules(RaftFacts facts) {
        super(facts);
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        snapshot = facts.log.snapshot();
        previousSnapshot = snapshot;
    }

    @Override
    void begins() {
        underWay.clear();
        toldCommit.clear();
        toldRound.clear();
        lastPrevious.clear();
        lastOffer.clear();
        offered.clear();
        heartbeatAtTick = facts.tick;
    }

    @Override
    void stepping(Event event) {
        if (facts.isLeader()
                && facts.message() instanceof AppendEntriesReply reply
                && reply.term() == facts.leadsTerm()) {
            ArrayDeque<Sent> sent = underWay.computeIfAbsent(facts.sender(), none -> new ArrayDeque<>());
            SnapshotMeta offer = lastOffer.get(facts.sender());
            boolean isOver =
                    reply.success() ? offer != null && reply.index() >= offer.index() : reply.recoveringUpTo() > 0;
            if (isOver) {
                lastOffer.remove(facts.sender());
            }
            if (reply.success()) {
                sent.removeIf(each -> each.lastIndex <= reply.index());
            } else {
                sent.clear();
            }
        }
    }

    @Override
    void stepped(List<Action> actions) {
        if (!facts.leadsNow()) {
            return;
        }
        if (facts.message() instanceof AppendEntriesReply reply
                && reply.term() == facts.leadsTerm()
                && !reply.success()) {
            mustGoBack(reply, actions);
        }
        if (facts.event instanceof Event.TimerFired && facts.isStartKnown()) {
            saysThatItLeads(actions);
        } else if (facts.event instanceof Event.QueueDrained && !facts.stateMissing) {
            tellsWhatIsCommitted(actions);
        }
    }

    /** Raft 5.3: it was refused the last that it sent, and sends something else at once. */
    private void mustGoBack(AppendEntriesReply reply, List<Action> actions) {
        int follower = facts.sender();
        boolean isOfTheLast = lastPrevious.getOrDefault(follower, -1L) == reply.index()
                && reply.index() > facts.stored.getOrDefault(follower, 0L)
                && isMember(follower);
        if (isOfTheLast) {
            boolean sends = false;
            for (Action each : actions) {
                sends |= each instanceof Action.Send send
                        && send.to() == follower
                        && (send.message() instanceof AppendEntries || send.message() instanceof InstallSnapshot);
            }
            refuses(!sends, "was refused entries after " + reply.index() + " by replica " + follower + ", and waits");
        }
    }

    private void saysThatItLeads(List<Action> actions) {
        Set<Integer> told = recipients(actions);
        Set<Integer> others = new HashSet<>(facts.configuration().members());
        others.remove(facts.self);
        if (facts.tick - heartbeatAtTick >= facts.config.heartbeatTicks()) {
            refuses(!told.containsAll(others), "leads, and does not say so to all of " + others);
            heartbeatAtTick = facts.tick;
        }
    }

    private static Set<Integer> recipients(List<Action> actions) {
        return actions.stream()
                .filter(each -> each instanceof Action.Send send && send.message() instanceof AppendEntries)
                .map(each -> ((Action.Send) each).to())
                .collect(Collectors.toSet());
    }

    /** Who has everything hears at once that more of it is committed; the others hear it with what they lack. */
    private void tellsWhatIsCommitted(List<Action> actions) {
        boolean proposes = actions.stream()
                .anyMatch(each -> each instanceof Action.Persist persist && persist.record() instanceof Appended);
        if (proposes) {
            return;
        }
        Set<Integer> told = recipients(actions);
        for (int follower : facts.configuration().members()) {
            boolean hasAll = facts.stored.getOrDefault(follower, 0L) >= facts.log.lastIndex();
            boolean knows = toldCommit.getOrDefault(follower, 0L) >= facts.knownCommitted;
            refuses(
                    follower != facts.self
                            && hasAll
                            && !knows
                            && !told.contains(follower)
                            && !offered.contains(follower),
                    "does not tell replica " + follower + " that all up to " + facts.knownCommitted + " is committed");
        }
    }

    @Override
    void decided(Action action) {
        if (action instanceof Action.Persist persist
                && persist.record() instanceof Appended appended
                && facts.isLeader()) {
            proposes(appended.entry());
        } else if (action instanceof Action.Send send && send.to() != facts.self) {
            says(send.to(), send.message());
        } else if (action instanceof Action.Commit commit) {
            commits(commit.sequence());
        } else if (action instanceof Action.Persist persist && persist.record() instanceof Snapshotted taken) {
            previousSnapshot = snapshot;
            snapshot = Optional.of(taken.snapshot());
        }
    }

    private void proposes(Entry entry) {
        refuses(entry.term() != facts.leadsTerm(), "proposes an entry of term " + entry.term());
        boolean first = facts.log.termAt(facts.log.lastIndex()) != facts.leadsTerm();
        refuses(first && !(entry instanceof Entry.NoOp), "begins its term with something else than a no-op");
        if (entry instanceof Entry.Requests) {
            int requests = entry.batch().requests().size();
            refuses(
                    requests > facts.config.maxBatchRequests()
                            || (requests > 1 && entry.size() - Entry.OVERHEAD_BYTES > facts.config.maxBatchBytes()),
                    "proposes a batch of " + requests + " requests and " + entry.size() + " bytes");
            refuses(
                    entry.index() - facts.knownCommitted > facts.config.pipelineDepth(),
                    "proposes index " + entry.index() + ", with only " + facts.knownCommitted + " committed");
            refuses(
                    entry.index() > facts.executed + facts.config.logWindow(),
                    "proposes index " + entry.index() + " beyond its window");
        }
    }

    /** Of the group in force, or of the one that this step brings: its entries are sent before they are written. */
    private boolean isMember(int replica) {
        return facts.configuration().members().contains(replica)
                || facts.comingConfiguration.members().contains(replica);
    }

    private void says(int to, Message message) {
        if (message instanceof AppendEntries append) {
            sends(to, append);
        } else if (message instanceof InstallSnapshot install) {
            offers(to, install.snapshot());
            boolean member = isMember(to) || facts.message() instanceof RequestSnapshot;
            refuses(!member, "offers a state to replica " + to + ", which is outside of the group");
            offered.add(to);
            underWay.remove(to);
        }
    }

    /** A state that is being fetched is offered again as long as it is kept: who turns to each new one never has any. */
    private void offers(int to, SnapshotMeta offer) {
        if (facts.message() instanceof RequestSnapshot) {
            // Who asks for a state is given the newest; what it is offered otherwise does not hang on that.
            return;
        }
        SnapshotMeta last = lastOffer.put(to, offer);
        lastPrevious.remove(to);
        boolean isKept = Optional.ofNullable(last).equals(previousSnapshot)
                || Optional.ofNullable(last).equals(snapshot);
        refuses(
                last != null && isKept && !offer.equals(last) && last.index() > facts.stored.getOrDefault(to, 0L),
                "offers replica " + to + " another state than the one that it may be fetching");
    }

    private void sends(int to, AppendEntries append) {
        long told = toldRound.getOrDefault(to, -1L);
        refuses(
                facts.event instanceof Event.QueueDrained
                        && append.entries().isEmpty()
                        && append.round() <= told
                        && append.leaderCommit() <= toldCommit.getOrDefault(to, -1L),
                "tells replica " + to + " again what it has told it");
        toldRound.put(to, Math.max(told, append.round()));
        lastPrevious.put(to, append.prevLogIndex());
        if (append.prevLogIndex() > 0 || !append.entries().isEmpty()) {
            lastOffer.remove(to);
        }
        refuses(!facts.leadsNow(), "leads on, though it has given up");
        leadsOn();
        boolean member = isMember(to);
        refuses(!member, "sends entries to replica " + to + ", which is outside of the group");
        long previous = append.prevLogIndex();
        long term = facts.log.termAt(previous);
        refuses(
                term != RaftLogBook.UNKNOWN && term != append.prevLogTerm(),
                "says that index " + previous + " is of term " + append.prevLogTerm() + ", which is not so");
        refuses(
                append.leaderCommit() > facts.knownCommitted && !facts.stateMissing && !facts.isAlone(),
                "tells of index " + append.leaderCommit() + " as committed before it is");
        toldCommit.put(to, append.leaderCommit());
        if (facts.message() instanceof AppendEntriesReply reply
                && facts.sender() == to
                && !reply.success()
                && reply.term() == append.term()
                && facts.comingConfiguration == facts.configuration()) {
            long agreement = Math.max(agreement(reply), facts.stored.getOrDefault(to, 0L));
            refuses(
                    previous > agreement && (previous > reply.hintIndex() || !facts.log.coversBySnapshot(previous)),
                    "does not go back to " + agreement + ", where the log of replica " + to + " ends");
        }
        if (!append.entries().isEmpty()) {
            isUnderWay(to, append.entries());
        }
    }

    /** The last index, up to the one that was named, whose term is not later than the follower's there. */
    private long agreement(AppendEntriesReply reply) {
        long index = Math.min(reply.hintIndex(), facts.log.lastIndex());
        while (!facts.log.coversBySnapshot(index) && facts.log.termAt(index) > reply.hintTerm()) {
            index--;
        }
        return index;
    }

    /** One message more than allowed is not counted, nor the largest: it may have been sent to find out where logs part. */
    private void isUnderWay(int to, List<Entry> entries) {
        ArrayDeque<Sent> sent = underWay.computeIfAbsent(to, none -> new ArrayDeque<>());
        long bytes = sent.stream().mapToLong(Sent::bytes).sum();
        long largest = sent.stream().mapToLong(Sent::bytes).max().orElse(0);
        refuses(
                sent.size() > facts.config.maxInflightMessages() || bytes - largest >= facts.config.maxInflightBytes(),
                "has " + sent.size() + " messages of " + bytes + " bytes on their way to replica " + to
                        + ", and sends more");
        long weight = entries.stream().mapToLong(Entry::size).sum();
        refuses(
                entries.size() > 1 && weight > facts.config.maxAppendBytes(),
                "sends " + weight + " bytes in one message");
        sent.add(new Sent(entries.get(entries.size() - 1).index(), weight));
    }

    /** Check-quorum (dissertation 6.2): an election timeout to hear a majority in, and one more until that is looked at. */
    private void leadsOn() {
        long patience = 2L * facts.config.electionTimeoutTicks() + facts.config.heartbeatTicks();
        if (facts.tick - facts.leadsSinceTick() > patience) {
            refuses(facts.majorityHeardAtTick() < facts.tick - patience, "leads on, though it has heard no majority");
        }
    }

    private void commits(long index) {
        if (index <= facts.knownCommitted || facts.isAlone()) {
            return;
        }
        if (!facts.isLeader()) {
            refuses(true, "commits index " + index + ", which no leader called committed");
            return;
        }
        long onQuorum = facts.reached(id -> facts.doNotCount.contains(id) ? 0 : facts.stored.getOrDefault(id, 0L));
        boolean ofThisTerm = false;
        for (long each = index; each <= onQuorum && !ofThisTerm; each++) {
            ofThisTerm = facts.log.termAt(each) == facts.leadsTerm();
        }
        refuses(!ofThisTerm, "commits index " + index + " without a majority that stores an entry of its term");
    }
}
