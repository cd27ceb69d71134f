package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Journal;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.core.service.ExecutedRequest;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;

/** One replica of a {@link RaftCluster}, and what it has on disk: its log and the states it kept. */
final class RaftNode {

    /** An event and what the protocol decided on it. */
    record Turn(Event event, List<Action> actions) {}

    final int id;
    final List<String> announcements = new ArrayList<>();
    final List<String> rejections = new ArrayList<>();
    final List<String> operatorAnswers = new ArrayList<>();
    final List<Long> refusedReads = new ArrayList<>();
    /** Reads that were served, by id: how many operations the state had executed then. */
    final TreeMap<Long, Integer> reads = new TreeMap<>();
    /** Everything that happened in the present incarnation, if the cluster records it. */
    final List<Turn> history = new ArrayList<>();

    private final RaftCluster cluster;
    /** What the state machine's thread has yet to do. */
    private final ArrayDeque<Action> execution = new ArrayDeque<>();

    /** A state that it kept. */
    record Backup(SnapshotMeta meta, ServiceSnapshot state) {}

    /** The first that it kept in all its incarnations. */
    Optional<Backup> backup = Optional.empty();

    DurableLog log = new DurableLog(false);
    SnapshotKeeper keeper = new SnapshotKeeper();
    RaftConfig config;
    RaftProtocol protocol;
    ReplicatedService service;
    Journal journal;
    boolean down;
    /** It stops working after so many more actions; -1 for never. */
    int crashAfterActions = -1;
    /** Its state machine's thread does nothing. */
    boolean executionStalls;

    RaftNode(RaftCluster cluster, int id) {
        this.cluster = cluster;
        this.id = id;
    }

    void start(Event.RecoveredLog recovered, RaftConfig newConfig) {
        config = newConfig;
        protocol = new RaftProtocol(config);
        journal = new Journal();
        service = new ReplicatedService(journal, new ServiceLimits(64, 32));
        execution.clear();
        history.clear();
        crashAfterActions = -1;
        down = false;
        step(new Event.Recovered(recovered));
        step(new Event.QueueDrained(cluster.timeMillis));
    }

    RaftStatus status() {
        return protocol.raftStatus();
    }

    boolean leads() {
        return !down && status().role().equals("leader");
    }

    void step(Event event) {
        ArrayDeque<Event> events = new ArrayDeque<>(List.of(event));
        while (!events.isEmpty() && !down) {
            decide(events.poll(), events);
        }
    }

    private void decide(Event event, ArrayDeque<Event> events) {
        boolean leadBefore = protocol.status().mode().label().equals("leader");
        long before = protocol.stateHash();
        List<Action> actions = protocol.step(event);
        if (cluster.recordsHistory) {
            history.add(new Turn(event, actions));
        }
        if (event instanceof Event.MessageReceived
                && actions.stream().anyMatch(action -> action instanceof Action.Reject)) {
            assertThat(protocol.stateHash())
                    .as("a rejection changed the state: %s", actions)
                    .isEqualTo(before);
        }
        boolean leadsStill = leadBefore && protocol.status().mode().label().equals("leader");
        for (Action action : inOrder(actions)) {
            if (crashAfterActions == 0) {
                down = true;
                return;
            }
            crashAfterActions--;
            perform(action, events, leadsStill);
        }
        if (leads()) {
            cluster.checks.onLeader(id, status().term(), log);
        }
    }

    /** In the order given, or, as an engine does that has one barrier a turn, the records first. */
    private List<Action> inOrder(List<Action> actions) {
        if (!cluster.persistsFirst) {
            return actions;
        }
        List<Action> ordered = new ArrayList<>(actions.stream()
                .filter(action -> action instanceof Action.Persist)
                .toList());
        actions.stream().filter(action -> !(action instanceof Action.Persist)).forEach(ordered::add);
        return ordered;
    }

