package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TimerId;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.StateMachine;
import org.tagma.crypto.Authentication;
import org.tagma.network.PeerId;
import org.tagma.replica.Clock;
import org.tagma.replica.EngineListener;
import org.tagma.replica.Execution;
import org.tagma.replica.Inbound;
import org.tagma.replica.InboundVerifier;
import org.tagma.replica.LogStore;
import org.tagma.replica.MessageSealer;
import org.tagma.replica.Outbound;
import org.tagma.replica.RejectionReason;
import org.tagma.replica.ReplicaEngine;
import org.tagma.replica.ServiceExecutor;
import org.tagma.replica.Timers;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.ReplicaTracer;
import org.tagma.simulator.byzantine.MisbehavingProtocol;
import org.tagma.simulator.byzantine.Misbehaviour;
import org.tagma.simulator.byzantine.Situation;
import org.tagma.simulator.check.FrameRule;
import org.tagma.simulator.check.Property;
import org.tagma.simulator.check.StateChecker;
import org.tagma.simulator.check.TransferChecker;

/**
 * A machine with a replica on it: the production engine, verification and execution, and simulated ports. It can be
 * stopped, started again and paused; its disk and its clock outlive the replica.
 *
 * <p>Not thread-safe.
 */
public final class SimulatedReplica {

    private static final long MAX_WALL_OFFSET_MILLIS = 500;

    private final int id;
    private final World world;
    private final Authentication authentication;
    private final SimulatedLogStore log;
    private final SimulatedSnapshots snapshots;
    private final DiskFaults diskFaults = new DiskFaults();
    private final SplittableRandom random;
    private final SimulatedClock clock;
    private final long lifeSeed;
    private final FrameRule frameRule;
    private final List<Misbehaviour.Factory> factories;
    private final EnumMap<RejectionReason, Integer> rejections = new EnumMap<>(RejectionReason.class);
    private final Map<String, Integer> protocolRejections = new HashMap<>();
    private final List<String> announcements = new ArrayList<>();
    private final List<String> evidence = new ArrayList<>();
    private final List<String> operatorAnswers = new ArrayList<>();

    private Life life;
    private int lives;
    private boolean paused;
    private long operatorRequests;
    private boolean retired;
    private List<Runnable> whilePaused = new ArrayList<>();

    SimulatedReplica(int id, World world, List<Misbehaviour.Factory> factories, SplittableRandom random) {
        this.id = id;
        this.world = world;
        this.factories = factories;
        this.random = random;
        this.authentication = world.authenticationOf(id);
        this.frameRule = new FrameRule(authentication, world.policy(), world.quorums());
        this.log = new SimulatedLogStore(random.split(), diskFaults, world.hasSlowDisks());
        double clockRate = 1 + world.clockDrift() * (2 * random.nextDouble() - 1);
        this.clock =
                new SimulatedClock(clockRate, random.nextLong(-MAX_WALL_OFFSET_MILLIS, MAX_WALL_OFFSET_MILLIS + 1));
        this.lifeSeed = KeyedHash.mix(Double.doubleToLongBits(clockRate), id);
        this.snapshots = new SimulatedSnapshots(
                diskFaults,
                new SplittableRandom(lifeSeed),
                world.tree().filter(tree -> tree.content().onDisk()).isPresent());
    }

    /** Its id. */
    public int id() {
        return id;
    }

    /** Whether it does as the protocol says, when it is up. */
    public boolean isCorrect() {
        return factories.isEmpty();
    }

    /** Whether it runs. */
    public boolean isUp() {
        return life != null && !life.engine.isStopped();
    }

    /** Whether it runs and remembers what it must in order to take part in decisions. */
    boolean takesPart() {
        return isUp() && isCorrect() && !status().mode().equals("recovering");
    }

    /** Where its protocol stands; it must be up. */
    public ProtocolStatus status() {
        return life.status();
    }

    /** The last sequence number that it executed; it must be up. */
    public long lastExecuted() {
        return life.executor.lastExecuted();
    }

    /** What it told its operator, oldest first, in all its lives. */
    public List<String> announcements() {
        return List.copyOf(announcements);
    }

    /** The misbehaviour of others that it saw, in all its lives. */
    public List<String> evidence() {
        return List.copyOf(evidence);
    }

    /** What it answered to operators, oldest first, in all its lives. */
    public List<String> operatorAnswers() {
        return List.copyOf(operatorAnswers);
    }

