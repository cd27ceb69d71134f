package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.tagma.core.Journal;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.service.ExecutedRequest;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.service.StateMachine;

/** One replica of a {@link CoreCluster}, and what it has on disk: its log and the states it kept. */
final class CoreNode {

    /** An event and what the protocol decided on it. */
    record Turn(Event event, List<Action> actions) {}

    final int id;
    final List<LogRecord> log = new ArrayList<>();
    /** Whether the log replaced another that was lost. */
    boolean wiped;

    long nonce;
    final List<String> answers = new ArrayList<>();
    /** Whom it asked for signatures. */
    final List<Action.AskSignature> asks = new ArrayList<>();

    final List<String> announcements = new ArrayList<>();
    final List<String> rejections = new ArrayList<>();
    final List<String> evidence = new ArrayList<>();
    /** Everything that happened in the present incarnation, if the cluster records it. */
    final List<Turn> history = new ArrayList<>();

    private final CoreCluster cluster;
    PbftProtocol protocol;
    ReplicatedService service;
    Journal journal;
    SnapshotKeeper keeper = new SnapshotKeeper();
    /** What the service runs instead of the journal, for a replica that diverges. */
    Supplier<StateMachine> divergent;

    String halted;
    boolean down;

    CoreNode(CoreCluster cluster, int id) {
        this.cluster = cluster;
        this.id = id;
    }

    void start(Event.RecoveredLog recovered) {
        protocol = new PbftProtocol(cluster.config(id));
        journal = new Journal();
        service = new ReplicatedService(divergent == null ? journal : divergent.get(), new ServiceLimits(64, 32));
        history.clear();
        down = false;
        step(new Event.Recovered(recovered));
        step(new Event.QueueDrained(cluster.timeMillis));
    }

    /** What a log store with these records gives back, if the records themselves are worth this much. */
    Event.RecoveredLog recovered(List<LogRecord> records, Event.LogIntegrity known) {
        if (wiped && records.stream().noneMatch(LogRecord::endsAmnesia)) {
            return new Event.RecoveredLog(List.copyOf(records), Event.LogIntegrity.LOST, nonce);
        }
        return new Event.RecoveredLog(
                List.copyOf(records), records.isEmpty() ? Event.LogIntegrity.FRESH : known, nonce);
    }

    /**
     * A malicious replica runs the honest code, and the cluster tampers with what it says: its state is its own affair.
     */
    private boolean isFaulty() {
        return cluster.faulty.contains(id);
    }

    void step(Event event) {
        ArrayDeque<Event> events = new ArrayDeque<>(List.of(event));
        while (!events.isEmpty() && halted == null) {
            try {
                for (Action action : decide(events.poll())) {
                    perform(action, events);
                }
            } catch (IllegalStateException brokenInvariant) {
                if (!isFaulty()) {
                    throw brokenInvariant;
                }
                halted = brokenInvariant.getMessage();
            }
        }
    }

    private List<Action> decide(Event event) {
        boolean check = event instanceof Event.MessageReceived && !isFaulty();
        long before = check ? cluster.stateHash.applyAsLong(protocol) : 0;
        List<Action> actions = protocol.step(event);
        if (check) {
            ClusterChecks.onStep(id, event, before, cluster.stateHash.applyAsLong(protocol), actions);
        }
        if (cluster.recordsHistory) {
            history.add(new Turn(event, List.copyOf(actions)));
        }
        return actions;
    }

    private void perform(Action action, ArrayDeque<Event> events) {
        if (action instanceof Action.Broadcast broadcast) {
            cluster.broadcast(id, broadcast.message());
            events.add(new Event.MessageReceived(CoreCluster.sign(id, broadcast.message())));
        } else if (action instanceof Action.Send send) {
            cluster.post(id, send.to(), send.message());
        } else if (action instanceof Action.Forward forward) {
            cluster.forward(id, forward.to(), forward.message());
        } else if (action instanceof Action.Relay relay) {
            cluster.relay(id, relay.to(), relay.request());
        } else if (action instanceof Action.Persist persist) {
            log.add(persist.record());
            cluster.checks.onPersist(id, persist.record());
        } else if (action instanceof Action.Truncate truncate) {
            log.removeIf(record ->
                    !record.survivesAmnesia() && record.sequence() > 0 && record.sequence() <= truncate.sequence());
        } else if (action instanceof Action.ServeState serve) {
            keeper.answer(serve.to(), serve.question()).ifPresent(answer -> cluster.post(id, serve.to(), answer));
        } else {
            performOnState(action, events);
        }
    }

    private void performOnState(Action action, ArrayDeque<Event> events) {
        if (action instanceof Action.Commit commit) {
            execute(commit, events);
        } else if (action instanceof Action.TakeCheckpoint) {
            ServiceSnapshot snapshot = service.snapshot();
            keeper.keep(snapshot);
            events.add(new Event.CheckpointTaken(
                    snapshot.sequence(), snapshot.stateDigest(), snapshot.sizeBytes(), snapshot.tree()));
        } else if (action instanceof Action.ReleaseCheckpoints release) {
            keeper.release(release.below());
        } else if (action instanceof Action.InstallState install) {
            assertThat(service.install(install.sequence(), install.snapshot(), install.tree()))
                    .isEmpty();
            keeper.keep(service.snapshot());
            events.add(new Event.StateInstalled(
                    install.sequence(), install.stateDigest(), service.sessions(), install.tree()));
        } else if (action instanceof Action.Announce announce) {
            announcements.add(announce.text());
        } else if (action instanceof Action.AskSignature asked) {
            asks.add(asked);
        } else if (action instanceof Action.AnswerOperator answer) {
            answers.add(answer.id() + " " + answer.done() + " " + answer.text());
        } else if (action instanceof Action.Reject reject) {
            rejections.add(reject.sender() + ":" + reject.reason().name());
        } else if (action instanceof Action.ReportEvidence report) {
            evidence.add(report.replica() + ": " + report.evidence().description());
        } else if (action instanceof Action.Halt halt) {
            halted = halt.reason().description();
        }
    }

    private void execute(Action.Commit commit, ArrayDeque<Event> events) {
        if (!isFaulty()) {
            cluster.checks.onCommit(commit.sequence(), commit.batch());
        }
        List<ExecutedRequest> executed = service.execute(commit.sequence(), commit.batch());
        events.add(new Event.Executed(
                commit.sequence(),
                executed.stream().map(ExecutedRequest::outcome).toList()));
    }

    long view() {
        return protocol.status().view();
    }

    String mode() {
        return protocol.status().mode().label();
    }
}
