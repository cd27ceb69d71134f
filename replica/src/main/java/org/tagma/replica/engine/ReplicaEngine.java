package org.tagma.replica.engine;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.replica.execution.Execution;
import org.tagma.replica.outbound.MessageSealer;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.threads.Clock;
import org.tagma.replica.threads.Timers;

/**
 * Drives a protocol: steps it with what happened and performs what it decides. It owns no thread and reads no clock but
 * its port, so the server's loop and the simulator drive the same code, and the same inputs have the same effects.
 *
 * <p>One {@linkplain #turn turn} takes everything that was queued. It runs in rounds: step every event, then
 * {@link Event.QueueDrained}; make all records of the round durable with one barrier; only then perform the rest, in
 * order. (What the protocol says need not wait, {@link Action.FlushBeforeSync}, leaves before the barrier if that is
 * worth a flush.) A replica's own broadcasts are the events of the next round, until a round has none. Whatever the
 * turn sent leaves with one flush at its end. So disk and network are paid for once a turn and not once a message, and
 * nothing that follows from a record leaves before the record is durable.
 *
 * <p>If the log fails or the protocol breaks, the engine stops for good: a replica that does not know what it promised
 * must not promise anything else.
 *
 * <p>Not thread-safe.
 */
public final class ReplicaEngine {

    /** Modes in which a replica may hold an older state than it has vouched for; see {@link ProtocolStatus#mode}. */
    /** How old a published status may be while there is work: a status is too dear for every turn. */
    private static final long STATUS_AGE_MILLIS = 200;

    /**
     * Rounds of loop-back in one turn; each needs a broadcast of the one before, and no protocol has that many phases.
     */
    private static final int MAX_ROUNDS = 10_000;

    private final Protocol protocol;
    private final MessageSealer sealer;
    private final Ports ports;

    private final List<Action> undone = new ArrayList<>();
    private List<Event> loopedBack = new ArrayList<>();
    private boolean logDirty;
    private boolean statusIsNews;
    private boolean publishedInRound;
    private boolean statusIsOld;
    private long publishedMillis;
    private volatile ProtocolStatus published;
    private volatile Optional<Message> checkpointProof = Optional.empty();
    private volatile Map<String, String> details = Map.of();
    private volatile boolean stopped;

    /** What an engine acts on. */
    public record Ports(
            Outbound outbound,
            LogStore log,
            Timers timers,
            Clock clock,
            Execution execution,
            EngineListener listener) {}

    /** An engine that has not started. */
    public ReplicaEngine(Protocol protocol, MessageSealer sealer, Ports ports) {
        this.protocol = protocol;
        this.sealer = sealer;
        this.ports = ports;
        this.published = protocol.status();
    }

    /**
     * Recovers the log and lets the protocol begin.
     *
     * @throws IOException if the log cannot be read; the engine is then stopped
     */
    public void start() throws IOException {
        Event.RecoveredLog log;
        try {
            log = ports.log().recover();
        } catch (IOException e) {
            stopped = true;
            throw e;
        }
        statusIsNews = true;
        turn(List.of(new Event.Recovered(log)));
    }

