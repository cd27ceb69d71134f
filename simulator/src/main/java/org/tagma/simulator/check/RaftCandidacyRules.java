package org.tagma.simulator.check;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.RaftRecord.HardState;

/**
 * Who has a majority of pre-votes stands, and who has one of votes leads, at once and not an election later (5.2; 9.6 of the
 * dissertation). Not thread-safe.
 */
final class RaftCandidacyRules extends RaftRules {

    private final Set<Integer> granted = new HashSet<>();
    private final Set<Integer> refused = new HashSet<>();
    /** Whether it asks, and for what. */
    private boolean asks;

    private long term;
    private boolean preVote;
    private boolean askedInThisStep;

    RaftCandidacyRules(RaftFacts facts) {
        super(facts);
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        asks = false;
    }

    @Override
    void stepping(Event event) {
        askedInThisStep = false;
        if (isAnswer()) {
            (((RequestVoteReply) facts.message()).granted() ? granted : refused).add(facts.sender());
        }
    }

    private boolean isAnswer() {
        return asks
                && facts.message() instanceof RequestVoteReply reply
                && reply.preVote() == preVote
                && reply.electionTerm() == term
                && reply.term() <= facts.termBefore;
    }

    @Override
    void stepped(List<Action> actions) {
        if (isAnswer()) {
            counts(actions);
        } else if ((facts.message() instanceof AppendEntries || facts.message() instanceof InstallSnapshot)
                && !RaftFacts.hasRefused(actions)) {
            asks = false;
        }
    }

    private void counts(List<Action> actions) {
        if (facts.isQuorum(granted)) {
            asks = false;
            boolean goesOn = false;
            for (Action each : actions) {
                goesOn |= preVote ? isCandidacy(each) : isOfALeader(each);
            }
            refuses(!goesOn, "has a majority of " + (preVote ? "pre-votes" : "votes") + ", and does not go on");
        } else {
            Set<Integer> possible = new HashSet<>(facts.configuration().members());
            possible.removeAll(refused);
            asks = facts.isQuorum(possible);
        }
    }

    private boolean isCandidacy(Action action) {
        return action instanceof Action.Persist persist
                && persist.record() instanceof HardState state
                && state.term() == term
                && state.votedFor() == facts.self;
    }

    private static boolean isOfALeader(Action action) {
        return action instanceof Action.Send send && send.message() instanceof AppendEntries;
    }

    @Override
    void decided(Action action) {
        if (action instanceof Action.Persist persist && persist.record() instanceof HardState state) {
            asks &= state.term() <= (preVote ? term - 1 : term);
        } else if (action instanceof Action.Send send && send.message() instanceof RequestVote question) {
            if (!askedInThisStep) {
                granted.clear();
                refused.clear();
            }
            askedInThisStep = true;
            asks = true;
            term = question.term();
            preVote = question.preVote();
        }
    }
}
