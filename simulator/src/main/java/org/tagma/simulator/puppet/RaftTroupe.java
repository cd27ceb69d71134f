package org.tagma.simulator.puppet;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.RaftTimer;
import org.tagma.simulator.SimulatedRaft;
import org.tagma.simulator.check.Findings;
import org.tagma.simulator.check.Property;
import org.tagma.simulator.check.ProtocolObserver;

/**
 * A whole group of Raft, each replica on a stage of its own, and the messages between them, which wait here until somebody
 * delivers them. Who crashes lies to nobody, so no message is made up: each was said by a replica at some time. Not thread-safe.
 */
final class RaftTroupe {

    /** More than this is lost: so a message may be old, but not as old as the show. */
    private static final int MOST_LETTERS = 300;

    /**
     * Something on its way.
     *
     * @param content a message, or a request that is passed on
     */
    record Letter(int from, int to, Object content) {}

    /**
     * A read that waits.
     *
     * @param committed up to here something was known to be committed when it came
     */
    private record Read(int replica, long committed) {}

    private final SimulatedRaft protocol;
    private final Findings findings;
    private final Props props;
    final ProtocolObserver observer;
    final List<Stage> stages = new ArrayList<>();
    final ArrayList<Letter> letters = new ArrayList<>();
    private final TreeMap<Long, Read> reads = new TreeMap<>();
    /** Whom an operator asked something that is not answered yet. */
    private final TreeMap<Long, Integer> orders = new TreeMap<>();

    private final long[] ticks;
    private final boolean[] hasTimer;
    private long committed;
    private long asked;
    private long lives;

    RaftTroupe(SimulatedRaft protocol, Findings findings, Props props) {
        this.protocol = protocol;
        this.findings = findings;
        this.props = props;
        this.observer = protocol.observer(findings);
        this.ticks = new long[protocol.machines()];
        this.hasTimer = new boolean[protocol.machines()];
        for (int id = 0; id < protocol.machines(); id++) {
            int self = id;
            stages.add(new Stage(
                    findings, observer, props, self, protocol.machines(), true, action -> sees(self, action)));
        }
        stages.forEach(stage ->
                stage.begin(protocol.create(stage.self, ++lives, Optional.empty()), Event.RecoveredLog.empty()));
    }

    int size() {
        return stages.size();
    }

    boolean isOver() {
        return stages.stream().anyMatch(Stage::isOver);
    }

    // What they decide

    private void sees(int self, Action action) {
        if (action instanceof Action.Send send && send.to() != self) {
            posts(new Letter(self, send.to(), send.message()));
        } else if (action instanceof Action.Relay relay) {
            posts(new Letter(self, relay.to(), relay.request()));
        } else if (action instanceof Action.ServeState serve
                && serve.to() != self
                && stages.get(self).keeps(serve.question().sequence())) {
            posts(new Letter(self, serve.to(), Answers.right(props, serve.question())));
        } else if (action instanceof Action.SetTimer) {
            hasTimer[self] = true;
        } else if (action instanceof Action.Commit commit) {
            props.commits(commit.sequence(), commit.batch());
            committed = Math.max(committed, commit.sequence());
        } else if (action instanceof Action.AnswerOperator answer) {
            orders.remove(answer.id());
        } else if (action instanceof Action.RefuseRead refused) {
            reads.remove(refused.id());
        } else if (action instanceof Action.ReadReady ready) {
            answers(self, ready);
        }
    }

    private void posts(Letter letter) {
        if (letters.size() < MOST_LETTERS) {
            letters.add(letter);
        }
    }

    /** Without leases the time that passes says nothing; so it holds however time passes here. */
    private void answers(int self, Action.ReadReady ready) {
        Read read = reads.remove(ready.id());
        if (read != null
                && ready.sequence() < read.committed
                && !protocol.template().leaseReads()) {
            findings.report(
                    Property.LINEARIZABILITY,
                    "replica " + self + " answers a read as of index " + ready.sequence() + ", though index "
                            + read.committed + " was committed when it came");
        }
    }

    // What happens to them

    void deliver(Letter letter, int performed) {
        Stage stage = stages.get(letter.to);
        if (letter.content instanceof Request request) {
            stage.step(new Event.RequestReceived(request, letter.from), performed);
        } else {
            Message message = (Message) letter.content;
            stage.step(
                    new Event.MessageReceived(
                            new Authenticated<>(letter.from, message, ByteString.EMPTY, ByteString.EMPTY)),
                    performed);
        }
    }

    /** Whether its timer was set; then it runs out. */
    boolean tick(int replica) {
        boolean runs = hasTimer[replica];
        if (runs) {
            hasTimer[replica] = false;
            ticks[replica]++;
            stages.get(replica).step(new Event.TimerFired(RaftTimer.TICK));
        }
        return runs;
    }

    void drain(int replica) {
        long elapsed = ticks[replica] * protocol.template().tickMillis();
        stages.get(replica).step(new Event.QueueDrained(props.nowMillis + elapsed, elapsed));
    }

    void request(int replica, Request request) {
        stages.get(replica).step(new Event.RequestReceived(request, -1));
    }

    void read(int replica) {
        reads.put(++asked, new Read(replica, committed));
        stages.get(replica).step(new Event.ReadReceived(asked));
    }

    void change(int replica, List<Integer> voters, List<Integer> learners) {
        orders.put(++asked, replica);
        stages.get(replica).step(new Event.MembershipRequested(asked, voters, learners));
    }

    void handOver(int replica, int to) {
        orders.put(++asked, replica);
        stages.get(replica).step(new Event.LeadershipTransferRequested(asked, to));
    }

    /** Stops, and starts again with so much of its memory. */
    void restart(int replica, Event.Memory memory, long nonce) {
        reads.values().removeIf(read -> read.replica == replica);
        orders.values().removeIf(whom -> whom == replica);
        hasTimer[replica] = false;
        stages.get(replica).restart(protocol.create(replica, ++lives, Optional.empty()), memory, nonce);
    }

    // Where they stand

    ProtocolStatus status(int replica) {
        return stages.get(replica).status();
    }

    /** Somebody who believes to lead, and has the latest term of those; -1 if nobody does. */
    int leader() {
        int leader = -1;
        for (int id = 0; id < size(); id++) {
            ProtocolStatus status = status(id);
            boolean leads = status.leader() == id;
            if (leads && (leader < 0 || status.view() > status(leader).view())) {
                leader = id;
            }
        }
        return leader;
    }

    long highestTerm() {
        long highest = 0;
        for (int id = 0; id < size(); id++) {
            highest = Math.max(highest, status(id).view());
        }
        return highest;
    }

    boolean everyMember(Predicate<ProtocolStatus> condition) {
        for (int id = 0; id < size(); id++) {
            if (observer.isMember(id) && !condition.test(status(id))) {
                return false;
            }
        }
        return true;
    }

    /** Whoever does not lead passes on what clients ask for, or refuses it. */
    boolean onlyTheLeaderHoldsRequests() {
        int leader = leader();
        for (int id = 0; id < size(); id++) {
            if (id != leader && status(id).pendingRequests() > 0) {
                return false;
            }
        }
        return true;
    }

    long committed() {
        return committed;
    }

    boolean awaitsAnswers() {
        return !reads.isEmpty() || !orders.isEmpty();
    }
}