    /**
     * Takes everything that has happened since the last turn, in order. Does nothing once stopped.
     *
     * @param drained may be empty; not kept
     */
    public void turn(List<Event> drained) {
        if (stopped) {
            return;
        }
        try {
            runRounds(drained);
            if (!stopped) {
                publishStatus();
                ports.outbound().flush();
            }
        } catch (IOException e) {
            stop("the log cannot be written: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            stop("the disk fails: " + e.getMessage(), e);
        } catch (UnreadableStateError e) {
            stop(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            stop("a broken invariant: " + e, e);
        }
    }

    /** Whether the engine has stopped for good. Any thread may ask. */
    public boolean isStopped() {
        return stopped;
    }

    /** Where the protocol stood lately: at the last turn, or a few milliseconds before. Any thread may ask. */
    public ProtocolStatus status() {
        return published;
    }

    /** More about where it stood then, see {@link Protocol#details}. Any thread may ask. */
    public Map<String, String> details() {
        return details;
    }

    /** What proves the newest stable checkpoint, as of lately, if the protocol has such proofs. Any thread may ask. */
    public Optional<Message> checkpointProof() {
        return checkpointProof;
    }

    private void runRounds(List<Event> drained) throws IOException {
        List<Event> events = drained;
        int rounds = 0;
        do {
            if (++rounds > MAX_ROUNDS) {
                throw new IllegalStateException("the protocol answers its own messages without end");
            }
            loopedBack = new ArrayList<>();
            publishedInRound = false;
            stepAll(events);
            performAll();
            events = loopedBack;
        } while (!events.isEmpty() && !stopped);
    }

    private void publishStatus() {
        long sinceMillis = ports.clock().wallMillis() - publishedMillis;
        // The wall clock may have gone back.
        if (statusIsNews || sinceMillis >= STATUS_AGE_MILLIS || sinceMillis < 0) {
            publishedMillis += sinceMillis;
            publishNow();
        }
        statusIsOld = !publishedInRound;
    }

    /**
     * Whether the last turn left its status for later, and that is now: else a replica to which nothing happens shows
     * an old one.
     */
    public boolean isStatusDue() {
        long sinceMillis = ports.clock().wallMillis() - publishedMillis;
        return statusIsOld && (sinceMillis >= STATUS_AGE_MILLIS || sinceMillis < 0);
    }

    /** How long the loop may sleep until then; forever, if the status is that of the last turn. */
    public long nanosToStatus() {
        return statusIsOld ? TimeUnit.MILLISECONDS.toNanos(STATUS_AGE_MILLIS) : Long.MAX_VALUE;
    }

    private void publishNow() {
        ProtocolStatus status = protocol.status();
        if (status.stableCheckpoint() != published.stableCheckpoint()) {
            checkpointProof = protocol.checkpointProof();
        }
        published = status;
        details = protocol.details();
        statusIsNews = false;
        publishedInRound = true;
        ports.execution()
                .onStatusChanged(status.view(), status.leader(), status.mode().servesReads());
    }

    /** A client that is sent away should hear who leads now. */
    private void publishBeforeRefusal() {
        if (!publishedInRound) {
            publishNow();
        }
    }

    private void stepAll(List<Event> events) throws IOException {
        for (Event event : events) {
            step(event);
        }
        step(new Event.QueueDrained(ports.clock().wallMillis(), ports.clock().elapsedMillis()));
    }

    private void step(Event event) throws IOException {
        for (Action action : protocol.step(event)) {
            if (action instanceof Action.Persist persist) {
                ports.log().append(persist.record());
                logDirty = true;
            } else if (action instanceof Action.FlushBeforeSync) {
                flushBeforeSync();
            } else {
                undone.add(action);
            }
        }
    }

    private void flushBeforeSync() throws IOException {
        if (!logDirty && !undone.isEmpty() && !stopped && ports.log().waitsForDisk()) {
            performUndone();
            ports.outbound().flush();
        }
    }

    /** What was decided before a record was, waits for the barrier as well: that delays it, and harms nothing. */
    private void performAll() throws IOException {
        if (logDirty) {
            ports.log().barrier();
            logDirty = false;
            ports.listener().persisted();
        }
        performUndone();
    }

    private void performUndone() throws IOException {
        for (Action action : undone) {
            perform(action);
            if (stopped) {
                break;
            }
        }
        undone.clear();
    }

    private void perform(Action action) throws IOException {
        if (action instanceof Action.Send send) {
            send(send);
        } else if (action instanceof Action.Broadcast broadcast) {
            broadcast(broadcast);
        } else if (action instanceof Action.Forward forward) {
            ports.outbound().toReplica(forward.to(), sealer.frameOf(forward.message()));
        } else if (action instanceof Action.Relay relay) {
            ports.outbound().toReplica(relay.to(), sealer.frameOf(relay.request()));
        } else if (action instanceof Action.SetTimer set) {
            ports.timers().set(set.timer(), set.delayMillis());
        } else if (action instanceof Action.CancelTimer cancel) {
            ports.timers().cancel(cancel.timer());
        } else if (action instanceof Action.Truncate truncate) {
            ports.log().truncate(truncate.sequence());
        } else if (action instanceof Action.Refuse refuse) {
            refuse(refuse);
        } else if (action instanceof Action.AskSignature ask) {
            askSignature(ask);
        } else if (action instanceof Action.Announce announce) {
            statusIsNews = true;
            ports.listener().announced(announce.text());
        } else if (action instanceof Action.ReportEvidence evidence) {
            ports.listener().evidence(evidence.replica(), evidence.evidence());
        } else if (action instanceof Action.Reject reject) {
            ports.listener().rejected(reject.sender(), reject.reason());
        } else if (action instanceof Action.Halt halt) {
            stop(halt.reason().description(), null);
        } else if (!answer(action)) {
            execute(action);
        }
    }

    /** Whether it is an answer to somebody who waits at the execution. */
    private boolean answer(Action action) {
        if (action instanceof Action.ReadReady ready) {
            ports.execution().answerRead(ready.id(), ready.sequence());
        } else if (action instanceof Action.RefuseRead refuse) {
            publishBeforeRefusal();
            ports.execution().refuseRead(refuse.id());
        } else if (action instanceof Action.AnswerOperator answer) {
            ports.execution().answerOperator(answer.id(), answer.done(), answer.text());
        } else {
            return false;
        }
        return true;
    }

    private void execute(Action action) {
        Execution execution = ports.execution();
        if (action instanceof Action.Commit commit) {
            if (statusIsNews) {
                // Who leads alone commits in the turn in which it is elected, and its clients wait for its answers.
                publishNow();
            }
            ports.listener().committed(commit.sequence(), commit.batch());
            execution.commit(commit.sequence(), commit.batch());
        } else if (action instanceof Action.TakeCheckpoint take) {
            execution.takeCheckpoint(take.sequence());
        } else if (action instanceof Action.ReleaseCheckpoints release) {
            execution.releaseCheckpoints(release.below());
        } else if (action instanceof Action.InstallState install) {
            execution.installState(install.sequence(), install.stateDigest(), install.snapshot(), install.tree());
        } else if (action instanceof Action.ServeState serve) {
            execution.serveState(serve.to(), serve.question());
        } else if (action instanceof Action.ResendReply resend) {
            execution.resendReply(resend.request());
        } else {
            throw new IllegalStateException("an action that nobody performs: " + action);
        }
    }

    private void send(Action.Send send) {
        if (send.to() == sealer.self()) {
            loopedBack.add(new Event.MessageReceived(sealer.seal(send.message())));
        } else {
            ports.outbound().toReplica(send.to(), sealer.frameFor(send.to(), send.message()));
        }
    }

    private void broadcast(Action.Broadcast broadcast) {
        Authenticated<?> sealed = sealer.seal(broadcast.message());
        ByteString frame = sealer.frameOf(sealed);
        for (int replica = 0; replica < sealer.replicas(); replica++) {
            if (replica != sealer.self()) {
                ports.outbound().toReplica(replica, frame);
            }
        }
        loopedBack.add(new Event.MessageReceived(sealed));
    }

    private void refuse(Action.Refuse refuse) {
        if (refuse.reason() == Action.Refusal.NO_LEADER) {
            publishBeforeRefusal();
        }
        ports.outbound()
                .toClient(
                        refuse.request().session(),
                        sealer.refusal(refuse.request(), refuse.reason(), published.view(), published.leader()));
    }

    private void askSignature(Action.AskSignature ask) {
        ports.outbound()
                .toClient(
                        ask.request().session(),
                        sealer.askSignature(ask.request(), ask.forMillis(), published.view(), published.leader()));
    }

    private void stop(String reason, Throwable cause) {
        stopped = true;
        undone.clear();
        loopedBack = new ArrayList<>();
        ports.listener().stopped(reason, cause);
    }
}
