package org.tagma.simulator.plan;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Settings;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.Scenario;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.faults.Timing;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Promise;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;
import org.tagma.simulator.workload.Workload;

/**
 * One run, said in full: what it is made of, and what goes wrong in it. What is left to its seed are the choices nobody
 * wants to name: which frame is lost, what a client asks for. Each link and each client draws them from a stream of
 * its own, so that a plan that lacks one thing is otherwise much the same run; that is what makes it possible to
 * shrink one.
 *
 * <p>Immutable.
 *
 * @param faults how many replicas are taken to be faulty; if it is more than the group tolerates, less is promised
 * @param authentication how messages are authenticated
 * @param hasRealCrypto whether messages carry Ed25519 signatures and HMACs, instead of keyed hashes that cost nothing
 * @param hasFastReads whether queries skip ordering
 * @param settings the protocol's own section of the cluster file
 * @param stabilizationMillis when the bounds on time begin to hold: 0 always, negative never
 * @param driftPerMille by how much a replica's clock may be too fast or too slow, of a thousand, at most 200
 * @param malicious for each malicious replica the ways in which it is, as {@link
 *     org.tagma.simulator.byzantine.Behaviours} reads them
 * @param registers over how many registers the operations are spread, at least 1
 * @param faultyClients how many malicious clients there are besides
 * @param content what the registers are kept in
 * @param service the session table's limits, and the clients' deadline
 * @param hasSlowDisks whether a replica may say what need not wait for its disk before the disk has synced
 * @param sought what the run is to break although it is not promised; what else is not promised goes unnoticed then.
 *     If it is liveness on an asynchronous network, a scheduler works against the group
 */
