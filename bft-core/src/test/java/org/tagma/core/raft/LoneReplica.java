package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.RaftTimer;

/** One replica, driven by hand: a term, a vote and a log at the start, then messages and ticks. */
final class LoneReplica {

    final RaftProtocol protocol;
    /** What it did since it was last asked. */
    private final List<Action> actions = new ArrayList<>();

    /** Replica 0, with an entry of each of these terms in its log. */
    LoneReplica(int replicas, long term, int votedFor, long... terms) {
        this(RaftConfig.forTests(0, replicas), term, votedFor, terms);
    }

    LoneReplica(RaftConfig config, long term, int votedFor, long... terms) {
        protocol = new RaftProtocol(config);
        step(new Event.Recovered(
                term == 0 ? Event.RecoveredLog.empty() : RaftRecord.logOf(term, votedFor, entries(1, terms))));
    }

    /** Number 0 of so many, with what its log gave back. */
    LoneReplica(int replicas, Event.RecoveredLog log) {
        protocol = new RaftProtocol(RaftConfig.forTests(0, replicas));
        step(new Event.Recovered(log));
    }

    static List<Entry> entries(long firstIndex, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (long term : terms) {
            entries.add(new Entry.NoOp(firstIndex + entries.size(), term));
        }
        return entries;
    }

    LoneReplica step(Event event) {
        actions.addAll(protocol.step(event));
        return this;
    }

    LoneReplica receive(int from, Message message) {
        return step(new Event.MessageReceived(RaftCluster.sign(from, message)));
    }

    /** What it sent to itself comes back, as it does once everything before is durable. */
    LoneReplica loopBack() {
        List<Action.Send> toItself =
                sends().stream().filter(send -> send.to() == 0).toList();
        toItself.forEach(send -> receive(0, send.message()));
        return this;
    }

    LoneReplica tick(int ticks) {
        for (int i = 0; i < ticks; i++) {
            step(new Event.TimerFired(RaftTimer.TICK));
        }
        return this;
    }

    /** Ticks until it asks for votes. */
    LoneReplica tickUntilItStands() {
        int limit = 2 * RaftConfig.forTests(0, 1).electionTimeoutTicks() + 1;
        for (int i = 0; i < limit && sent(RaftMessage.RequestVote.class).isEmpty(); i++) {
            tick(1);
        }
        return this;
    }

    /** Makes it leader of the next term of a group of three, with replica 1's vote. */
    LoneReplica lead() {
        return stand(3).receive(1, new RaftMessage.RequestVoteReply(status().term(), status().term(), false, true));
    }

    /**
     * Makes it a candidate of the next term of a group of so many, with its own vote, and forgets what it said for
     * that.
     */
    LoneReplica stand(int replicas) {
        tickUntilItStands().loopBack();
        long term = status().term() + 1;
        clear();
        for (int voter = 1; voter <= replicas / 2; voter++) {
            receive(voter, new RaftMessage.RequestVoteReply(term - 1, term, true, true));
        }
        return loopBack().clear();
    }

    /** Makes it leader of the next term of a group of so many, its no-op durable here and nowhere else. */
    LoneReplica lead(int replicas) {
        stand(replicas);
        long term = status().term();
        for (int voter = 1; voter <= replicas / 2; voter++) {
            receive(voter, new RaftMessage.RequestVoteReply(term, term, false, true));
        }
        return loopBack();
    }

    /** A follower says up to where its log agrees. */
    LoneReplica acknowledge(int follower, long index) {
        return receive(follower, new RaftMessage.AppendEntriesReply(status().term(), 0, true, index, 0, 0, false));
    }

    /** A follower refuses what should follow an index: its own log ends at an entry of a term. */
    LoneReplica refuse(int follower, long index, long lastIndex, long lastTerm) {
        return receive(
                follower,
                new RaftMessage.AppendEntriesReply(status().term(), 0, false, index, lastIndex, lastTerm, false));
    }

    /** A request of client 1 arrives, and is the last of its turn. */
    LoneReplica submit(long number, String operation) {
        step(new Event.RequestReceived(RaftCluster.request(1, number, operation), -1));
        return step(new Event.QueueDrained(1));
    }

    /** Executes what was committed since it was last asked, and takes the checkpoints, of states of so many bytes. */
    LoneReplica execute(long stateBytes) {
        for (Action action : List.copyOf(actions)) {
            if (action instanceof Action.Commit commit) {
                step(new Event.Executed(
                        commit.sequence(),
                        commit.batch().requests().stream()
                                .map(request -> new RequestOutcome(request, true))
                                .toList()));
            } else if (action instanceof Action.TakeCheckpoint take) {
                step(new Event.CheckpointTaken(take.sequence(), Digest.NULL, stateBytes));
            }
        }
        return this;
    }

    /** What a leader knows of a follower. */
    RaftStatus.FollowerStatus follower(int replica) {
        return status().followers().stream()
                .filter(follower -> follower.replica() == replica)
                .findFirst()
                .orElseThrow();
    }

    LoneReplica clear() {
        actions.clear();
        return this;
    }

    RaftStatus status() {
        return protocol.raftStatus();
    }

    List<Action> actions() {
        return actions;
    }

    List<Action.Send> sends() {
        return of(Action.Send.class);
    }

    /** Its actions of one kind. */
    <A extends Action> List<A> of(Class<A> kind) {
        return actions.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The messages of one kind that it sent to one other. */
    <M extends Message> List<M> sentTo(int replica, Class<M> kind) {
        return sends().stream()
                .filter(send -> send.to() == replica && kind.isInstance(send.message()))
                .map(send -> kind.cast(send.message()))
                .toList();
    }

    /** The messages of one kind that it sent to others. */
    <M extends Message> List<M> sent(Class<M> kind) {
        return sends().stream()
                .filter(send -> send.to() != 0 && kind.isInstance(send.message()))
                .map(send -> kind.cast(send.message()))
                .toList();
    }

    List<String> rejections() {
        return of(Action.Reject.class).stream()
                .map(reject -> reject.reason().name())
                .toList();
    }
}
