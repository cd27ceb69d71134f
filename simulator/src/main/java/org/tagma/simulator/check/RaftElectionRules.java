package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.RaftMessage;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftMessage.ReadIndex;
import org.tagma.core.raft.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.RaftMessage.TimeoutNow;
import org.tagma.core.raft.RaftRecord.Forgotten;
import org.tagma.core.raft.RaftRecord.HardState;

/**
 * Whom a replica may vote for, and must (5.2, 5.4.1); when it may stand, must, and leads (5.2; 4.2.2, 4.2.3 and 9.6 of the
 * dissertation); what it takes part in after it lost its log. Not thread-safe.
 */
final class RaftElectionRules extends RaftRules {

    private final ElectionTimeouts timeouts;
    private final Map<Long, Set<Integer>> votes = new HashMap<>();
    private final Map<Long, Set<Integer>> preVotes = new HashMap<>();
    private final Map<Integer, EstimationReply> estimations = new HashMap<>();
    /** When its election timer was restarted for sure, and when it may have been. */
    private long timerAtTick;

    private long timerMaybeAtTick;
    private boolean led;
    private long ledAtTick;
    /** Tells answers to its questions from those to an earlier life's. */
    private long nonce;

    RaftElectionRules(RaftFacts facts, ElectionTimeouts timeouts) {
        super(facts);
        this.timeouts = timeouts;
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        votes.clear();
        preVotes.clear();
        estimations.clear();
        nonce = recovered.nonce();
        led = false;
        restartsTimer();
    }

    private void restartsTimer() {
        timerAtTick = facts.tick;
        timerMaybeAtTick = facts.tick;
    }

    @Override
    void begins() {
        long term = facts.log.hardState().term();
        refuses(!facts.isQuorum(votes.get(term)), "leads term " + term + " without a majority of votes");
    }

    @Override
    void stepping(Event event) {
        int sender = facts.sender();
        if (facts.message() instanceof RequestVoteReply reply && reply.granted()) {
            (reply.preVote() ? preVotes : votes)
                    .computeIfAbsent(reply.electionTerm(), none -> new HashSet<>())
                    .add(sender);
        } else if (facts.message() instanceof EstimationReply reply && reply.nonce() == nonce) {
            estimations.put(sender, reply);
        }
    }

    @Override
    void stepped(List<Action> actions) {
        Message message = facts.message();
        if (message instanceof RequestVote vote) {
            mustGrant(vote, actions);
            isLoyal(vote, actions);
            mustTell(vote, actions);
        } else if (message instanceof RaftMessage raft && raft.term() > facts.termBefore && tellsOfItsTerm(raft)) {
            refuses(
                    actions.stream().noneMatch(each -> reachesTerm(each, raft.term())),
                    "stays in term " + facts.termBefore + " after it heard of term " + raft.term());
        } else if (message instanceof AppendEntries append) {
            mustTell(append, actions);
        } else if (facts.event instanceof Event.TimerFired) {
            mustAsk(actions);
        } else if (facts.event instanceof Event.Recovered recovered) {
            mustRemember(recovered.log(), actions);
        }
        if (led || facts.leadsNow() || !mustStand()) {
            timerMaybeAtTick = facts.tick;
        }
        if (led && !facts.leadsNow()) {
            // Who ceased to lead waits for another, from the last moment on at which it led for sure.
            timerAtTick = Math.max(timerAtTick, ledAtTick);
        }
        led = facts.leadsNow();
        ledAtTick = led && facts.isStartKnown() ? facts.tick : ledAtTick;
        boolean heard = (message instanceof AppendEntries || message instanceof InstallSnapshot)
                && !RaftFacts.hasRefused(actions);
        if (heard) {
            restartsTimer();
        }
    }

    /** Raft 5.1: whoever hears of a later term goes on to it. Those who ask for votes are another matter. */
    private static boolean tellsOfItsTerm(RaftMessage message) {
        return message instanceof AppendEntries
                || message instanceof AppendEntriesReply
                || message instanceof InstallSnapshot
                || message instanceof RequestVoteReply
                || message instanceof ReadIndex
                || message instanceof RequestSnapshot;
    }

