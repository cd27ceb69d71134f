package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Evidence;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TimerId;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.StateMachine;
import org.tagma.crypto.Authentication;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.engine.EngineListener;
import org.tagma.replica.engine.ReplicaEngine;
import org.tagma.replica.execution.Execution;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.replica.inbound.Inbound;
import org.tagma.replica.inbound.InboundVerifier;
import org.tagma.replica.outbound.MessageSealer;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.threads.Clock;
import org.tagma.replica.threads.Timers;
import org.tagma.replica.trace.ReplicaTracer;
import org.tagma.simulator.faults.DiskFailure;
import org.tagma.simulator.faults.MisbehavingProtocol;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;
import org.tagma.simulator.kernel.KeyedHash;
import org.tagma.simulator.kernel.ObservedLogStore;
import org.tagma.simulator.kernel.Recorder;
import org.tagma.simulator.properties.EngineRules;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.StateChecker;
import org.tagma.simulator.properties.Violations;
import org.tagma.simulator.workload.MerkleRegisters;
import org.tagma.simulator.workload.Registers;

/**
 * One incarnation of a replica: the production engine, verification and execution on simulated ports, and everything
 * else that a crash wipes out. Not thread-safe.
 */
final class ReplicaIncarnation implements Outbound, Timers, Clock, EngineListener {

    private static final MemoryPlan MEMORY = MemoryPlan.of(1 << 30, 1 << 30, 1);

    private final Machine machine;
    private final int id;
    private final World world;
    private final int number;
    private final BooleanSupplier isPaused;
    private final Protocol protocol;
    private final Optional<ObservedProtocol> observed;
    private final EngineRules rules;
    private final Optional<FrameTampering> tampering;
    private final ServiceExecutor executor;
    private final Optional<MerkleRegisters> tree;
    private final Optional<ObservedExecution> observedExecution;
    private final ReplicaEngine engine;
    private final InboundVerifier verifier;
    private final List<Runnable> leaving = new ArrayList<>();
    private final Map<TimerId, Long> timerVersions = new HashMap<>();
    private List<Event> inbox = new ArrayList<>();
    private long timersSet;
    private boolean answering;
    private ProtocolStatus status;
    private boolean over;

    /**
     * An incarnation that has not begun.
     *
     * @param number how many there were on this machine, with this one
     * @param isPaused whether nothing happens on the machine for a while
     */
    ReplicaIncarnation(Machine machine, int number, BooleanSupplier isPaused) {
        this.machine = machine;
        this.id = machine.id;
        this.world = machine.world;
        this.number = number;
        this.isPaused = isPaused;
        Violations violations = world.checks.violations();
        rules = new EngineRules(violations, id);
        Authentication authentication = machine.authentication;
        MessageSealer sealer = new MessageSealer(authentication, world.policy);
        Protocol correct =
                world.protocol.create(id, KeyedHash.mix(machine.incarnationSeed, number), machine.snapshots.nodes());
        tree = world.tree.map(MerkleRegisters::new);
        StateMachine registers = tree.isPresent() ? tree.get() : new Registers();
        verifier = new InboundVerifier(authentication, world.policy, world.reader, world.quorums);
        if (machine.isCorrect()) {
            observed = Optional.of(new ObservedProtocol(correct, id, world.checks, world.codecRule));
            tampering = Optional.empty();
            protocol = observed.get();
            registers = observed(registers);
        } else {
            List<Misbehaviour> misbehaviours = misbehaviours();
            observed = Optional.empty();
            tampering = Optional.of(new FrameTampering(world.codec, authentication, misbehaviours));
            protocol = new MisbehavingProtocol(correct, misbehaviours);
        }
        ReplicatedService service = new ReplicatedService(registers, world.serviceLimits);
        executor = new ServiceExecutor(service, sealer, this, machine.snapshots, MEMORY, this::onExecutionEvent);
        observedExecution = machine.isCorrect()
                ? Optional.of(new ObservedExecution(
                        executor, id, world.checks, rules, machine.diary.operatorAnswers(), tree, machine.snapshots))
                : Optional.empty();
        Execution execution = observedExecution.isPresent() ? observedExecution.get() : executor;
        LogStore observedLog = new ObservedLogStore(machine.log, rules::appended, this::durable);
        Optional<ReplicaTracer> tracer = world.recorder.tracer(id);
        engine = new ReplicaEngine(
                Recorder.around(tracer, protocol),
                sealer,
                new ReplicaEngine.Ports(this, observedLog, this, this, execution, Recorder.around(tracer, this)));
    }

