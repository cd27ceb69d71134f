package org.tagma.simulator.raft;

import java.util.List;
import java.util.function.IntPredicate;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;

/** A leader that tells some of the others that there is nothing in the places where there are requests. */
final class EmptiedEntries implements Misbehaviour {

    private final int replicas;
    private final IntPredicate isToldTheTruth;

    EmptiedEntries(int replicas, IntPredicate isToldTheTruth) {
        this.replicas = replicas;
        this.isToldTheTruth = isToldTheTruth;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(
                replicas,
                actions,
                AppendEntries.class::isInstance,
                (to, message) -> List.of(isToldTheTruth.test(to) ? message : withoutRequests((AppendEntries) message)));
    }

    private static AppendEntries withoutRequests(AppendEntries append) {
        List<Entry> entries = append.entries().stream()
                .map(entry -> entry instanceof Entry.Requests ? new Entry.NoOp(entry.index(), entry.term()) : entry)
                .toList();
        return new AppendEntries(
                append.term(),
                append.prevLogIndex(),
                append.prevLogTerm(),
                entries,
                append.leaderCommit(),
                append.round());
    }
}
