package org.tagma.simulator.puppet;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.TransferMessage.Question;
import org.tagma.simulator.ObservedProtocol;
import org.tagma.simulator.ObservedTransfer;
import org.tagma.simulator.check.Findings;
import org.tagma.simulator.check.Property;
import org.tagma.simulator.check.ProtocolObserver;
import org.tagma.simulator.check.TransferChecker;

/** A replica, with everything around it that is not another replica: its disk, its state machine, its own messages. Not thread-safe. */
final class Stage {

    /** What is left of the states on its disk when it starts again. */
    enum OwnStore {
        WHOLE,
        DAMAGED,
        SILENT
    }

    /** A question that the replica put to another, or to all. */
    record Asked(int to, Message question) {}

    private static final int TO_ALL = -1;

    private final Findings findings;
    private final ProtocolObserver observer;
    private final Props props;
    final int self;
    /** Whether it fetches states from its leader only. */
    private final boolean oneSource;

    private final Consumer<Action> others;

    private ObservedProtocol replica;
    /** What it said to itself, too; in order. */
    private final ArrayDeque<Event> loopback = new ArrayDeque<>();

    /** What its state machine has to do; what comes of it is known only then. */
    private final ArrayDeque<Supplier<Event>> execution = new ArrayDeque<>();

    private final List<LogRecord> log = new ArrayList<>();
    private Map<SessionId, Long> sessions = new TreeMap<>();
    /** Up to where it may have voted in a life that it does not remember. */
    private long forgottenUpTo;

    private boolean installs;
    private OwnStore ownStore = OwnStore.WHOLE;
    /** What the log is worth, should it start again. */
    private Event.Memory memory = Event.Memory.WHOLE;
    /** The states that it keeps, by sequence number. */
    private final TreeSet<Long> kept = new TreeSet<>();

    private boolean diverges;
    private final int replicas;
    private boolean halted;
    private boolean statesAreLost;
    private int recordsUntilPowerFails;
    /** What is to be done when power has failed; null while it is not about to fail. */
    private Runnable afterPower;

    final ArrayDeque<Asked> asked = new ArrayDeque<>();
    final Map<Long, Authenticated<ViewChange>> ownViewChanges = new HashMap<>();
    final Map<Long, Authenticated<Checkpoint>> ownCheckpoints = new HashMap<>();
    private final TreeMap<Long, Map<Long, Digest>> accepted = new TreeMap<>();
    private CheckpointCertificate stable = CheckpointCertificate.GENESIS;

    Stage(Findings findings, ProtocolObserver observer, Props props, int self, int replicas) {
        this(findings, observer, props, self, replicas, false, action -> {});
    }

    /** A stage that is not all there is: the others are shown what is not for the replica itself. */
    Stage(
            Findings findings,
            ProtocolObserver observer,
            Props props,
            int self,
            int replicas,
            boolean oneSource,
            Consumer<Action> others) {
        this.findings = findings;
        this.observer = observer;
        this.props = props;
        this.self = self;
        this.replicas = replicas;
        this.oneSource = oneSource;
        this.others = others;
    }

    void begin(Protocol protocol, Event.RecoveredLog recovered) {
        TransferChecker transfer = new TransferChecker(findings, self, replicas, oneSource);
        replica = new ObservedProtocol(new ObservedTransfer(protocol, transfer), self, observer);
        loopback.clear();
        execution.clear();
        installs = false;
        step(new Event.Recovered(recovered));
    }

    /** The replica stops and starts again, with this much of its log, and all of its states. */
    void restart(Protocol protocol, Event.Memory left, long nonce) {
        restart(protocol, left, OwnStore.WHOLE, nonce);
    }

