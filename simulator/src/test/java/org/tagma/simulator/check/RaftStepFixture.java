package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.Configuration;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.HardState;
import org.tagma.core.raft.RaftRecord.Reservation;
import org.tagma.core.raft.RaftTimer;

/** Shows an observer the steps of replica 0 of a group, which a test makes up: right ones, and the one that is wrong. */
final class RaftStepFixture {

    static final long WINDOW = 64;
    static final int ELECTION_TICKS = 10;
    static final int HEARTBEAT_TICKS = 2;

    final Findings findings = new Findings();
    private final RaftObserver observer;

    RaftStepFixture() {
        this(3, false);
    }

    RaftStepFixture(int replicas, boolean leases) {
        Configuration group = Configuration.ofFirst(replicas);
        observer = new RaftObserver(findings, RaftConfig.forTests(0, group, 1, leases));
        recovers();
    }

    /** A life begins with this log. */
    void recovers(LogRecord... records) {
        step(new Event.Recovered(new Event.RecoveredLog(List.of(records), Event.Memory.WHOLE)));
    }

    void step(Event event, Action... actions) {
        observer.stepping(0, event);
        observer.stepped(0, event, List.of(actions));
        Arrays.stream(actions).forEach(action -> observer.decided(0, action));
        observer.durable(0);
    }

    void hears(int sender, Message message, Action... actions) {
        step(
                new Event.MessageReceived(new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY)),
                actions);
    }

    void tick(Action... actions) {
        step(new Event.TimerFired(RaftTimer.TICK), actions);
    }

    void ticks(int count) {
        for (int i = 0; i < count; i++) {
            tick();
        }
    }

    void drained(long millis, Action... actions) {
        step(new Event.QueueDrained(millis), actions);
    }

    /** Follows replica 1, which leads this term, and takes a no-op at each of the first indexes. */
    void follows(long term, int entries) {
        List<Action> actions = new ArrayList<>();
        actions.add(persist(new HardState(term, -1)));
        actions.add(persist(new Reservation(100)));
        List<Entry> noOps = new ArrayList<>();
        for (int index = 1; index <= entries; index++) {
            noOps.add(new Entry.NoOp(index, term));
            actions.add(persist(new Appended(noOps.get(index - 1))));
        }
        actions.add(send(1, agrees(term, 1, entries)));
        hears(1, new AppendEntries(term, 0, 0, noOps, 0, 1), actions.toArray(Action[]::new));
    }

    /** Waits, asks, stands, wins the votes of replica 1 and begins term 1 with a no-op, which replica 1 stores. */
    void leads(int replicas) {
        leads(replicas, new Entry.NoOp(1, 1));
    }

    void leads(int replicas, Entry first) {
        ticks(ELECTION_TICKS);
        tick(toOthers(replicas, new RequestVote(1, 0, 0, true, false)));
        hears(0, new RequestVoteReply(0, 1, true, true));
        List<Action> stands = new ArrayList<>(List.of(toOthers(replicas, new RequestVote(1, 0, 0, false, false))));
        stands.add(0, persist(new HardState(1, 0)));
        hears(1, new RequestVoteReply(0, 1, true, true), stands.toArray(Action[]::new));
        hears(0, new RequestVoteReply(1, 1, false, true));
        List<Action> begins =
                new ArrayList<>(List.of(toOthers(replicas, new AppendEntries(1, 0, 0, List.of(first), 0, 0))));
        begins.add(persist(new Reservation(100)));
        begins.add(persist(new Appended(first)));
        begins.add(send(0, agrees(1, 0, 1)));
        hears(1, new RequestVoteReply(1, 1, false, true), begins.toArray(Action[]::new));
        hears(0, agrees(1, 0, 1));
    }

    /** The same, and the no-op is committed and executed. */
    void leadsAndHasCommitted(int replicas) {
        leads(replicas);
        hears(1, agrees(1, 0, 1), commit(1));
        step(new Event.Executed(1, List.of()));
        drained(0, send(1, new AppendEntries(1, 1, 1, List.of(), 1, 0)));
    }

    static Action[] toOthers(int replicas, Message message) {
        Action[] sends = new Action[replicas - 1];
        Arrays.setAll(sends, i -> send(i + 1, message));
        return sends;
    }

    static Action send(int to, Message message) {
        return new Action.Send(to, message);
    }

    static Action persist(LogRecord record) {
        return new Action.Persist(record);
    }

    static Action commit(long index) {
        return new Action.Commit(index, Batch.NULL);
    }

    static AppendEntriesReply agrees(long term, long round, long index) {
        return new AppendEntriesReply(term, round, true, index, 0, 0, 0);
    }

    void expectNothing() {
        assertThat(findings.first()).isEmpty();
    }

    void expectFound(String details) {
        assertThat(findings.first())
                .hasValueSatisfying(found -> assertThat(found.details()).contains(details));
    }
}
