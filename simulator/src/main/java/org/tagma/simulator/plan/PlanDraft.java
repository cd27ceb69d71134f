package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Settings;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;

/** A plan in the making, with what {@link Plan} says of each thing in it. Not thread-safe. */
final class PlanDraft {
    final ProtocolDefinition protocol;
    final SystemModel model;
    long seed;
    int replicas;
    int faults;
    Tuning tuning = Tuning.USUAL;
    AuthenticationMode authentication = AuthenticationMode.MACS;
    boolean realCrypto;
    boolean fastReads;
    Settings settings;
    Wire wire = Wire.reliable();
    long stabilizationMillis;
    int driftPerMille;
    SortedMap<Integer, List<String>> malicious = new TreeMap<>();
    List<ClientPlan> clients = new ArrayList<>();
    int registers = 4;
    int faultyClients;
    List<Incident> incidents = new ArrayList<>();
    StateContent content = StateContent.OPAQUE;
    ServiceSetting service = ServiceSetting.USUAL;
    boolean slowDisks;
    Optional<Property> sought = Optional.empty();

    /** The usual, of a protocol. */
    PlanDraft(ProtocolDefinition protocol, SystemModel model) {
        this.protocol = protocol;
        this.model = model;
        this.settings = ProtocolSimulation.of(protocol).settings(protocol);
    }

    /** The same as another one. */
    PlanDraft(Plan plan) {
        protocol = plan.protocol();
        model = plan.model();
        seed = plan.seed();
        replicas = plan.replicas();
        faults = plan.faults();
        tuning = plan.tuning();
        authentication = plan.authentication();
        realCrypto = plan.hasRealCrypto();
        fastReads = plan.hasFastReads();
        settings = plan.settings();
        wire = plan.wire();
        stabilizationMillis = plan.stabilizationMillis();
        driftPerMille = plan.driftPerMille();
        malicious.putAll(plan.malicious());
        clients.addAll(plan.clients());
        registers = plan.registers();
        faultyClients = plan.faultyClients();
        incidents.addAll(plan.incidents());
        content = plan.content();
        service = plan.service();
        slowDisks = plan.hasSlowDisks();
        sought = plan.sought();
    }

    /**
     * The plan.
     *
     * @throws IllegalArgumentException if something in it contradicts another thing
     */
    Plan plan() {
        return new Plan(
                protocol,
                model,
                seed,
                replicas,
                faults,
                tuning,
                authentication,
                realCrypto,
                fastReads,
                settings,
                wire,
                stabilizationMillis,
                driftPerMille,
                malicious,
                clients,
                registers,
                faultyClients,
                incidents,
                content,
                service,
                slowDisks,
                sought);
    }
}
