package org.tagma.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.Protocols;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.trace.TraceWriter;
import org.tagma.simulator.byzantine.Behaviours;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.NetworkModel;
import org.tagma.simulator.faults.Timing;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.kernel.Capacity;
import org.tagma.simulator.kernel.ReplayCommand;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.workload.FloodHabit;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;
import org.tagma.simulator.workload.Workload;

/**
 * What is to be simulated, as a sentence:
 *
 * <pre>{@code
 * cluster(4).byzantine(0, equivocates()).clients(3).operations(50).network(fairLoss()).seed(7).run()
 *         .expectAgreement().expectView(1);
 * }</pre>
 *
 * <p>Whatever is not said is drawn from the seed (signatures or MACs, whether queries skip ordering) or is harmless (no
 * faults, a reliable network, synchronous). Sizes and times are those of {@link SimulatedProtocol}:
 * timeouts of one second, checkpoints at every eighth sequence number.
 *
 * <p>A builder; not thread-safe.
 */
public final class Scenario {

    /** How many base timeouts a call may take once the group can make progress, unless the scenario says otherwise. */
    private static final int DEFAULT_LIVENESS_TIMEOUTS = 20;

    /** By how much a clock may be too fast or too slow, unless the scenario says otherwise. */
    private static final double DEFAULT_CLOCK_DRIFT = 0.01;

    /** Something that happens in a run. */
    record Incident(boolean isAfterOperations, long when, Consumer<SimulatedCluster> action) {}

    SimulatedProtocol protocol;
    private final ByzantineAssignment liars = new ByzantineAssignment();
    final Callers callers = new Callers();
    final List<Incident> incidents = new ArrayList<>();
    NetworkModel network = NetworkModel.reliable();
    Timing timing = Timing.synchronous();
    private Optional<AuthenticationPolicy> policy = Optional.empty();
    private Optional<Boolean> readOnlyFastPath = Optional.empty();
    boolean realCrypto;
    private boolean owesLiveness = true;
    boolean expectsStableView;
    double clockDrift = DEFAULT_CLOCK_DRIFT;
    private int livenessTimeouts = DEFAULT_LIVENESS_TIMEOUTS;
    Optional<Adversary> adversary = Optional.empty();
    private long seed = 1;
    private Optional<Path> traceFile = Optional.empty();
    private boolean traced;
    private String replayCommand = "";
    StateContent content = StateContent.OPAQUE;
    boolean slowDisks;
    Predicate<Property> watched = property -> true;
    boolean seeksStandstill;
    Capacity capacity = Capacity.UNLIMITED;

    private Scenario(SimulatedProtocol protocol) {
        this.protocol = protocol;
    }

    /** So many replicas under the standard protocol, tolerating as many faults as it can. */
    public static Scenario cluster(int replicas) {
        return new Scenario(SimulatedProtocol.of(Protocols.standard(), replicas));
    }

    /** A group under this protocol. */
    public static Scenario cluster(SimulatedProtocol protocol) {
        return new Scenario(protocol);
    }

    /** The default scenario: four replicas, one malicious in ways drawn from the seed, fair loss, partial synchrony. */
    public static Scenario standard() {
        return cluster(4)
                .byzantineDrawnBySeed(1)
                .clients(3)
                .operations(20)
                .network(NetworkModel.fairLoss())
                .timing(Timing.partiallySynchronous());
    }

    /** The same under another protocol. */
    public Scenario protocol(SimulatedProtocol other) {
        protocol = other;
        return this;
    }

    /** The same with other sizes. */
    public Scenario tuning(Tuning tuning) {
        protocol = protocol.tuned(tuning);
        return this;
    }

    /** More replicas may be malicious than the protocol tolerates: nothing is promised then. */
    public Scenario beyondTheBound() {
        liars.allowAnyNumber();
        return this;
    }

    /** This replica is malicious in these ways, all at once, as {@link Behaviours} reads them. */
    public Scenario byzantine(int replica, String... ways) {
        liars.name(replica, List.of(ways));
        return this;
    }

    /** So many replicas are malicious; which, and how, the seed says. */
    public Scenario byzantineDrawnBySeed(int count) {
        liars.draw(count);
        return this;
    }

    /** How many correct clients there are. */
    public Scenario clients(int count) {
        callers.clients = count;
        return this;
    }

    /** How many malicious clients there are besides. */
    public Scenario faultyClients(int count) {
        callers.faultyClients = count;
        return this;
    }

    /** How many operations each client has done. */
    public Scenario operations(int perClient) {
        callers.operations = perClient;
        return this;
    }

    /** How many calls a client has under way at a time. */
    public Scenario pipeline(int depth) {
        callers.pipeline = depth;
        return this;
    }

    /** Over how many registers the operations are spread. */
    public Scenario registers(int count) {
        callers.registers = count;
        return this;
    }

    /** How long a client pauses between a return and the next call, at most. */
    public Scenario thinkMillis(long millis) {
        callers.thinkMicros = millis * 1000;
        return this;
    }

    /** What each client does; overrides what else was said of clients and their operations. */
    public Scenario workloads(List<Workload> ofClients) {
        callers.workloads(ofClients);
        return this;
    }

    /** Whether messages carry Ed25519 signatures and HMACs instead of the simulator's own keyed hashes. */
    public Scenario realCrypto(boolean on) {
        realCrypto = on;
        return this;
    }

    /** Whether calls must be answered in time; if not, a run in which they are not just ends. */
    public Scenario owesLiveness(boolean owed) {
        owesLiveness = owed;
        return this;
    }