    private void perform(Action action, ArrayDeque<Event> events, boolean leadsStill) {
        if (action instanceof Action.Send send && send.to() == id) {
            events.add(new Event.MessageReceived(RaftCluster.sign(id, send.message())));
        } else if (action instanceof Action.Send send) {
            cluster.checks.onSend(id, send.to(), send.message(), log);
            cluster.post(id, send.to(), send.message());
        } else if (action instanceof Action.Relay relay) {
            cluster.relay(id, relay.to(), relay.request());
        } else if (action instanceof Action.Persist persist) {
            cluster.checks.onPersist(id, leadsStill, persist.record(), log);
            log.append(persist.record());
        } else if (action instanceof Action.Truncate truncate) {
            log.truncate(truncate.sequence());
        } else if (action instanceof Action.ServeState serve) {
            keeper.answer(serve.to(), serve.question()).ifPresent(answer -> {
                if (serve.to() == id) {
                    events.add(new Event.MessageReceived(RaftCluster.sign(id, answer)));
                } else {
                    cluster.post(id, serve.to(), answer);
                }
            });
        } else {
            performOnState(action);
        }
    }

    private void performOnState(Action action) {
        if (action instanceof Action.Commit commit) {
            cluster.checks.onCommit(id, commit.sequence(), commit.batch(), log);
            execution.add(action);
        } else if (action instanceof Action.TakeCheckpoint) {
            execution.add(action);
        } else if (action instanceof Action.InstallState) {
            execution.clear();
            execution.add(action);
        } else if (action instanceof Action.ReleaseCheckpoints release) {
            keeper.release(release.below());
        } else if (action instanceof Action.ReadReady read) {
            assertThat(service.lastExecuted()).isGreaterThanOrEqualTo(read.sequence());
            cluster.onRead(read.id(), service.lastExecuted());
            reads.put(read.id(), journal.operations.size());
        } else if (action instanceof Action.RefuseRead refused) {
            refusedReads.add(refused.id());
        } else if (action instanceof Action.AnswerOperator answer) {
            operatorAnswers.add(answer.id() + " " + answer.done() + " " + answer.text());
        } else if (action instanceof Action.Announce announce) {
            announcements.add(announce.text());
        } else if (action instanceof Action.Reject reject) {
            rejections.add(reject.sender() + ":" + reject.reason().name());
        } else if (action instanceof Action.ReportEvidence || action instanceof Action.Halt) {
            throw new AssertionError("replica " + id + ": " + action);
        }
    }

    boolean hasExecution() {
        return !down && !executionStalls && !execution.isEmpty();
    }

    /** The state machine's thread does one thing. */
    void executeOne() {
        Action action = execution.poll();
        if (action instanceof Action.Commit commit) {
            List<ExecutedRequest> executed = service.execute(commit.sequence(), commit.batch());
            step(new Event.Executed(
                    commit.sequence(),
                    executed.stream().map(ExecutedRequest::outcome).toList()));
        } else if (action instanceof Action.TakeCheckpoint) {
            ServiceSnapshot snapshot = service.snapshot();
            keeper.keep(snapshot);
            step(new Event.CheckpointTaken(
                    snapshot.sequence(), snapshot.stateDigest(), snapshot.sizeBytes(), snapshot.tree()));
            SnapshotMeta kept = log.snapshot();
            if (backup.isEmpty() && kept != null && kept.index() == snapshot.sequence()) {
                backup = Optional.of(new Backup(kept, snapshot));
            }
        } else if (action instanceof Action.InstallState install) {
            assertThat(service.install(install.sequence(), install.snapshot(), install.tree()))
                    .isEmpty();
            keeper.keep(service.snapshot());
            step(new Event.StateInstalled(
                    install.sequence(), install.stateDigest(), service.sessions(), install.tree()));
        }
    }

    List<ByteString> operations() {
        return journal.operations;
    }

    @Override
    public String toString() {
        return id + (down ? " down" : " " + status()) + " " + announcements;
    }
}
