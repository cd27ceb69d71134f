package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;

/**
 * Holds one replica of Raft to what the paper says of single steps, whether or not a mistake would do harm in this run. The
 * rules stand in the simulator once more, one class for each subject, and are asked of what the replica was really told and
 * wrote, see {@link RaftFacts}.
 *
 * <p>Not thread-safe.
 */
final class RaftJudgement {

    private final RaftFacts facts;
    private final List<RaftRules> rules;

    /**
     * A judge of one replica.
     *
     * @param log what it decided to write, followed by the caller after each decision
     * @param timeouts those of the whole group
     */
    RaftJudgement(Findings findings, RaftConfig config, int self, RaftLogBook log, ElectionTimeouts timeouts) {
        facts = new RaftFacts(findings, config, self, log);
        rules = List.of(
                new RaftElectionRules(facts, timeouts),
                new RaftCandidacyRules(facts),
                new RaftFollowerRules(facts),
                new RaftLeaderRules(facts),
                new RaftReadRules(facts),
                new RaftGroupRules(facts),
                new RaftRequestRules(facts));
    }

    /** A life begins; the log has been read. */
    void recovers(Event.RecoveredLog recovered) {
        facts.recovers(recovered);
        rules.forEach(each -> each.recovers(recovered));
    }

    /** Before it steps an event. */
    void stepping(Event event) {
        facts.stepping(event);
        rules.forEach(each -> each.stepping(event));
    }

    /** It decided all this because of the event; the log is still as it was before. */
    void stepped(List<Action> actions) {
        rules.forEach(each -> each.stepped(actions));
        facts.stepped(actions);
    }

    /** It decided this; what it writes is not in the log yet. */
    void decided(Action action) {
        if (action instanceof Action.Send send && send.message() instanceof AppendEntries append) {
            if (facts.leadsTerm() != append.term()) {
                facts.begins(append.term());
                rules.forEach(RaftRules::begins);
            }
        }
        rules.forEach(each -> each.decided(action));
        facts.decided(action);
        if (action instanceof Action.Send send
                && send.message() instanceof AppendEntriesReply reply
                && facts.message() instanceof AppendEntries append
                && facts.sender() == send.to()
                && append.term() == reply.term()) {
            facts.follows(append, reply);
        }
    }
}
