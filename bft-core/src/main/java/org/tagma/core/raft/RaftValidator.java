package org.tagma.core.raft;

import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.SnapshotMeta;

/**
 * Decides whether a leader's message may be looked at, given where the replica stands. Pure: it reads the state and
 * changes none. Crash-only replicas never send what is refused here as evidence; a broken or lying one may.
 */
final class RaftValidator {

    private RaftValidator() {}

    static RaftVerdict appendEntries(RaftState state, int sender, AppendEntries message) {
        RaftVerdict verdict = leader(state, sender, message.term());
        if (!verdict.isAccepted()) {
            return verdict;
        }
        if (!isWellFormed(message)) {
            return RaftVerdict.MALFORMED;
        }
        long term = termAt(message, state.commitIndex);
        boolean contradicts = term != RaftLog.UNKNOWN_TERM && !state.log.matches(state.commitIndex, term);
        return contradicts ? RaftVerdict.CONTRADICTS_COMMITTED : RaftVerdict.ACCEPT;
    }

    private static long termAt(AppendEntries message, long index) {
        long offset = index - message.prevLogIndex();
        if (offset == 0) {
            return message.prevLogTerm();
        }
        boolean inside = offset > 0 && offset <= message.entries().size();
        return inside ? message.entries().get((int) offset - 1).term() : RaftLog.UNKNOWN_TERM;
    }

    static RaftVerdict installSnapshot(RaftState state, int sender, InstallSnapshot message) {
        RaftVerdict verdict = leader(state, sender, message.term());
        if (!verdict.isAccepted()) {
            return verdict;
        }
        SnapshotMeta snapshot = message.snapshot();
        boolean wellFormed = snapshot.index() > 0 && snapshot.term() > 0 && snapshot.term() <= message.term();
        return wellFormed ? RaftVerdict.ACCEPT : RaftVerdict.MALFORMED;
    }

    private static RaftVerdict leader(RaftState state, int sender, long term) {
        if (term < state.term()) {
            return RaftVerdict.STALE_TERM;
        }
        boolean another = state.leader != RaftState.NOBODY && state.leader != sender;
        return term == state.term() && another ? RaftVerdict.SECOND_LEADER : RaftVerdict.ACCEPT;
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