public record Plan(
        ProtocolDefinition protocol,
        SystemModel model,
        long seed,
        int replicas,
        int faults,
        Tuning tuning,
        AuthenticationMode authentication,
        boolean hasRealCrypto,
        boolean hasFastReads,
        Settings settings,
        Wire wire,
        long stabilizationMillis,
        int driftPerMille,
        SortedMap<Integer, List<String>> malicious,
        List<ClientPlan> clients,
        int registers,
        int faultyClients,
        List<Incident> incidents,
        StateContent content,
        ServiceSetting service,
        boolean hasSlowDisks,
        Optional<Property> sought) {

    public static final int MAX_REPLICAS = 31;
    public static final int MAX_CLIENTS = 64;

    public Plan {
        malicious = copyOf(malicious);
        clients = List.copyOf(clients);
        incidents = List.copyOf(incidents);
        require(replicas >= 1 && replicas <= MAX_REPLICAS, "there must be 1 to " + MAX_REPLICAS + " replicas");
        require(
                !clients.isEmpty() && clients.size() + faultyClients <= MAX_CLIENTS,
                "there must be 1 to " + MAX_CLIENTS + " clients");
        require(faults >= 0 && faults <= replicas, "no more replicas can be faulty than there are");
        require(faultyClients >= 0, "malicious clients must be 0 or more");
        require(registers >= 1 && registers <= 1_000, "there must be 1 to 1000 registers");
        int maxDrift = ProtocolSimulation.of(protocol).maxDriftPerMille(settings);
        require(
                driftPerMille >= 0 && driftPerMille <= maxDrift,
                "drift must be 0 to " + maxDrift + " of a thousand with these settings");
        require(stabilizationMillis <= 3_600_000, "stabilization must come within an hour, or never");
        require(
                content.entries() >= 0
                        && content.entries() <= 10_000
                        && content.entryBytes() >= (content.isTree() ? 1 : 0)
                        && content.entryBytes() <= 10_000
                        && content.rewrites() >= 0
                        && content.rewrites() <= 1_000,
                "a tree must have up to 10000 entries of 1 to 10000 bytes, of which up to 1000 are written at once");
        require(
                service.limits().maxSessionsPerClient() <= 1_000
                        && service.limits().sessionPipeline() <= 1_000,
                "sessions must be 1 to 1000, with 1 to 1000 replies");
        require(
                service.deadlineMillis() >= 0 && service.deadlineMillis() <= 3_600_000,
                "deadline must be 0 to 3600000 ms");
        int count = replicas;
        require(malicious.keySet().stream().allMatch(id -> id >= 0 && id < count), "a malicious replica must exist");
        require(
                incidents.stream().allMatch(each -> each.replicas().stream().allMatch(id -> id >= 0 && id < count)),
                "an incident must happen to a replica that exists");
        require(
                protocol.changesMembers()
                        || incidents.stream().noneMatch(each -> each.kind().isOfElectedLeaders()),
                "leadership and the group do not change at an operator's word under " + protocol.name());
        require(
                model.network() != Network.RELIABLE
                        || incidents.stream().noneMatch(each -> each.kind() == Incident.Kind.DISCONNECT),
                "a reliable network loses no connections");
        require(
                incidents.stream()
                        .noneMatch(each ->
                                each.kind().isOfMembership() && each.replicas().size() >= count),
                "a voter must be left");
    }

    private static SortedMap<Integer, List<String>> copyOf(SortedMap<Integer, List<String>> malicious) {
        TreeMap<Integer, List<String>> copy = new TreeMap<>();
        malicious.forEach((id, ways) -> copy.put(id, List.copyOf(ways)));
        return Collections.unmodifiableSortedMap(copy);
    }

    static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** How many operations all clients have done together. */
    public int operations() {
        return clients.stream().mapToInt(ClientPlan::operations).sum();
    }

    /** What the run must keep. */
    public Promise promise() {
        return Promises.of(protocol, model, replicas, Math.max(faults, malicious.size()));
    }

    /**
     * Whether nothing happens to the first primary, and nothing delays it: then nobody has a reason to leave its view.
     */
    boolean hasStableView() {
        return protocol.faultModel() == FaultModel.BYZANTINE
                && model.network() == Network.RELIABLE
                && model.synchrony() == Synchrony.SYNCHRONOUS
                && stabilizationMillis == 0
                && !malicious.containsKey(0)
                && incidents.isEmpty()
                && Math.max(faults, malicious.size()) <= Promises.tolerated(protocol, replicas);
    }

    /** The scenario that runs it. */
    public Scenario toScenario() {
        SimulatedProtocol group = simulatedProtocol();
        Scenario scenario = Scenario.cluster(group)
                .beyondTheBound()
                .authentication(group.policy(authentication))
                .realCrypto(hasRealCrypto)
                .fastPathForQueries(hasFastReads)
                .network(wire.toModel())
                .timing(Timing.stableFromMillis(stabilizationMillis))
                .clockDrift(driftPerMille / 1000.0)
                .workloads(clients.stream()
                        .map(each -> new Workload(
                                each.operations(),
                                each.pipeline(),
                                registers,
                                each.thinkMillis() * 1000L,
                                each.onlyReads(),
                                each.retry(),
                                each.processes()))
                        .toList())
                .faultyClients(faultyClients)
                .owesLiveness(promise().owes(Property.LIVENESS))
                .expectsStableView(hasStableView())
                .content(content)
                .service(service)
                .slowDisks(hasSlowDisks)
                .seed(seed);
        sought.ifPresent(property -> seek(scenario, property));
        malicious.forEach((id, ways) -> scenario.byzantine(id, ways.toArray(String[]::new)));
        for (Incident each : incidents) {
            if (each.isAfterOperations()) {
                scenario.afterOperations((int) Math.min(each.when(), operations()), each::happenTo);
            } else {
                scenario.atMillis(each.when(), each::happenTo);
            }
        }
        return scenario;
    }

    /** Whether a scheduler keeps the group from deciding, for as long as the run lasts. */
    boolean isScheduledAgainstProgress() {
        return sought.filter(property -> property.equals(Property.LIVENESS)).isPresent()
                && model.synchrony() == Synchrony.ASYNCHRONOUS;
    }

    private void seek(Scenario scenario, Property property) {
        Promise promise = promise();
        scenario.watching(each -> each.equals(property) || promise.owes(each));
        if (property.equals(Property.LIVENESS)) {
            scenario.seekingStandstill();
            if (isScheduledAgainstProgress()) {
                scenario.scheduledAgainstProgress();
            }
        }
    }

    /** The group that it runs. */
    public SimulatedProtocol simulatedProtocol() {
        return SimulatedProtocol.of(protocol, replicas).with(settings).tuned(tuning);
    }

    /** The command that runs it, as one pastes it. */
    public String replayCommand() {
        return "./tagma sim --plan '" + this + "'";
    }

    /** The run in one line that {@link PlanText#parse} reads. */
    @Override
    public String toString() {
        return PlanText.print(this);
    }

    /** What goes on and what goes wrong, line by line, for people. */
    public List<String> describe() {
        return PlanDescription.of(this);
    }

    // ---- the same run but for one thing ----

    /** The same run with what is done to its draft. */
    Plan but(Consumer<PlanDraft> change) {
        PlanDraft draft = new PlanDraft(this);
        change.accept(draft);
        return draft.plan();
    }

    /** The same plan for another seed. */
    public Plan withSeed(long value) {
        return but(draft -> draft.seed = value);
    }

    /**
     * The same run, which is to break this. If that is liveness, its clients wait for as long as it takes, and ask
     * for what is ordered.
     */
    public Plan seeking(Property property) {
        String conspiracy = ProtocolSimulation.of(protocol).conspiracy();
        return but(draft -> {
            draft.sought = Optional.of(property);
            if (property.equals(Property.LIVENESS)) {
                draft.service = ServiceSetting.USUAL;
                draft.fastReads = false;
                draft.settings = usualSettings();
                draft.clients.replaceAll(
                        each -> new ClientPlan(each.operations(), each.pipeline(), each.thinkMillis()));
            } else if (seed % 2 == 0 && !promise().owes(property) && !conspiracy.isEmpty()) {
                // Those that are malicious each in its own way seldom break more than progress: every other time they
                // conspire.
                draft.malicious.replaceAll((id, ways) -> List.of(conspiracy));
            }
        });
    }

    /** The settings that runs have unless a seed draws others. */
    Settings usualSettings() {
        return ProtocolSimulation.of(protocol).settings(protocol);
    }
}
