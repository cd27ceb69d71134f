package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.tagma.simulator.RaftLimits;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;

/**
 * A plan that is being changed, one thing after another; the plan that it was made from stays as it is. Not
 * thread-safe.
 */
final class PlanEdit {
    private final Plan base;
    private long seed;
    private Tuning tuning;
    private boolean fastReads;
    private boolean leases;
    private RaftLimits limits;
    private Wire wire;
    private long stabilizationMillis;
    private int driftPerMille;
    private SortedMap<Integer, List<String>> malicious;
    private List<ClientPlan> clients;
    private int registers;
    private int faultyClients;
    private List<Incident> incidents;
    private StateContent content;
    private ServiceSetting service;
    private boolean slowDisks;
    private Optional<Property> sought;

    PlanEdit(Plan base) {
        this.base = base;
        this.seed = base.seed();
        this.tuning = base.tuning();
        this.fastReads = base.hasFastReads();
        this.leases = base.hasLeases();
        this.limits = base.limits();
        this.wire = base.wire();
        this.stabilizationMillis = base.stabilizationMillis();
        this.driftPerMille = base.driftPerMille();
        this.malicious = base.malicious();
        this.clients = base.clients();
        this.registers = base.registers();
        this.faultyClients = base.faultyClients();
        this.incidents = base.incidents();
        this.content = base.content();
        this.service = base.service();
        this.slowDisks = base.hasSlowDisks();
        this.sought = base.sought();
    }

    PlanEdit seed(long value) {
        seed = value;
        return this;
    }

    PlanEdit tuning(Tuning value) {
        tuning = value;
        return this;
    }

    PlanEdit fastReads(boolean value) {
        fastReads = value;
        return this;
    }

    PlanEdit leases(boolean value) {
        leases = value;
        return this;
    }

    PlanEdit limits(RaftLimits value) {
        limits = value;
        return this;
    }

    PlanEdit wire(Wire value) {
        wire = value;
        return this;
    }

    PlanEdit stabilizationMillis(long value) {
        stabilizationMillis = value;
        return this;
    }

    PlanEdit driftPerMille(int value) {
        driftPerMille = value;
        return this;
    }

    PlanEdit malicious(SortedMap<Integer, List<String>> value) {
        malicious = value;
        return this;
    }

    PlanEdit client(int index, ClientPlan value) {
        clients = new ArrayList<>(clients);
        clients.set(index, value);
        return this;
    }

    PlanEdit clients(List<ClientPlan> value) {
        clients = value;
        return this;
    }

    PlanEdit registers(int value) {
        registers = value;
        return this;
    }

    PlanEdit faultyClients(int value) {
        faultyClients = value;
        return this;
    }

    PlanEdit incidents(List<Incident> value) {
        incidents = value;
        return this;
    }

    PlanEdit service(ServiceSetting value) {
        service = value;
        return this;
    }

    PlanEdit slowDisks(boolean value) {
        slowDisks = value;
        return this;
    }

    PlanEdit sought(Property value) {
        sought = Optional.of(value);
        return this;
    }

    PlanEdit content(StateContent value) {
        content = value;
        return this;
    }

    Plan plan() {
        return new Plan(
                base.protocol(),
                base.model(),
                seed,
                base.replicas(),
                base.faults(),
                tuning,
                base.authentication(),
                base.hasRealCrypto(),
                fastReads,
                leases,
                limits,
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
