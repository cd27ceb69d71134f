package org.tagma.core.raft;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.raft.RaftState.Role;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftRecord;

/** What a replica does with a leader's messages (Raft 5.3). */
final class Follower {

    private final RaftState state;
    private final Snapshots snapshots;
    /** The last term in which the log was found to agree with the leader's, and up to where. */
    private long agreedInTerm;

    private long agreedUpTo;

    Follower(RaftState state, Snapshots snapshots) {
        this.state = state;
        this.snapshots = snapshots;
    }

    RaftVerdict onAppendEntries(int sender, AppendEntries message) {
        RaftVerdict verdict = RaftValidator.appendEntries(state, sender, message);
        if (verdict == RaftVerdict.STALE_TERM) {
            // The sender learns of the later term and nothing else: it may lead in that term itself by now, and an old
            // round must not be taken for one of those that it has counted anew since.
            state.send(sender, new AppendEntriesReply(state.term(), 0, false, 0, 0, 0, state.recovering));
        }
        if (!verdict.isAccepted()) {
            return verdict;
        }
        heard(sender, message.term());
        follow(sender, message.prevLogIndex() < state.commitIndex ? aboveCommitted(message) : message);
        return RaftVerdict.ACCEPT;
    }

    private void follow(int leader, AppendEntries message) {
        if (state.log.matches(message.prevLogIndex(), message.prevLogTerm())) {
            long agreed = take(message);
            agreedUpTo = agreedInTerm == message.term() ? Math.max(agreedUpTo, agreed) : agreed;
            agreedInTerm = message.term();
            agreeAndCommit(leader, message, agreed);
        } else if (isFullOfWhatAgrees(message)) {
            // To refuse this would have the leader send again, at once and in vain.
            agreeAndCommit(leader, message, agreedUpTo);
        } else {
            long hint = state.log.lastIndexNotAbove(message.prevLogIndex(), message.prevLogTerm());
            refuse(leader, message, hint, state.log.term(hint));
        }
    }

    /**
     * What is committed agrees with every leader's log, and may be compacted away here: what counts is what follows it.
     */
    private AppendEntries aboveCommitted(AppendEntries message) {
        int known = (int) Math.min(message.entries().size(), state.commitIndex - message.prevLogIndex());
        return new AppendEntries(
                message.term(),
                state.commitIndex,
                state.log.term(state.commitIndex),
                message.entries().subList(known, message.entries().size()),
                message.leaderCommit(),
                message.round());
    }

    private void agreeAndCommit(int leader, AppendEntries message, long agreed) {
        agree(leader, agreed, message.round());
        state.committed(Math.min(message.leaderCommit(), agreed));
        snapshots.deliver();
    }

    /** Whether all for which there is room is here, and agrees with this leader's log. */
    private boolean isFullOfWhatAgrees(AppendEntries message) {
        return agreedInTerm == message.term()
                && agreedUpTo <= state.log.lastIndex()
                && !hasRoomAfter(agreedUpTo, state.unexecutedBytes(agreedUpTo), message.leaderCommit());
    }

    private void heard(int leader, long term) {
        boolean ended = state.hasEnded(leader);
        if (ended && state.role == Role.PRE_CANDIDATE && term == state.term()) {
            // It said that before it ended; who asks for pre-votes because of that goes on.
            return;
        }
        boolean news = term != state.term() || state.leader != leader;
        state.follow(term, leader);
        if (news) {
            state.announce("following replica " + leader + " in term " + term);
        }
        if (ended && news) {
            state.hurry();
        } else if (!ended) {
            if (news) {
                state.relayWaiting();
            }
            state.heardLeader();
        }
    }

    /**
     * Whether the log may reach further. While something waits to be executed, no further than the window: that bounds
     * what a slow state machine costs. But when all that is committed has been executed, waiting helps nobody. Leaders
     * that were elected one after another in vain leave an entry each, and only the last of them, perhaps far beyond
     * the window, may be committed by counting (Figure 8): it must get here.
     */
    private boolean hasRoomAfter(long index, long unexecutedBytes, long leaderCommit) {
        return leaderCommit <= state.lastExecuted || state.hasRoomAfter(index, unexecutedBytes);
    }

    /** Takes what is new, as far as there is room, and says up to where the log now agrees with the leader's. */
    private long take(AppendEntries message) {
        long prevLogIndex = message.prevLogIndex();
        List<Entry> entries = message.entries();
        int known = 0;
        while (known < entries.size()
                && state.log.matches(
                        entries.get(known).index(), entries.get(known).term())) {
            known++;
        }
        long first = prevLogIndex + known + 1;
        int room = known;
        long bytes = state.unexecutedBytes(prevLogIndex + known);
        while (room < entries.size() && hasRoomAfter(prevLogIndex + room, bytes, message.leaderCommit())) {
            bytes += entries.get(room).size();
            room++;
        }
        List<Entry> taken = entries.subList(known, room);
        if (!taken.isEmpty()) {
            if (first <= state.log.lastIndex()) {
                removeFrom(first);
            }
            taken.forEach(state::append);
            state.persist(taken);
        }
        return prevLogIndex + room;
    }

    private void removeFrom(long index) {
        if (index <= state.commitIndex) {
            throw new IllegalStateException("removing entry " + index + ", committed up to " + state.commitIndex);
        }
        state.emit(new Action.Persist(new RaftRecord.SuffixRemoved(index, state.log.lastIndex())));
        state.log.removeFrom(index);
        state.memberships.removedFrom(index);
    }

    RaftVerdict onInstallSnapshot(int sender, InstallSnapshot message) {
        RaftVerdict verdict = RaftValidator.installSnapshot(state, sender, message);
        if (verdict.isAccepted()) {
            heard(sender, message.term());
            if (snapshots.offered(sender, message.snapshot())) {
                agree(sender, state.commitIndex, 0);
            }
        }
        return verdict;
    }

    private void agree(int leader, long index, long round) {
        state.send(leader, new AppendEntriesReply(state.term(), round, true, index, 0, 0, state.recovering));
    }

    private void refuse(int sender, AppendEntries message, long hint, long hintTerm) {
        state.send(
                sender,
                new AppendEntriesReply(
                        state.term(),
                        message.round(),
                        false,
                        message.prevLogIndex(),
                        hint,
                        hintTerm,
                        state.recovering));
    }
}