    /** The replica stops and starts again, with this much of its log. */
    void restart(Protocol protocol, Event.Memory left, OwnStore states, long nonce) {
        ownStore = states;
        afterPower = null;
        if (left == Event.Memory.LOST) {
            log.clear();
        } else if (left == Event.Memory.SURVIVORS) {
            Map<Class<?>, LogRecord> survivors = new LinkedHashMap<>();
            log.stream().filter(LogRecord::survivesAmnesia).forEach(each -> survivors.put(each.getClass(), each));
            log.clear();
            log.addAll(survivors.values());
        }
        if (left != Event.Memory.WHOLE) {
            kept.clear();
        }
        sessions = new TreeMap<>();
        memory = left == Event.Memory.LOST || memory == Event.Memory.WHOLE ? left : memory;
        begin(protocol, new Event.RecoveredLog(log, memory, nonce));
    }

    /** Its log says that it has a state, but there is none. */
    void losesItsStates() {
        kept.clear();
        statesAreLost = true;
    }

    boolean keeps(long sequence) {
        return kept.contains(sequence);
    }

    /** The last number of a session that its state machine executed. */
    Optional<Long> servedUpTo(SessionId session) {
        return Optional.ofNullable(sessions.get(session)).map(next -> next - 1);
    }

    /** From now on its state machine goes wrong. */
    void diverge() {
        diverges = true;
    }

    boolean isOver() {
        return halted || !findings.isEmpty();
    }

    ProtocolStatus status() {
        return replica.status();
    }

    CheckpointCertificate stable() {
        return stable;
    }

    Optional<Digest> accepted(long sequence, long view) {
        return Optional.ofNullable(accepted.getOrDefault(sequence, Map.of()).get(view));
    }

    long forgottenUpTo() {
        return forgottenUpTo;
    }

    /** Whether its state machine is about to take over a state, which may take a while. */
    boolean installs() {
        return installs;
    }

    boolean hasOwnEvents() {
        return !loopback.isEmpty() || !execution.isEmpty();
    }

    /** Something of its own happens: what it said comes back, or its state machine has done something. */
    void stepOwn(boolean ratherExecution) {
        boolean executes = loopback.isEmpty() || (ratherExecution && !execution.isEmpty());
        step(executes ? execution.remove().get() : loopback.remove());
    }

    /** All that is its own has happened. */
    void finishOwn() {
        while (hasOwnEvents() && !isOver()) {
            stepOwn(false);
        }
    }

