package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftRecord;

/** The five properties of the Raft paper (Figure 3), and what they rest on, checked after every event. */
final class RaftChecks {

    private record Place(long index, long term) {}

    private record Ballot(int voter, long term) {}

    private record Committed(long term, Batch batch) {}

    private final Map<Long, Integer> leaders = new HashMap<>();
    private final Map<Ballot, Integer> ballots = new HashMap<>();
    private final Map<Place, Entry> entries = new HashMap<>();
    private final Map<Place, Long> termsBefore = new HashMap<>();
    private final TreeMap<Long, Committed> committed = new TreeMap<>();

    /** Where the group's commits are, as far as any replica has acted on them. */
    long lastCommitted() {
        return committed.isEmpty() ? 0 : committed.lastKey();
    }

    /** Election Safety: at most one leader a term. Leader Completeness: it has all that was ever committed. */
    void onLeader(int replica, long term, DurableLog log) {
        Integer earlier = leaders.putIfAbsent(term, replica);
        assertThat(earlier == null || earlier == replica)
                .as("Election Safety: %s and %s lead term %s", earlier, replica, term)
                .isTrue();
        committed.forEach((index, entry) -> {
            if (entry.term() < term && !log.covers(index)) {
                assertThat(log.term(index))
                        .as("Leader Completeness: %s leads term %s without entry %s", replica, term, index)
                        .isEqualTo(entry.term());
            }
        });
    }

    /** Leader Append-Only: a leader only adds to the end. Log Matching: same index and term, same log up to there. */
    void onPersist(int replica, boolean leads, LogRecord record, DurableLog before) {
        if (record instanceof RaftRecord.SuffixRemoved) {
            assertThat(leads)
                    .as("Leader Append-Only: %s removed %s", replica, record)
                    .isFalse();
        }
        if (record instanceof RaftRecord.Appended appended) {
            Entry entry = appended.entry();
            assertThat(entry.index()).as("no gap in the log").isLessThanOrEqualTo(before.lastIndex() + 1);
            if (leads) {
                assertThat(entry.index()).as("Leader Append-Only").isEqualTo(before.lastIndex() + 1);
            }
            Place place = new Place(entry.index(), entry.term());
            Entry same = entries.putIfAbsent(place, entry);
            assertThat(same == null || same.equals(entry))
                    .as("Log Matching at %s", place)
                    .isTrue();
            long termBefore = before.term(entry.index() - 1);
            Long knownBefore = termsBefore.putIfAbsent(place, termBefore);
            assertThat(knownBefore == null || knownBefore == termBefore)
                    .as("Log Matching before %s: terms %s and %s", place, knownBefore, termBefore)
                    .isTrue();
        }
        if (record instanceof RaftRecord.HardState state && state.votedFor() >= 0) {
            Integer earlier = ballots.putIfAbsent(new Ballot(replica, state.term()), state.votedFor());
            assertThat(earlier == null || earlier == state.votedFor())
                    .as("%s votes once in term %s", replica, state.term())
                    .isTrue();
        }
    }

    /**
     * It forgot how it voted; if it votes once more in a term then {@link AmnesiaRecovery} says why that elects nobody.
     */
    void onForgotten(int replica) {
        ballots.keySet().removeIf(ballot -> ballot.voter() == replica);
    }

    /** State Machine Safety: one entry an index. */
    void onCommit(int replica, long index, Batch batch, DurableLog log) {
        Committed mine = new Committed(log.term(index), batch);
        Committed earlier = committed.putIfAbsent(index, mine);
        assertThat(earlier == null || earlier.equals(mine))
                .as("State Machine Safety: %s applies %s at %s, another applied %s", replica, mine, index, earlier)
                .isTrue();
    }

    /** What is said is durable: votes and acknowledgements. */
    void onSend(int replica, int to, Message message, DurableLog log) {
        if (message instanceof RequestVote vote && !vote.preVote()) {
            assertThat(log.hardState()).isEqualTo(new RaftRecord.HardState(vote.term(), replica));
        } else if (message instanceof RequestVoteReply reply && reply.granted() && !reply.preVote()) {
            assertThat(log.hardState()).isEqualTo(new RaftRecord.HardState(reply.electionTerm(), to));
        } else if (message instanceof AppendEntriesReply reply && reply.success()) {
            assertThat(log.lastIndex())
                    .as("what %s acknowledges is durable", replica)
                    .isGreaterThanOrEqualTo(reply.index());
        }
        if (message instanceof RaftMessage raft && !(message instanceof RequestVote)) {
            assertThat(log.hardState().term()).as("its term is durable").isGreaterThanOrEqualTo(raft.term());
        }
    }

    Map<Long, Integer> leaders() {
        return leaders;
    }
}