    /** An operator asks for something here; it must be up and correct. */
    void ask(LongFunction<Event> question) {
        life.inbox.add(question.apply(-1 - operatorRequests++));
        if (!paused) {
            life.drain();
        }
    }

    /** How many frames it dropped for a reason. */
    public int rejected(RejectionReason reason) {
        return rejections.getOrDefault(reason, 0);
    }

    /** How many messages its protocol refused for a reason, named as in the protocol. */
    public int refused(String reason) {
        return protocolRejections.getOrDefault(reason, 0);
    }

    // ---- life and death ----

    void start() {
        lives++;
        Life next = new Life();
        life = next;
        try {
            next.recover();
            next.engine.start();
        } catch (IOException e) {
            life = null;
            announcements.add(world.now() / 1000 + " ms: does not start: " + e.getMessage());
            return;
        }
        next.drain();
    }

    void crash() {
        life = null;
        log.crash();
        snapshots.crash();
        whilePaused.clear();
        paused = false;
        world.recorder().atReplica(id, EventKind.CRASH, "");
    }

    /** Its disk fails in the access after so many more of the kind that the fault strikes. */
    void failDisk(DiskFault fault, int successes) {
        diskFaults.arm(fault, successes);
    }

    /** Stops, and has an empty disk from then on. */
    void wipeDisk() {
        crash();
        log.wipe();
        snapshots.forget();
    }

    /** It is never started again. */
    void retire() {
        retired = true;
    }

    boolean isRetired() {
        return retired;
    }

    void restart(boolean withAmnesia) {
        if (retired) {
            return;
        }
        if (life != null) {
            crash();
        }
        if (withAmnesia) {
            log.forget();
            snapshots.forget();
        }
        start();
    }

    /** Nothing happens here until {@link #resume}, as in a long garbage collection. */
    void pause() {
        paused = true;
        world.recorder().atReplica(id, EventKind.PAUSE, "");
    }

    void resume() {
        if (paused) {
            paused = false;
            world.recorder().atReplica(id, EventKind.RESUME, "");
            List<Runnable> waiting = whilePaused;
            whilePaused = new ArrayList<>();
            if (life != null) {
                life.rules.resumes();
            }
            waiting.forEach(Runnable::run);
            if (life != null) {
                life.drain();
            }
        }
    }

    /** From now on so many seconds pass by its clock in one. */
    void setClockRate(double rate) {
        clock.setRate(rate, world.now());
    }

    /** Its date is set back; what passes by its clock is not. */
    void setClockBack(long millis) {
        clock.setBack(millis);
    }

    void checkBounds() {
        if (isUp() && isCorrect()) {
            world.checks().bounds().holds(id, status().pendingRequests(), log.size());
        }
    }

    /** At the end of a run: states are compared even where no checkpoint falls. */
    void checkState() {
        if (isUp() && isCorrect()) {
            StateChecker states = world.checks().states();
            states.digested(id, lastExecuted(), life.executor.digestNow().stateDigest());
            life.tree.ifPresent(registers -> {
                states.wrote(id, lastExecuted(), registers.written());
                states.contains(id, lastExecuted(), registers.contained());
            });
        }
    }

    /** The very object, and not one like it. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(ByteString one, ByteString other) {
        return one == other;
    }

    /** A frame arrives. */
    void onFrame(PeerId from, ByteString frame, Origin origin) {
        if (life == null) {
            return;
        }
        Life current = life;
        if (paused) {
            whilePaused.add(() -> current.take(from, frame, origin));
        } else {
            current.take(from, frame, origin);
            current.drain();
        }
    }

    /** One life of a replica: everything that a crash wipes out. */
    private final class Life implements Outbound, Timers, Clock, EngineListener {
        final Protocol protocol;
        final Optional<ObservedProtocol> observed;
        final EngineRules rules = new EngineRules(world.checks().findings(), id);
        final Optional<FrameTampering> tampering;
        final ServiceExecutor executor;
        final Optional<MerkleRegisters> tree;
        final Optional<ObservedExecution> observedExecution;
        final ReplicaEngine engine;
        final InboundVerifier verifier;
        private final int number = lives;
        private final List<Runnable> leaving = new ArrayList<>();
        private final Map<TimerId, Long> timerVersions = new HashMap<>();
        private List<Event> inbox = new ArrayList<>();
        private long timersSet;
        private boolean answering;
        private ProtocolStatus status;

