package org.tagma.simulator.raft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftRecord.Appended;
import org.tagma.core.raft.message.RaftRecord.HardState;
import org.tagma.core.raft.message.RaftRecord.MemoryRegained;
import org.tagma.core.raft.message.RaftRecord.SuffixRemoved;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/**
 * Follows a run of Raft: the five properties of the paper (Figure 3), and what they rest on: one vote a term in all
 * incarnations of a replica, and nothing said that is not durable. It sees what a replica decides to write, say and
 * execute, and nothing of its insides.
 *
 * <p>Not thread-safe.
 */
public final class RaftObserver implements ProtocolObserver {

    private record Place(long index, long term) {}

    private record Ballot(int voter, long term) {}

    /**
     * An entry that a replica executed.
     *
     * @param byTerm the lowest term in which a replica is known to have held it committed
     */
    private record Committed(long term, Digest batch, long byTerm) {}

    /** What is known of one replica. */
    private static final class Book {
        /** All that it decided to write. */
        final RaftLogBook decided = new RaftLogBook();
        /** What of that is durable. */
        final RaftLogBook durable = new RaftLogBook();

        final List<LogRecord> unsynced = new ArrayList<>();
    }

    private final Violations violations;
    private final Map<Integer, Book> books = new HashMap<>();
    private final Map<Long, Integer> leaders = new TreeMap<>();
    private final Map<Ballot, Integer> ballots = new HashMap<>();
    private final Map<Place, Entry> entries = new HashMap<>();
    private final Map<Place, Long> termsBefore = new HashMap<>();
    private final TreeMap<Long, Committed> committed = new TreeMap<>();
    private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

    /** The group as of the newest change that is known to be committed, and the index of that. */
    private Configuration group;

    private long groupSinceIndex;

    /** An observer of a group whose replicas are configured so, but for their ids. */
    public RaftObserver(Violations violations, Configuration first) {
        this.violations = violations;
        configurations.put(0L, first);
        group = first;
    }

    private Book book(int replica) {
        return books.computeIfAbsent(replica, id -> new Book());
    }

    @Override
    public void stepping(int replica, Event event) {
        Book book = book(replica);
        if (event instanceof Event.Recovered recovered) {
            book.unsynced.clear();
            book.decided.recover(recovered.log().records());
            book.durable.recover(recovered.log().records());
            votes(replica, book.durable.hardState());
        }
    }

    @Override
    public void decided(int replica, Action action) {
        if (action instanceof Action.Persist persist) {
            Book book = book(replica);
            writes(replica, book.decided, persist.record());
            book.decided.apply(persist.record());
            book.unsynced.add(persist.record());
        } else if (action instanceof Action.Send send) {
            saysAfterIt(replica, send);
            if (send.message() instanceof AppendEntries || send.message() instanceof InstallSnapshot) {
                leads(replica, ((RaftMessage) send.message()).term());
            }
        } else if (action instanceof Action.Commit commit) {
            executes(replica, commit);
        }
    }

    @Override
    public void durable(int replica) {
        Book book = book(replica);
        for (LogRecord each : book.unsynced) {
            book.durable.apply(each);
            if (each instanceof HardState state) {
                votes(replica, state);
            } else if (each instanceof MemoryRegained regained) {
                countsAgain(replica, regained.term());
            }
        }
        book.unsynced.clear();
    }

    // Election Safety and Leader Completeness

    private void leads(int replica, long term) {
        Integer earlier = leaders.putIfAbsent(term, replica);
        if (earlier == null) {
            hasWhatIsCommitted(replica, term);
        } else if (earlier != replica) {
            report(
                    RaftProperties.ELECTION_SAFETY,
                    "replicas " + earlier + " and " + replica + " both lead term " + term);
        }
    }

    private void hasWhatIsCommitted(int replica, long term) {
        RaftLogBook log = book(replica).decided;
        committed.forEach((index, entry) -> {
            if (entry.byTerm < term && !log.coversBySnapshot(index) && log.termAt(index) != entry.term) {
                report(
                        RaftProperties.LEADER_COMPLETENESS,
                        "replica " + replica + " leads term " + term + " without the entry of term " + entry.term
                                + " at index " + index + ", which was committed by term " + entry.byTerm);
            }
        });
    }

    // Leader Append-Only and Log Matching; one vote a term

    private void writes(int replica, RaftLogBook log, LogRecord record) {
        boolean leads = leaders.getOrDefault(log.hardState().term(), -1) == replica;
        if (record instanceof HardState state) {
            goesOn(replica, log.hardState(), state);
        } else if (record instanceof SuffixRemoved && leads) {
            report(
                    RaftProperties.LEADER_APPEND_ONLY,
                    "replica " + replica + " removes entries while it leads: " + record);
        } else if (record instanceof Appended appended) {
            appends(replica, log, appended.entry(), leads);
        }
    }

    private void goesOn(int replica, HardState before, HardState state) {
        if (state.term() < before.term()) {
            report(
                    RaftProperties.NO_CONFLICTING_VOTES,
                    "replica " + replica + " goes back from term " + before.term() + " to " + state.term());
        }
    }

    /**
     * Its leader has committed an entry without it that was made since it forgot: nobody whom it voted for before has
     * that, so votes of later terms elect nobody, and it may vote there again. Until then, and in earlier terms, it may
     * not.
     */
    private void countsAgain(int replica, long term) {
        ballots.keySet().removeIf(each -> each.voter() == replica && each.term() > term);
    }