    /** Only what breaks one of these ends a run, and is reported. */
    public Scenario watching(Predicate<Property> properties) {
        watched = properties;
        return this;
    }

    /** A call that is not answered in time breaks liveness even where nothing is owed that would let it be answered. */
    public Scenario seekingStandstill() {
        seeksStandstill = true;
        return this;
    }

    /** Whether no correct replica may leave view 0. */
    public Scenario expectsStableView(boolean expected) {
        expectsStableView = expected;
        return this;
    }

    /** By how much each replica's clock may be too fast or too slow: 0.01 is one in a hundred. */
    public Scenario clockDrift(double bound) {
        clockDrift = bound;
        return this;
    }

    /** What the network does. */
    public Scenario network(NetworkModel model) {
        network = model;
        return this;
    }

    /** What is promised about time. */
    public Scenario timing(Timing model) {
        timing = model;
        return this;
    }

    /** The network between the replicas is asynchronous, and scheduled against the protocol's progress (FLP). */
    public Scenario scheduledAgainstProgress() {
        return scheduledBy(protocol.simulation().againstProgress());
    }

    /** The network between the replicas is asynchronous, and scheduled by this adversary until it is told to stop. */
    public Scenario scheduledBy(Adversary scheduler) {
        adversary = Optional.of(scheduler);
        return this;
    }

    /** How long a client waits for an operation before it gives it up. */
    public Scenario clientDeadlineMillis(long millis) {
        callers.deadlineMillis = millis;
        return this;
    }

    /** How messages are authenticated. */
    public Scenario authentication(AuthenticationPolicy mode) {
        policy = Optional.of(mode);
        return this;
    }

    /** Whether queries skip ordering. */
    public Scenario fastPathForQueries(boolean on) {
        readOnlyFastPath = Optional.of(on);
        return this;
    }

    /** How many base timeouts a call may take once the group can make progress. */
    public Scenario livenessWithinTimeouts(int timeouts) {
        livenessTimeouts = timeouts;
        return this;
    }

    /** Something happens at this virtual time. */
    public Scenario atMillis(long millis, Consumer<SimulatedCluster> action) {
        incidents.add(new Incident(false, millis * 1000, action));
        return this;
    }

    /** Something happens when so many calls, of all clients together, have returned. */
    public Scenario afterOperations(int count, Consumer<SimulatedCluster> action) {
        incidents.add(new Incident(true, count, action));
        return this;
    }

    /** What the registers are kept in. */
    public Scenario content(StateContent value) {
        content = value;
        return this;
    }

    /** What the session table holds, and how long clients wait. */
    public Scenario service(ServiceSetting setting) {
        callers.service = setting;
        return this;
    }

    /** Whether replicas may say what need not wait for their disks before those have synced. */
    public Scenario slowDisks(boolean on) {
        slowDisks = on;
        return this;
    }

    /** What a replica's work costs: nothing, unless it is said. */
    public Scenario capacity(Capacity value) {
        capacity = value;
        return this;
    }

    /** From this virtual time on there is a client that asks without a pause. */
    public Scenario flood(FloodHabit.Kind kind, long fromMillis) {
        callers.flood = Optional.of(new FloodHabit(kind, fromMillis));
        return this;
    }

    /** What everything that is drawn is drawn from. */
    public Scenario seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Writes a trace of the run to a file, in place of one that may be there; docs/causality.md says how to read it.
     */
    public Scenario traceTo(Path file) {
        traceFile = Optional.of(file);
        return this;
    }

    /** Keeps a trace in memory. */
    public Scenario traced() {
        traced = true;
        return this;
    }

    /** The command that a violation shows, if not that of the test which is running. */
    public Scenario replayedBy(String command) {
        replayCommand = command;
        return this;
    }

    /**
     * Runs it to its end, or to the first violation.
     *
     * @throws UncheckedIOException if the trace cannot be written
     */
    public SimulationResult run() {
        String command = replayCommand.isEmpty() ? ReplayCommand.ofRunningTest(seed) : replayCommand;
        if (traced && traceFile.isEmpty()) {
            ByteArrayOutputStream trace = new ByteArrayOutputStream();
            return new Simulation(this, seed, Optional.of(TraceWriter.to(trace)), command)
                    .run()
                    .withTrace(trace.toString(StandardCharsets.US_ASCII));
        }
        return new Simulation(this, seed, traceFile.map(Scenario::writerTo), command).run();
    }

    private static TraceWriter writerTo(Path file) {
        try {
            return TraceWriter.toFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the trace cannot be written to " + file, e);
        }
    }

    // ---- for the simulation ----

    List<List<Misbehaviour.Factory>> misbehaviours(SplittableRandom random) {
        return liars.of(protocol, callers.clients, random);
    }

    /** Whether only malicious replicas and clients disturb the group, and those clients no more than it can bear. */
    boolean isUndisturbed() {
        return callers.areBearable(protocol.sizes().maxBatchRequests())
                && network.isReliable()
                && network.slowProbability() == 0
                && timing.equals(Timing.synchronous())
                && incidents.isEmpty()
                && adversary.isEmpty();
    }

    boolean isLivenessOwed() {
        return owesLiveness && timing.stabilizes();
    }

    AuthenticationPolicy policy(boolean drawn) {
        return policy.orElse(protocol.policy(drawn ? AuthenticationMode.SIGNATURES : AuthenticationMode.MACS));
    }

    boolean readOnlyFastPath(boolean drawn) {
        return readOnlyFastPath.orElse(drawn);
    }

    long livenessBoundMicros() {
        return livenessTimeouts * protocol.timeoutMillis() * 1000;
    }
}
