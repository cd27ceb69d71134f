package org.tagma.core.raft;

import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;

/**
 * Finds out what a replica that lost its disk may have said, so that it contradicts none of it. It asks every other
 * voter: whoever it voted for had its term, and whoever it acknowledged entries to had those entries, so the highest term
 * and the highest index of all of them bound what it said. One that does not answer may be the only one that knows; so
 * until all have answered this replica neither stands nor votes, and its leader counts it for nothing.
 */
final class LostMemory {

    /** The end of the range of a replica that does not know what it acknowledged. */
    static final long EVERYTHING = 1L << 62;

    private final RaftState state;
    private final TreeMap<Integer, EstimationReply> replies = new TreeMap<>();
    private boolean asking;
    private long nonce;

    LostMemory(RaftState state) {
        this.state = state;
    }

    /** This replica knows nothing of its earlier lives. */
    void begin(long lifeNonce) {
        asking = true;
        nonce = lifeNonce;
        state.recoveringUpTo = EVERYTHING;
        state.announce("restarted without any memory of its term and log: asking all other voters for theirs");
    }

    void onTick() {
        if (asking && state.tick % state.config.heartbeatTicks() == 0) {
            decide();
            for (int voter : others()) {
                if (!replies.containsKey(voter)) {
                    state.send(voter, new EstimationQuery(nonce));
                }
            }
        }
    }

    /** Every voter that this replica knows of: of the first group, and of the one that its log has got to. */
    private Set<Integer> others() {
        Set<Integer> others = new TreeSet<>(state.config.membership().voters());
        others.addAll(state.configuration().voters());
        others.addAll(state.configuration().oldVoters());
        others.remove(state.self);
        return others;
    }

    /** Tells where this replica stands, unless it does not know itself what it said before. */
    void onQuery(int sender, EstimationQuery query) {
        if (!asking) {
            long index = Math.max(state.log.lastIndex(), state.recoveringUpTo);
            state.send(sender, new EstimationReply(query.nonce(), state.term(), index));
        }
    }

    Verdict onReply(int sender, EstimationReply reply) {
        if (!asking || reply.nonce() != nonce || !others().contains(sender)) {
            return Verdict.UNEXPECTED;
        }
        replies.put(sender, reply);
        decide();
        return Verdict.ACCEPT;
    }

    private void decide() {
        if (!asking || !replies.keySet().containsAll(others())) {
            return;
        }
        asking = false;
        long term =
                replies.values().stream().mapToLong(EstimationReply::view).max().orElse(0);
        long index = replies.values().stream()
                .mapToLong(EstimationReply::sequence)
                .max()
                .orElse(0);
        replies.clear();
        state.forgottenTerm = term;
        if (term > state.term()) {
            // It may have voted there, and a vote takes its time: whoever is elected by it must not lack what is
            // acknowledged from now on in an earlier term.
            state.follow(term, RaftState.NOBODY);
        }
        state.emit(new Action.Persist(new RaftRecord.Forgotten(term, index)));
        state.announce("may have voted up to term " + term + " and acknowledged entries up to " + index
                + ": voting again in later terms, when all up to there is committed");
        state.recoveringUpTo = index;
        state.committed(state.commitIndex);
    }
}