    /** A vote is one when it is durable: nobody hears of it before, and it may be lost until then. */
    private void votes(int replica, HardState state) {
        if (state.votedFor() >= 0) {
            Integer earlier = ballots.putIfAbsent(new Ballot(replica, state.term()), state.votedFor());
            if (earlier != null && earlier != state.votedFor()) {
                report(
                        RaftProperties.NO_CONFLICTING_VOTES,
                        "replica " + replica + " votes for " + state.votedFor() + " in term " + state.term() + " after "
                                + earlier);
            }
        }
    }

    private void appends(int replica, RaftLogBook log, Entry entry, boolean leads) {
        long index = entry.index();
        if (index > log.lastIndex() + 1 || (leads && index != log.lastIndex() + 1)) {
            report(
                    leads ? RaftProperties.LEADER_APPEND_ONLY : RaftProperties.LOG_MATCHING,
                    "replica " + replica + " writes index " + index + " where its log ends at " + log.lastIndex());
        }
        Place place = new Place(index, entry.term());
        Entry same = entries.putIfAbsent(place, entry);
        if (same != null && !same.equals(entry)) {
            report(RaftProperties.LOG_MATCHING, "replica " + replica + " has another entry than others at " + place);
        }
        long before = log.termAt(index - 1);
        Long beforeElsewhere = before == RaftLogBook.UNKNOWN ? null : termsBefore.putIfAbsent(place, before);
        if (beforeElsewhere != null && beforeElsewhere != before) {
            report(
                    RaftProperties.LOG_MATCHING,
                    "replica " + replica + " has term " + before + " before " + place + ", another has term "
                            + beforeElsewhere);
        }
        if (entry instanceof Entry.Reconfiguration change) {
            configurations.put(index, change.configuration());
        }
    }

    // State Machine Safety

    private void executes(int replica, Action.Commit commit) {
        Book book = book(replica);
        long inTerm = book.decided.hardState().term();
        Committed mine = new Committed(
                book.decided.termAt(commit.sequence()), commit.batch().digest(), inTerm);
        Committed first = committed.putIfAbsent(commit.sequence(), mine);
        if (first == null) {
            changesTheGroup(entries.get(new Place(commit.sequence(), mine.term)));
            return;
        }
        if (first.term != mine.term || !first.batch.equals(mine.batch)) {
            report(
                    RaftProperties.STATE_MACHINE_SAFETY,
                    "replica " + replica + " executes the entry of term " + mine.term + " at index " + commit.sequence()
                            + ", where another executed one of term " + first.term);
        } else if (inTerm < first.byTerm) {
            committed.put(commit.sequence(), mine);
        }
    }

    /** It is committed; another that stood in its place may have been removed. */
    private void changesTheGroup(Entry entry) {
        if (entry instanceof Entry.Reconfiguration change && entry.index() > groupSinceIndex) {
            group = change.configuration();
            groupSinceIndex = entry.index();
        }
    }

    // What is said is durable

    @Override
    public void left(int replica, int to, Message message) {
        if (message instanceof RaftMessage raft && !isDurable(book(replica).durable, replica, to, raft)) {
            report(
                    RaftProperties.DURABLE_BEFORE_SAID,
                    "replica " + replica + " says " + message + " before it is durable");
        }
    }

    /** The order of actions is a promise of its own: whoever performs them may let each leave at once. */
    private void saysAfterIt(int replica, Action.Send send) {
        if (send.message() instanceof RaftMessage raft && !isDurable(book(replica).decided, replica, send.to(), raft)) {
            report(
                    RaftProperties.DURABLE_BEFORE_SAID,
                    "replica " + replica + " decides to say " + raft + " before it decides to write that");
        }
    }

    private static boolean isDurable(RaftLogBook log, int replica, int to, RaftMessage message) {
        // A question before an election says nothing of the sender's own term.
        boolean question = message instanceof RequestVote vote && vote.preVote();
        long term = log.hardState().term();
        if (question || term > message.term()) {
            // In one turn a replica may go on to a later term, and what it said in the earlier one leaves after that.
            return true;
        }
        if (message instanceof RequestVote) {
            return log.hardState().equals(new HardState(message.term(), replica));
        } else if (message instanceof RequestVoteReply reply && reply.granted() && !reply.preVote()) {
            return log.hardState().equals(new HardState(reply.electionTerm(), to));
        } else if (message instanceof AppendEntriesReply reply && reply.success() && log.lastIndex() < reply.index()) {
            return false;
        }
        return term == message.term();
    }

    private void report(Property property, String details) {
        violations.report(property, details);
    }

    // Who belongs to the group

    @Override
    public boolean isMember(int replica) {
        return group.members().contains(replica);
    }

    @Override
    public boolean canProgress(int replicas, int needed, IntPredicate takesPart) {
        // A change that is on its way may or may not take effect; so the old group and the new one must be able to.
        return isEnough(group, takesPart) && isEnough(configurations.lastEntry().getValue(), takesPart);
    }

    private static boolean isEnough(Configuration group, IntPredicate takesPart) {
        return group.isQuorum(group.members().stream().filter(takesPart::test).toList());
    }

    /** How many terms had a leader. */
    public int elections() {
        return leaders.size();
    }
}
