package org.tagma.core.raft;

import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;

/**
 * Decides whether a leader's message may be looked at, given where the replica stands. Pure: it reads the state and
 * changes none. Crash-only replicas never send what is refused here as evidence; a broken or lying one may.
 */
final class RaftValidator {

    private RaftValidator() {}

    static Verdict appendEntries(RaftState state, int sender, AppendEntries message) {
        Verdict verdict = leader(state, sender, message.term());
        if (!verdict.isAccepted()) {
            return verdict;
        }
        if (!isWellFormed(message)) {
            return Verdict.MALFORMED;
        }
        boolean contradicts = message.prevLogIndex() == state.commitIndex
                && !state.log.matches(message.prevLogIndex(), message.prevLogTerm());
        return contradicts ? Verdict.CONTRADICTS_COMMITTED : Verdict.ACCEPT;
    }

    static Verdict installSnapshot(RaftState state, int sender, InstallSnapshot message) {
        Verdict verdict = leader(state, sender, message.term());
        if (!verdict.isAccepted()) {
            return verdict;
        }
        SnapshotMeta snapshot = message.snapshot();
        boolean wellFormed = snapshot.index() > 0 && snapshot.term() > 0 && snapshot.term() <= message.term();
        return wellFormed ? Verdict.ACCEPT : Verdict.MALFORMED;
    }

    private static Verdict leader(RaftState state, int sender, long term) {
        if (term < state.term()) {
            return Verdict.STALE_TERM;
        }
        boolean another = state.leader != RaftState.NOBODY && state.leader != sender;
        return term == state.term() && another ? Verdict.SECOND_LEADER : Verdict.ACCEPT;
    }

    /** Without a gap, in terms that never decrease and are not later than the leader's. */
    private static boolean isWellFormed(AppendEntries message) {
        long index = message.prevLogIndex();
        long term = message.prevLogTerm();
        if (index < 0 || term < 0 || message.leaderCommit() < 0 || (index == 0) != (term == 0)) {
            return false;
        }
        for (Entry entry : message.entries()) {
            index++;
            if (entry.index() != index || entry.term() < Math.max(term, 1)) {
                return false;
            }
            term = entry.term();
        }
        return term <= message.term();
    }
}