        Life() {
            MessageSealer sealer = new MessageSealer(authentication, world.policy());
            Protocol correct = world.protocol().create(id, KeyedHash.mix(lifeSeed, lives), snapshots.nodes());
            tree = world.tree().map(MerkleRegisters::new);
            StateMachine registers = tree.isPresent() ? tree.get() : new Registers();
            verifier = new InboundVerifier(authentication, world.policy(), world.reader(), world.quorums());
            if (isCorrect()) {
                Protocol judged = new ObservedTransfer(correct, transferChecker());
                observed = Optional.of(new ObservedProtocol(
                        judged,
                        id,
                        world.checks().protocol(),
                        message -> world.codecRule().says(id, message)));
                tampering = Optional.empty();
                protocol = observed.get();
                registers = observed(registers);
            } else {
                List<Misbehaviour> misbehaviours = misbehaviours();
                observed = Optional.empty();
                tampering = Optional.of(new FrameTampering(world.codec(), authentication, misbehaviours));
                protocol = new MisbehavingProtocol(correct, misbehaviours);
            }
            ReplicatedService service = new ReplicatedService(registers, world.serviceLimits());
            executor = new ServiceExecutor(service, sealer, this, snapshots, this::onExecutionEvent);
            observedExecution = isCorrect()
                    ? Optional.of(new ObservedExecution(
                            executor,
                            id,
                            world.checks(),
                            rules,
                            operatorAnswers,
                            tree,
                            snapshots,
                            this::answersWaiting))
                    : Optional.empty();
            Execution execution = observedExecution.isPresent() ? observedExecution.get() : executor;
            LogStore observedLog = new ObservedLogStore(log, rules::appended, this::durable);
            Optional<ReplicaTracer> tracer = world.recorder().tracer(id);
            engine = new ReplicaEngine(
                    Recorder.around(tracer, protocol),
                    sealer,
                    new ReplicaEngine.Ports(this, observedLog, this, this, execution, Recorder.around(tracer, this)));
        }

        private TransferChecker transferChecker() {
            boolean oneSource = world.protocol() instanceof SimulatedRaft;
            return new TransferChecker(
                    world.checks().findings(), id, world.quorums().replicas(), oneSource);
        }

        private StateMachine observed(StateMachine registers) {
            Checks checks = world.checks();
            return tree.isPresent()
                    ? new ObservedMerkleStateMachine(tree.get(), id, checks)
                    : new ObservedStateMachine(registers, id, checks);
        }

        /** What has been said to others and to itself, and has not left yet. */
        private int answersWaiting() {
            return leaving.size() + inbox.size();
        }

        /** Takes up what earlier lives left on the disk. */
        void recover() throws IOException {
            executor.recover();
            observedExecution.ifPresent(ObservedExecution::recovered);
        }

        private List<Misbehaviour> misbehaviours() {
            Situation situation = new Situation(
                    id,
                    world.quorums().replicas(),
                    world.clients(),
                    world.protocol().timeoutMillis(),
                    random.split(),
                    world::now);
            return factories.stream().map(factory -> factory.create(situation)).toList();
        }

        private void durable() {
            rules.durable();
            observed.ifPresent(ObservedProtocol::durable);
        }

        private boolean isOver() {
            return life != this || engine.isStopped();
        }

