package org.tagma.simulator.check;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.Configuration;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage.TimeoutNow;
import org.tagma.core.raft.RaftRecord.Appended;

/**
 * How a leader changes the group (6; chapter 4 of the dissertation, and the note of 2015 that none begins before an entry of
 * the term is committed), and how it hands over (3.10). Not thread-safe.
 */
final class RaftGroupRules extends RaftRules {

    private Optional<Event.MembershipRequested> change = Optional.empty();
    private Optional<Long> transfer = Optional.empty();
    private long transferSinceTick;
    private boolean told;
    /** What operators asked and got no answer to. */
    private final Set<Long> questions = new HashSet<>();

    RaftGroupRules(RaftFacts facts) {
        super(facts);
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        change = Optional.empty();
        transfer = Optional.empty();
        questions.clear();
    }

    @Override
    void stepping(Event event) {
        if (event instanceof Event.MembershipRequested request) {
            questions.add(request.id());
        } else if (event instanceof Event.LeadershipTransferRequested request) {
            questions.add(request.id());
        }
    }

    @Override
    void stepped(List<Action> actions) {
        if (facts.event instanceof Event.MembershipRequested request) {
            isAsked(request, answers(request.id(), actions));
        } else if (facts.event instanceof Event.LeadershipTransferRequested request) {
            Optional<Action.AnswerOperator> answer = answers(request.id(), actions);
            refuses(answer.isEmpty() && transfer.isPresent(), "begins a transfer while another is under way");
            refuses(
                    answer.isEmpty() && request.to() >= 0 && !mayTakeOver(request.to()),
                    "begins a transfer to replica " + request.to() + ", which has no vote or has lost its log");
            if (answer.isEmpty()) {
                transfer = Optional.of(request.id());
                transferSinceTick = facts.tick;
                told = false;
            }
        } else if (facts.event instanceof Event.TimerFired && facts.leadsNow() && !facts.stateMissing) {
            hasGoneOn(actions);
        }
    }

    private boolean mayTakeOver(int replica) {
        return facts.configuration().isVoter(replica) && !facts.doNotCount.contains(replica);
    }

    private static Optional<Action.AnswerOperator> answers(long id, List<Action> actions) {
        return actions.stream()
                .filter(each -> each instanceof Action.AnswerOperator answer && answer.id() == id)
                .map(each -> (Action.AnswerOperator) each)
                .findFirst();
    }

    private void isAsked(Event.MembershipRequested request, Optional<Action.AnswerOperator> answer) {
        boolean refused = answer.isPresent() && !answer.get().done();
        if (facts.leadsNow()) {
            boolean busy = change.isPresent() || facts.configuration().isJoint() || facts.hasUncommittedChange();
            refuses(busy && !refused, "begins a change of the group while another is under way");
            refuses(
                    !facts.hasCommittedInTerm() && !refused,
                    "begins a change of the group before an entry of its term is committed");
        }
        if (answer.isEmpty()) {
            change = Optional.of(request);
        }
    }

    /** Whatever the last committed change asks of a leader was done when it was committed. */
    private void hasGoneOn(List<Action> actions) {
        if (!facts.hasUncommittedChange() && facts.hasCommittedInTerm()) {
            refuses(facts.configuration().isJoint(), "leaves a joint configuration as it is");
            refuses(!facts.configuration().isVoter(facts.self), "leads on in a group of which it is no voter");
        }
        boolean late = transfer.isPresent()
                && facts.tick - transferSinceTick > facts.config.electionTimeoutTicks()
                && answers(transfer.get(), actions).isEmpty();
        refuses(late, "waits without end for another to take over");
    }

    @Override
    void decided(Action action) {
        if (action instanceof Action.Persist persist
                && persist.record() instanceof Appended appended
                && facts.isLeader()) {
            proposes(appended.entry());
        } else if (action instanceof Action.AnswerOperator answer) {
            answers(answer);
        } else if (action instanceof Action.Send send && send.message() instanceof TimeoutNow) {
            tells(send.to());
        }
    }

    private void proposes(Entry entry) {
        if (entry instanceof Entry.Reconfiguration reconfiguration) {
            Configuration next = reconfiguration.configuration();
            refuses(!isStep(facts.configuration(), next), "changes the group at once to " + next);
            refuses(facts.hasUncommittedChange(), "changes the group while a change is not committed");
            refuses(!facts.hasCommittedInTerm(), "changes the group before an entry of its term is committed");
            if (next.isJoint()) {
                next.voters().forEach(this::votesFromNowOn);
            }
        } else if (entry instanceof Entry.Requests) {
            refuses(transfer.isPresent(), "proposes something new while it hands over");
        }
    }

    private static boolean isStep(Configuration from, Configuration to) {
        if (to.isJoint()) {
            Set<Integer> newcomers = new HashSet<>(to.members());
            newcomers.removeAll(from.members());
            return !from.isJoint() && to.oldVoters().equals(from.voters()) && newcomers.isEmpty();
        }
        return to.voters().equals(from.voters());
    }

    /** Dissertation 4.2.1: a new server has the log, but for what is under way, before it votes. */
    private void votesFromNowOn(int voter) {
        if (!facts.configuration().isVoter(voter)) {
            long lacks = facts.log.lastIndex() - facts.stored.getOrDefault(voter, 0L);
            refuses(
                    lacks > facts.config.pipelineDepth() || facts.doNotCount.contains(voter),
                    "gives replica " + voter + " a vote, which lacks " + lacks + " entries");
        }
    }

    private void answers(Action.AnswerOperator answer) {
        refuses(!questions.remove(answer.id()), "answers an operator who has got an answer: " + answer.text());
        if (transfer.isPresent() && transfer.get() == answer.id()) {
            refuses(answer.done() && !told, "calls it done that another leads, whom it has not told to");
            transfer = Optional.empty();
        }
        if (change.isPresent() && change.get().id() == answer.id()) {
            Configuration now = facts.configuration();
            boolean reached = Set.copyOf(now.voters())
                            .equals(Set.copyOf(change.get().voters()))
                    && Set.copyOf(now.learners()).equals(Set.copyOf(change.get().learners()));
            refuses(
                    answer.done() && (!reached || now.isJoint() || facts.hasUncommittedChange()),
                    "calls a change of the group done that is not");
            change = Optional.empty();
        }
    }

    /** Who is to take over has the whole log; a leader that was removed takes the best that there is. */
    private void tells(int target) {
        boolean leaves = !facts.configuration().isVoter(facts.self);
        refuses(!leaves && told, "wants replica " + target + " to lead, and has told it so already");
        told = true;
        refuses(
                !leaves && facts.stored.getOrDefault(target, 0L) < facts.log.lastIndex(),
                "wants replica " + target + " to lead before it has the whole log");
        long best = 0;
        for (int voter : facts.configuration().members()) {
            boolean counts = facts.configuration().isVoter(voter) && mayTakeOver(voter) && voter != facts.self;
            best = Math.max(best, counts ? facts.stored.getOrDefault(voter, 0L) : 0);
        }
        refuses(
                leaves && best > 0 && (facts.stored.getOrDefault(target, 0L) < best || !mayTakeOver(target)),
                "leaves the group, and wants replica " + target + " to lead, though another has more of the log");
    }
}