    void hears(int sender, Message message) {
        hears(new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY));
    }

    void hears(Authenticated<?> signed) {
        step(new Event.MessageReceived(signed));
    }

    void step(Event event) {
        step(event, Integer.MAX_VALUE);
    }

    /** Steps an event; power is lost when so many of the actions are performed, and it must be restarted then. */
    void step(Event event, int performed) {
        if (isOver()) {
            return;
        }
        List<Action> actions;
        try {
            actions = replica.step(event);
        } catch (RuntimeException broken) {
            findings.report(Property.NO_HALT, "replica " + self + " breaks off at " + event + ": " + broken);
            return;
        }
        int until = Math.min(performed, untilPowerFails(actions));
        for (int i = 0; i < Math.min(until, actions.size()); i++) {
            perform(actions.get(i));
        }
        if (until >= actions.size()) {
            replica.durable();
            replica.flushed();
        } else if (until < performed) {
            Runnable restart = afterPower;
            afterPower = null;
            restart.run();
        }
    }

    /** In the next step that writes something power fails, when so many of the records are written. It must be restarted then. */
    void losesPower(int records, Runnable restart) {
        recordsUntilPowerFails = records;
        afterPower = restart;
    }

    private int untilPowerFails(List<Action> actions) {
        int records = 0;
        for (int i = 0; afterPower != null && i < actions.size(); i++) {
            if (actions.get(i) instanceof Action.Persist && records++ == recordsUntilPowerFails) {
                return i;
            }
        }
        return Integer.MAX_VALUE;
    }

    private void perform(Action action) {
        others.accept(action);
        if (action instanceof Action.Broadcast broadcast) {
            says(broadcast.message());
            if (broadcast.message() instanceof EstimationQuery) {
                asked.add(new Asked(TO_ALL, broadcast.message()));
            }
        } else if (action instanceof Action.Send send) {
            if (send.to() == self) {
                loopback.add(received(send.message()));
            } else if (send.message() instanceof FetchBatch || send.message() instanceof Question) {
                asked.add(new Asked(send.to(), send.message()));
            }
        } else if (action instanceof Action.Persist persist) {
            writes(persist.record());
        } else if (action instanceof Action.Truncate truncate) {
            log.removeIf(
                    each -> each.sequence() > 0 && each.sequence() <= truncate.sequence() && !each.survivesAmnesia());
        } else if (action instanceof Action.Commit commit) {
            execution.add(() -> new Event.Executed(commit.sequence(), Props.execute(sessions, commit.batch())));
        } else if (action instanceof Action.TakeCheckpoint take) {
            Digest digest = diverges
                    ? Digest.of(ByteString.copyFromUtf8("diverged " + take.sequence()))
                    : props.stateDigest(take.sequence());
            execution.add(() -> taken(take.sequence(), digest));
        } else if (action instanceof Action.ReleaseCheckpoints release) {
            kept.headSet(release.below()).clear();
        } else if (action instanceof Action.InstallState install) {
            execution.clear();
            installs = true;
            execution.add(() -> installed(install));
        } else if (action instanceof Action.ServeState serve && serve.to() == self && !statesAreLost) {
            serves(serve.question());
        } else if (action instanceof Action.Halt halt) {
            halts(halt.reason());
        }
    }

    private Event taken(long sequence, Digest digest) {
        kept.add(sequence);
        return new Event.CheckpointTaken(sequence, digest, props.state(sequence).size());
    }

    /** Its own store gives what it is asked for, as a rule. */
    private void serves(Question question) {
        if (ownStore == OwnStore.WHOLE) {
            loopback.add(received(Answers.right(props, question)));
        } else if (ownStore == OwnStore.DAMAGED) {
            loopback.add(received(Answers.wrong(props, question)));
        }
    }

    private Event installed(Action.InstallState install) {
        installs = false;
        kept.add(install.sequence());
        statesAreLost = false;
        sessions = props.sessions(install.sequence());
        return new Event.StateInstalled(install.sequence(), install.stateDigest(), Props.progress(sessions));
    }

    private void halts(String reason) {
        halted = true;
        if (!diverges) {
            findings.report(Property.NO_HALT, "replica " + self + " halts: " + reason);
        }
    }

    private Event received(Message message) {
        return new Event.MessageReceived(new Authenticated<>(self, message, ByteString.EMPTY, ByteString.EMPTY));
    }

    private void says(Message message) {
        loopback.add(received(message));
        if (message instanceof ViewChange viewChange) {
            ownViewChanges.put(
                    viewChange.view(), new Authenticated<>(self, viewChange, ByteString.EMPTY, ByteString.EMPTY));
        } else if (message instanceof Checkpoint vote) {
            ownCheckpoints.put(vote.sequence(), new Authenticated<>(self, vote, ByteString.EMPTY, ByteString.EMPTY));
        } else if (message instanceof PrePrepare proposal) {
            props.proposed(proposal.sequence(), proposal.batch());
        }
    }

    private void writes(LogRecord record) {
        if (record.survivesAmnesia()) {
            log.removeIf(each -> each.getClass() == record.getClass());
        }
        memory = record.endsAmnesia() ? Event.Memory.WHOLE : memory;
        log.add(record);
        if (record instanceof PbftRecord.PrePrepared vote) {
            accepted.computeIfAbsent(vote.sequence(), none -> new HashMap<>())
                    .put(vote.view(), vote.batch().digest());
        } else if (record instanceof PbftRecord.Reproposed vote) {
            accepted.computeIfAbsent(vote.sequence(), none -> new HashMap<>()).put(vote.view(), vote.digest());
        } else if (record instanceof PbftRecord.Stable known) {
            stable = known.certificate();
        } else if (record instanceof PbftRecord.Forgotten forgotten) {
            forgottenUpTo = forgotten.upTo();
        }
    }
}
