package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

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
        tickUntilItStands().loopBack();
        long term = status().term() + 1;
        clear().receive(1, new RaftMessage.RequestVoteReply(term - 1, term, true, true));
        loopBack().clear();
        return receive(1, new RaftMessage.RequestVoteReply(term, term, false, true));
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

    private List<Action.Send> sends() {
        return of(Action.Send.class);
    }

    /** Its actions of one kind. */
    <A extends Action> List<A> of(Class<A> kind) {
        return actions.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The messages of one kind that it sent to others. */
    <M extends Message> List<M> sent(Class<M> kind) {
        return sends().stream()
                .filter(send -> send.to() != 0 && kind.isInstance(send.message()))
                .map(send -> kind.cast(send.message()))
                .toList();
    }

    List<String> rejections() {
        return of(Action.Reject.class).stream().map(Action.Reject::reason).toList();
    }
}
