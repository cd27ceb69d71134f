package org.tagma.core.raft;

import java.util.TreeSet;
import org.tagma.core.raft.RaftState.Role;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;

/** Leader election (Raft 5.2), with pre-vote and leader stickiness (dissertation 4.2.3 and 9.6). */
final class Election {

    private final RaftState state;
    private final Leader leader;
    private final TreeSet<Integer> granted = new TreeSet<>();
    private final TreeSet<Integer> refused = new TreeSet<>();
    private boolean byTransfer;

    Election(RaftState state, Leader leader) {
        this.state = state;
        this.leader = leader;
    }

    /** Time has passed: the leader may be gone. */
    void onTick() {
        if (!state.isLeader() && state.isElectionDue()) {
            state.restartElectionTimer();
            if (mayStand()) {
                preVote();
            }
        }
    }

    void onPeerUnreachable(int replica) {
        state.unreachable.set(replica);
        if (replica == state.leader && state.hasEnded(replica)) {
            state.hurry();
            if (state.isFirstToStand() && mayStand()) {
                // Those that have not seen it yet do not answer, and are asked again at the next tick.
                preVote();
            }
        }
    }

    private boolean mayStand() {
        return state.mayHaveToLead() && !state.recovering && !state.stateMissing;
    }

    /** Asks first: a replica that cannot win must not make the others change their term. */
    private void preVote() {
        state.role = Role.PRE_CANDIDATE;
        state.leader = RaftState.NOBODY;
        byTransfer = false;
        askForVotes(true);
    }

    private void stand() {
        state.stand();
        state.restartElectionTimer();
        askForVotes(false);
    }

    private void askForVotes(boolean preVote) {
        granted.clear();
        refused.clear();
        long electionTerm = preVote ? state.term() + 1 : state.term();
        RequestVote question =
                new RequestVote(electionTerm, state.log.lastIndex(), state.log.lastTerm(), preVote, byTransfer);
        for (int member : state.configuration().members()) {
            if (state.configuration().isVoter(member) && member != state.self) {
                state.send(member, question);
            }
        }
        state.send(state.self, new RequestVoteReply(state.term(), electionTerm, preVote, true));
    }

    /** The leader wants this replica to take over: no pre-vote, for the others hear the leader still. */
    RaftVerdict onTimeoutNow(int sender, TimeoutNow message) {
        if (message.term() < state.term()) {
            return RaftVerdict.STALE_TERM;
        }
        if (sender != state.leader || state.isLeader() || !mayStand()) {
            return RaftVerdict.WRONG_ROLE;
        }
        byTransfer = true;
        stand();
        return RaftVerdict.ACCEPT;
    }

    RaftVerdict onRequestVote(int sender, RequestVote message) {
        if (message.term() < state.term()) {
            reply(sender, message, false);
            return RaftVerdict.STALE_TERM;
        }
        if (message.term() > state.term() && state.hearsLeader() && !message.transfer()) {
            return RaftVerdict.LEADER_IS_ALIVE;
        }
        if (message.term() > state.term() && !message.preVote()) {
            state.follow(message.term(), RaftState.NOBODY);
        }
        boolean grant = mayVoteFor(sender, message)
                && !state.recovering
                && message.term() > state.votesAfterTerm
                && state.log.isUpToDate(message.lastLogIndex(), message.lastLogTerm());
        if (grant && !message.preVote()) {
            state.vote(sender);
            state.restartElectionTimer();
        }
        reply(sender, message, grant);
        return RaftVerdict.ACCEPT;
    }

    private boolean mayVoteFor(int candidate, RequestVote message) {
        if (message.preVote() && message.term() > state.term()) {
            return true;
        }
        return state.votedFor() == candidate
                || (state.votedFor() == RaftState.NOBODY && state.leader == RaftState.NOBODY);
    }

    private void reply(int to, RequestVote question, boolean grant) {
        state.send(to, new RequestVoteReply(state.term(), question.term(), question.preVote(), grant));
    }

    RaftVerdict onReply(int sender, RequestVoteReply message) {
        if (message.term() > state.term()) {
            state.follow(message.term(), RaftState.NOBODY);
            return RaftVerdict.ACCEPT;
        }
        Role asking = message.preVote() ? Role.PRE_CANDIDATE : Role.CANDIDATE;
        long electionTerm = message.preVote() ? state.term() + 1 : state.term();
        if (state.role != asking || message.electionTerm() != electionTerm) {
            return RaftVerdict.OUTDATED;
        }
        (message.granted() ? granted : refused).add(sender);
        if (state.configuration().isQuorum(granted)) {
            won(message.preVote());
        } else if (isLost()) {
            state.follow(state.term(), RaftState.NOBODY);
        }
        return RaftVerdict.ACCEPT;
    }

    private void won(boolean preVote) {
        if (preVote) {
            stand();
        } else {
            leader.start();
        }
    }

    private boolean isLost() {
        TreeSet<Integer> possible = new TreeSet<>(state.configuration().members());
        possible.removeAll(refused);
        return !state.configuration().isQuorum(possible);
    }

    long stateHash() {
        return granted.hashCode() * 31L + refused.hashCode();
    }
}