    /** Raft 5.1: whoever asks in an earlier term, or leads in it, is told of the later one, or would go on in vain. */
    private void mustTell(RaftMessage message, List<Action> actions) {
        if (message.term() < facts.termBefore) {
            boolean tells = false;
            for (Action each : actions) {
                tells |= each instanceof Action.Send send
                        && send.to() == facts.sender()
                        && send.message() instanceof RaftMessage told
                        && told.term() >= facts.termBefore;
            }
            refuses(!tells, "does not tell replica " + facts.sender() + " of its later term");
        }
    }

    private static boolean reachesTerm(Action action, long term) {
        return action instanceof Action.Persist persist
                && persist.record() instanceof HardState state
                && state.term() >= term;
    }

    // Votes

    private void mustGrant(RequestVote question, List<Action> actions) {
        boolean hearsLeader = facts.leadsNow() || hearsLeader();
        if (question.term() <= facts.termBefore
                || (hearsLeader && !question.transfer())
                || !isUpToDate(question)
                || mayNotVote(question.term())
                || facts.isAlone()) {
            return;
        }
        boolean granted = actions.stream()
                .anyMatch(each -> each instanceof Action.Send send
                        && send.to() == facts.sender()
                        && send.message() instanceof RequestVoteReply reply
                        && reply.granted());
        refuses(!granted, "refuses its vote to replica " + facts.sender() + " for no reason");
    }

    /** Dissertation 4.2.3: a candidate changes nothing at who leads, or hears a leader. */
    private void isLoyal(RequestVote question, List<Action> actions) {
        boolean loyal = (facts.leadsNow() && facts.isStartKnown()) || hearsLeader();
        if (loyal && question.term() > facts.termBefore && !question.transfer()) {
            refuses(
                    actions.stream().anyMatch(each -> reachesTerm(each, question.term())),
                    "goes on to the term of replica " + facts.sender() + ", though it hears a leader");
        }
    }

    private boolean hearsLeader() {
        return facts.tick - facts.heardLeaderAtTick < facts.config.electionTimeoutTicks();
    }

    private boolean isUpToDate(RequestVote question) {
        long lastIndex = facts.log.lastIndex();
        long lastTerm = facts.log.termAt(lastIndex);
        return question.lastLogTerm() > lastTerm
                || (question.lastLogTerm() == lastTerm && question.lastLogIndex() >= lastIndex);
    }

    private boolean mayNotVote(long inTerm) {
        return facts.isRecovering() || inTerm <= facts.forgottenTerm;
    }

    private void grants(int candidate, RequestVote question) {
        refuses(!isUpToDate(question), "votes for replica " + candidate + ", whose log is older than its own");
        refuses(mayNotVote(question.term()), "votes, though it may have voted in a life that it does not remember");
        refuses(
                question.term() > facts.termBefore && hearsLeader() && !question.transfer(),
                "votes for replica " + candidate + ", though it hears a leader");
        HardState state = facts.log.hardState();
        refuses(
                question.term() == state.term() && state.votedFor() >= 0 && state.votedFor() != candidate,
                "votes for replica " + candidate + " in the term in which it voted for " + state.votedFor());
        if (!question.preVote()) {
            restartsTimer();
        }
    }

    // Standing

    /** Nobody waits longer for a leader than twice the election timeout. */
    private void mustAsk(List<Action> actions) {
        boolean due = facts.tick - timerMaybeAtTick >= 2L * facts.config.electionTimeoutTicks();
        if (due && !facts.leadsNow() && mustStand()) {
            boolean asks = actions.stream()
                    .anyMatch(each -> each instanceof Action.Send send && send.message() instanceof RequestVote);
            refuses(!asks, "does not stand, though it has waited for a leader long enough");
        }
    }

    private boolean mustStand() {
        boolean othersVote = facts.configuration().members().stream()
                .anyMatch(id -> id != facts.self && facts.configuration().isVoter(id));
        return facts.mayHaveToLead()
                && othersVote
                && !facts.isRecovering()
                && !facts.stateMissing
                && facts.log.hardState().term() >= facts.forgottenTerm;
    }