    private StateMachine observed(StateMachine registers) {
        Checks checks = world.checks;
        return tree.isPresent()
                ? new ObservedMerkleStateMachine(tree.get(), id, checks)
                : new ObservedStateMachine(registers, id, checks);
    }

    /** Takes up what earlier incarnations left on the disk. */
    void begin() throws IOException {
        executor.recover();
        engine.start();
    }

    /** Nothing happens in it any more. */
    void end() {
        over = true;
    }

    boolean isStopped() {
        return engine.isStopped();
    }

    long lastExecuted() {
        return executor.lastExecuted();
    }

    /** Takes part again after a pause, and first hears what came meanwhile. */
    void resumes() {
        rules.resumes();
    }

    /** Something happens to it. */
    void hears(Event event) {
        inbox.add(event);
    }

    void checkBounds() {
        world.checks.bounds().holds(id, status().pendingRequests(), machine.log.size());
    }

    /** At the end of a run: states are compared even where no checkpoint falls. */
    void checkState() {
        StateChecker states = world.checks.states();
        states.digested(id, lastExecuted(), executor.digestNow().stateDigest());
        tree.ifPresent(registers -> {
            states.wrote(id, lastExecuted(), registers.written());
            states.contains(id, lastExecuted(), registers.contained());
        });
    }

    private List<Misbehaviour> misbehaviours() {
        Situation situation = new Situation(
                id,
                world.quorums.replicas(),
                world.clients.size(),
                world.protocol.timeoutMillis(),
                machine.random.split(),
                world::now);
        return machine.misbehaviours.stream()
                .map(factory -> factory.create(situation))
                .toList();
    }

    private void durable() {
        rules.durable();
        observed.ifPresent(ObservedProtocol::durable);
    }

    private boolean isOver() {
        return over || engine.isStopped();
    }

    private void onExecutionEvent(Event event) {
        if (event instanceof Event.CheckpointTaken taken && machine.isCorrect()) {
            world.checks.states().digested(id, taken.sequence(), taken.stateDigest());
        }
        if (event instanceof Event.Executed executed && machine.isCorrect()) {
            world.checks.service().executed(id, executed.sequence(), executed.outcomes());
            checkReplies(executed);
        }
        inbox.add(event);
    }

    /** Where replicas may lie, all answer what they execute; else who leads does. */
    private void checkReplies(Event.Executed executed) {
        int replies = rules.takeReplies();
        int due = 0;
        for (Event.RequestOutcome outcome : executed.outcomes()) {
            due += outcome.consumed() ? 1 : 0;
        }
        if (replies != due && (replies != 0 || !world.policy.trustsReplicas())) {
            world.checks
                    .violations()
                    .report(
                            Property.ANSWERS,
                            "replica " + id + " answers " + replies + " of the " + due
                                    + " requests that it executed at sequence " + executed.sequence());
        }
    }

    /** Of the last turn; a status is too dear to be made anew whenever somebody looks. */
    ProtocolStatus status() {
        if (status == null) {
            status = protocol.status();
        }
        return status;
    }

    void take(PeerId from, ByteString frame) {
        if (isOver()) {
            return;
        }
        Inbound inbound = verifier.verify(from, frame);
        if (inbound instanceof Inbound.ForEngine forEngine) {
            inbox.add(forEngine.event());
        } else if (inbound instanceof Inbound.ForExecution forExecution) {
            answering = true;
            executor.query(forExecution.query());
            answering = false;
            flush();
        } else {
            RejectionReason reason = ((Inbound.Rejected) inbound).reason();
            machine.diary.refused(reason);
            world.recorder.refused(id, reason);
        }
    }

