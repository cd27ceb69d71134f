package org.tagma.core.raft.message;

import java.util.List;
import org.tagma.core.protocol.Message;

/**
 * The messages between Raft replicas, named as in the paper and the dissertation. Who sends is in the authentication.
 */
public sealed interface RaftMessage extends Message {

    /** The sender's term; in a pre-vote request, the term that it would start. */
    long term();

    /**
     * A candidate asks for a vote (Raft 5.2), or asks whether it would get one (dissertation 9.6).
     *
     * @param term the term it would lead
     * @param preVote whether this is only the question: it changes nothing at the receiver
     * @param transfer whether the leader itself wants this election, so that those who hear it may vote (4.2.3)
     */
    record RequestVote(long term, long lastLogIndex, long lastLogTerm, boolean preVote, boolean transfer)
            implements RaftMessage {}

    /**
     * Answers {@link RequestVote}.
     *
     * @param term the voter's term
     * @param electionTerm the term in the request
     * @param preVote as in the request
     */
    record RequestVoteReply(long term, long electionTerm, boolean preVote, boolean granted) implements RaftMessage {}

    /**
     * The leader sends entries, or, without any, says that it leads (Raft 5.3).
     *
     * @param prevLogIndex the index before the first of the entries
     * @param prevLogTerm of the entry at that index
     * @param entries without a gap
     * @param leaderCommit the leader's commit index
     * @param round the leader's count of the times it asked whether it still leads (dissertation 6.4)
     */
    record AppendEntries(
            long term, long prevLogIndex, long prevLogTerm, List<Entry> entries, long leaderCommit, long round)
            implements RaftMessage {
        public AppendEntries {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Answers {@link AppendEntries} and {@link InstallSnapshot}. The leader sends itself one when its own log is
     * durable.
     *
     * @param round as in the request; 0 if it answers none
     * @param success whether the logs agree up to {@code index}, durably
     * @param index if so, up to where they agree; if not, the prevLogIndex that was refused
     * @param hintIndex if not: no entry after this one can agree, and the leader need look no higher
     * @param hintTerm if not: the term of the follower's entry at that index
     * @param recovering whether the follower has forgotten what it acknowledged: it is not to be counted
     */
    record AppendEntriesReply(
            long term, long round, boolean success, long index, long hintIndex, long hintTerm, boolean recovering)
            implements RaftMessage {}

    /** The follower is behind the leader's log: it is to fetch this state, in checked chunks (Raft 7). */
    record InstallSnapshot(long term, SnapshotMeta snapshot) implements RaftMessage {}

    /** A follower whose log begins with a state that it no longer has asks for one. */
    record RequestSnapshot(long term) implements RaftMessage {}

    /** The leader wants the receiver to start an election at once (dissertation 3.10). */
    record TimeoutNow(long term) implements RaftMessage {}

    /**
     * A follower asks from which index on its reads are linearizable (dissertation 6.4).
     *
     * @param context the follower's own; never the same twice, in all its incarnations
     */
    record ReadIndex(long term, long context) implements RaftMessage {}

    /** The leader led when it was asked, and this was its commit index. */
    record ReadIndexReply(long term, long context, long index) implements RaftMessage {}
}