    private void asks(int to, RequestVote question) {
        refuses(!facts.mayHaveToLead(), "asks for votes, though it has none itself");
        refuses(!facts.configuration().isVoter(to), "asks replica " + to + ", which has no vote");
        long lastIndex = facts.log.lastIndex();
        refuses(
                question.lastLogIndex() != lastIndex || question.lastLogTerm() != facts.log.termAt(lastIndex),
                "asks for votes in the name of a log that is not its own");
        boolean told = facts.message() instanceof TimeoutNow;
        refuses(question.transfer() && !told, "says that the leader wants it to stand, which is not so");
        if (facts.event instanceof Event.TimerFired) {
            refuses(hearsLeader(), "asks for votes, though it heard the leader lately");
            if (timerMaybeAtTick < facts.tick) {
                waited(facts.tick - timerAtTick);
            }
        }
        restartsTimer();
    }

    private void waited(long ticks) {
        refuses(ticks < facts.config.electionTimeoutTicks(), "stands before an election timeout is over");
        if (timerAtTick == timerMaybeAtTick) {
            refuses(timeouts.areNotRandom(ticks), "and all others always wait as long for a leader");
        }
    }

    @Override
    void decided(Action action) {
        if (action instanceof Action.Persist persist && persist.record() instanceof HardState state) {
            writes(state);
        } else if (action instanceof Action.Persist persist && persist.record() instanceof Forgotten forgotten) {
            forgets(forgotten);
        } else if (action instanceof Action.Send send && send.to() != facts.self) {
            says(send.to(), send.message());
        }
    }

    private void says(int to, Message message) {
        if (message instanceof RequestVote question) {
            asks(to, question);
        } else if (message instanceof RequestVoteReply reply
                && reply.granted()
                && facts.message() instanceof RequestVote question
                && facts.sender() == to) {
            grants(to, question);
        } else if (message instanceof EstimationReply reply) {
            refuses(facts.asks, "tells of a log that it has lost");
            refuses(
                    reply.view() < facts.log.hardState().term()
                            || reply.sequence() < facts.log.lastIndex()
                            || (facts.isRecovering() && reply.sequence() < facts.forgottenUpTo),
                    "keeps quiet about what it has seen");
        }
    }

    private void writes(HardState state) {
        HardState before = facts.log.hardState();
        refuses(state.equals(before), "has forgotten how it voted");
        refuses(
                state.term() == before.term() && before.votedFor() >= 0 && state.votedFor() != before.votedFor(),
                "takes back its vote in term " + state.term());
        if (state.votedFor() == facts.self) {
            stands(state);
        } else if (state.votedFor() >= 0) {
            boolean asked = facts.message() instanceof RequestVote vote
                    && !vote.preVote()
                    && vote.term() == state.term()
                    && facts.sender() == state.votedFor();
            refuses(!asked, "votes for replica " + state.votedFor() + ", which has not asked for it");
        }
    }

    private void stands(HardState state) {
        boolean told = facts.message() instanceof TimeoutNow now && now.term() + 1 == state.term();
        refuses(!told && !facts.isQuorum(preVotes.get(state.term())), "stands without a majority of pre-votes");
        refuses(facts.isRecovering(), "stands, though it lost its log and has not got it again");
        refuses(!facts.mayHaveToLead(), "stands, though it has no vote");
        restartsTimer();
    }

    // Lost logs

    /** The next life will have all of its log; but what it says of this one is only what it writes now. */
    private void mustRemember(Event.RecoveredLog recovered, List<Action> actions) {
        if (recovered.memory() == Event.Memory.SURVIVORS && !facts.asks && facts.reserved > 0) {
            refuses(
                    actions.stream()
                            .noneMatch(each -> each instanceof Action.Persist persist
                                    && persist.record() instanceof Forgotten forgotten
                                    && forgotten.index() >= facts.reserved),
                    "does not write down that it lost its log");
        }
    }

    private void forgets(Forgotten forgotten) {
        if (facts.asks) {
            Set<Integer> others = new HashSet<>(facts.config.membership().voters());
            others.remove(facts.self);
            refuses(!estimations.keySet().containsAll(others), "has not heard all others of what it forgot");
            refuses(
                    estimations.values().stream()
                            .anyMatch(each -> each.view() > forgotten.term() || each.sequence() > forgotten.index()),
                    "forgets less than others have seen");
        }
        refuses(forgotten.index() < facts.forgottenUpTo, "forgets less than it had reserved");
    }
}