        private void onExecutionEvent(Event event) {
            if (event instanceof Event.CheckpointTaken taken && isCorrect()) {
                world.checks().states().digested(id, taken.sequence(), taken.stateDigest());
            }
            if (event instanceof Event.Executed executed && isCorrect()) {
                world.checks().service().executed(id, executed.sequence(), executed.outcomes());
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
            if (replies != due && (replies != 0 || !world.policy().trustsReplicas())) {
                world.checks()
                        .findings()
                        .report(
                                Property.DOES_WHAT_IT_MUST,
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

        void take(PeerId from, ByteString frame, Origin origin) {
            if (isOver()) {
                return;
            }
            Inbound inbound = verifier.verify(from, frame);
            if (isCorrect()) {
                checkVerdict(inbound, from, frame, origin);
            }
            if (inbound instanceof Inbound.ForEngine forEngine) {
                inbox.add(forEngine.event());
            } else if (inbound instanceof Inbound.ForExecution forExecution) {
                answering = true;
                executor.query(forExecution.query());
                answering = false;
                flush();
            } else {
                RejectionReason reason = ((Inbound.Rejected) inbound).reason();
                rejections.merge(reason, 1, Integer::sum);
                world.recorder().remark(id, "refused: " + reason);
            }
        }

        /** What nobody has tampered with is believed; what somebody may have, only if the rule has no objection. */
        private void checkVerdict(Inbound inbound, PeerId from, ByteString frame, Origin origin) {
            boolean refused = inbound instanceof Inbound.Rejected;
            if (origin == Origin.CORRECT && refused && frameRule.mustBelieve(from, frame)) {
                world.checks()
                        .findings()
                        .report(
                                Property.DOES_WHAT_IT_MUST,
                                "replica " + id + " refuses what " + from.toNodeId() + " said: " + inbound);
            }
            boolean suspicious = origin == Origin.TAMPERED || (origin == Origin.MALICIOUS && showsOthers(inbound));
            if (suspicious && !refused) {
                frameRule
                        .objection(from, frame)
                        .ifPresent(objection -> world.checks()
                                .findings()
                                .report(
                                        Property.REFUSES_WHAT_IT_MUST,
                                        "replica " + id + " believes a frame from " + from.toNodeId() + ", "
                                                + objection));
            }
        }

        private static boolean showsOthers(Inbound inbound) {
            return inbound instanceof Inbound.ForEngine forEngine
                    && forEngine.event() instanceof Event.MessageReceived received
                    && FrameRule.showsOthers(received.message().message());
        }

        /** Gives the engine what has come, and then what came of that. */
        void drain() {
            while (!inbox.isEmpty() && !isOver()) {
                List<Event> drained = inbox;
                inbox = new ArrayList<>();
                rules.turns();
                engine.turn(drained);
                status = null;
            }
        }

        @Override
        public void toReplica(int replica, ByteString frame) {
            if (tampering.isEmpty()) {
                rules.takesEffect("says something to replica " + replica);
                leaving.add(() -> world.toReplica(id, replica, frame, Origin.CORRECT));
                return;
            }
            for (ByteString told : tampering.get().tamper(replica, frame)) {
                Origin origin = isSame(told, frame) ? Origin.MALICIOUS : Origin.TAMPERED;
                leaving.add(() -> world.toReplica(id, replica, told, origin));
            }
        }

        @Override
        public void toClient(SessionId session, ByteString frame) {
            if (isCorrect()) {
                observeReply(frame);
            }
            Optional<ByteString> told = tampering.isPresent() ? tampering.get().tamper(frame) : Optional.of(frame);
            told.ifPresent(reply -> leaving.add(() -> world.toClient(id, session, reply)));
        }

        private void observeReply(ByteString frame) {
            if (!answering) {
                rules.takesEffect("answers a client");
                rules.replies();
            } else if (!world.policy().trustsReplicas()) {
                rules.answers(frame, isUpToDate(), world.now());
            }
        }

        private boolean isUpToDate() {
            String mode = status().mode();
            return mode.equals("normal") || mode.equals("view-change");
        }

        @Override
        public void flush() {
            if (isCorrect()) {
                world.checks().bounds().sends(id, leaving.size());
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
            world.queue().after(clock.realMicros(delayMillis), () -> fire(timer, version));
        }

        private void fire(TimerId timer, long version) {
            if (isOver() || timerVersions.getOrDefault(timer, 0L) != version) {
                return;
            }
            inbox.add(new Event.TimerFired(timer));
            if (!paused) {
                drain();
            }
        }

        @Override
        public void cancel(TimerId timer) {
            timerVersions.remove(timer);
        }

        @Override
        public long wallMillis() {
            return clock.wallMillis(world.now());
        }

        @Override
        public long elapsedMillis() {
            return clock.elapsedMillis(world.now());
        }

        @Override
        public void announced(String text) {
            announcements.add(world.now() / 1000 + " ms, life " + number + ": " + text);
        }

        @Override
        public void evidence(int replica, String text) {
            evidence.add(replica + ": " + text);
            if (isCorrect() && world.isCorrect(replica)) {
                world.falselyAccused(id, replica, text);
            }
        }

        @Override
        public void rejected(int replica, String reason) {
            protocolRejections.merge(reason, 1, Integer::sum);
        }

        @Override
        public void stopped(String reason, Throwable cause) {
            leaving.clear();
            announcements.add(world.now() / 1000 + " ms: stopped: " + reason);
            if (DiskFailure.isCauseOf(cause) || !isCorrect()) {
                return;
            }
            String where = cause == null || cause.getStackTrace().length == 0 ? "" : " at " + cause.getStackTrace()[0];
            world.checks().findings().report(Property.NO_HALT, "replica " + id + " stops: " + reason + where);
        }
    }
}