    /** Gives the engine what has come, and then what came of that. */
    void drain() {
        while (!inbox.isEmpty() && !isOver()) {
            List<Event> drained = inbox;
            inbox = new ArrayList<>();
            rules.turns(isUpToDate());
            engine.turn(drained);
            status = null;
        }
    }

    @Override
    public void toReplica(int replica, ByteString frame) {
        machine.processor.sends();
        if (tampering.isEmpty()) {
            rules.takesEffect("says something to replica " + replica);
            leaving.add(() -> world.toReplica(id, replica, frame));
            return;
        }
        for (ByteString told : tampering.get().tamper(replica, frame)) {
            leaving.add(() -> world.toReplica(id, replica, told));
        }
    }

    @Override
    public void toClient(SessionId session, ByteString frame) {
        machine.processor.sends();
        if (machine.isCorrect()) {
            observeReply(frame);
        }
        Optional<ByteString> told = tampering.isPresent() ? tampering.get().tamper(frame) : Optional.of(frame);
        told.ifPresent(reply -> leaving.add(() -> world.toClient(id, session, reply)));
    }

    private void observeReply(ByteString frame) {
        if (!answering) {
            rules.takesEffect("answers a client");
            rules.replies();
            world.checks.service().answers(id, frame);
        } else if (!world.policy.trustsReplicas()) {
            rules.answers(frame, isUpToDate(), world.now());
        }
    }

    private boolean isUpToDate() {
        ReplicaMode mode = status().mode();
        return mode == ReplicaMode.NORMAL || mode == ReplicaMode.VIEW_CHANGE;
    }

    @Override
    public void flush() {
        if (machine.isCorrect()) {
            world.checks.bounds().sends(id, leaving.size());
        }
        observed.ifPresent(ObservedProtocol::flushed);
        for (Runnable each : leaving) {
            each.run();
        }
        leaving.clear();
    }

    @Override
    public void set(TimerId timer, long delayMillis) {
        long version = ++timersSet;
        timerVersions.put(timer, version);
        world.queue.after(machine.clock.realMicros(delayMillis), () -> fire(timer, version));
    }

    private void fire(TimerId timer, long version) {
        if (isOver() || timerVersions.getOrDefault(timer, 0L) != version) {
            return;
        }
        inbox.add(new Event.TimerFired(timer));
        if (!isPaused.getAsBoolean()) {
            drain();
        }
    }

    @Override
    public void cancel(TimerId timer) {
        timerVersions.remove(timer);
    }

    @Override
    public long wallMillis() {
        return machine.clock.wallMillis(world.now());
    }

    @Override
    public long elapsedMillis() {
        return machine.clock.elapsedMillis(world.now());
    }

    @Override
    public void announced(String text) {
        machine.diary.announced(world.now() / 1000 + " ms, incarnation " + number + ": " + text);
    }

    @Override
    public void evidence(int replica, Evidence evidence) {
        machine.diary.accused(replica, evidence.description());
        if (machine.isCorrect() && world.isCorrect(replica)) {
            world.falselyAccused(id, replica, evidence.description());
        }
    }

    @Override
    public void rejected(int replica, Rejection reason) {
        machine.diary.refused(reason.name());
    }

    @Override
    public void stopped(String reason, Throwable cause) {
        leaving.clear();
        machine.diary.announced(world.now() / 1000 + " ms: stopped: " + reason);
        if (DiskFailure.isCauseOf(cause) || !machine.isCorrect()) {
            return;
        }
        String where = cause == null || cause.getStackTrace().length == 0 ? "" : " at " + cause.getStackTrace()[0];
        world.checks.violations().report(Property.NO_HALT, "replica " + id + " stops: " + reason + where);
    }
}
