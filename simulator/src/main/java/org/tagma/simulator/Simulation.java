package org.tagma.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.replica.trace.TraceWriter;
import org.tagma.simulator.properties.LinearizabilityChecker;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.PropertyViolation;
import org.tagma.simulator.properties.Violations;

/**
 * One run of a scenario: until all clients are done and the replicas agree, or a promise is broken. Not thread-safe.
 */
final class Simulation {

    private static final long OBSERVATION_MICROS = 100_000;

    /** Where nothing is promised about progress, a run ends after this long all the same. */
    private static final long LONGEST_WITHOUT_PROMISE_MICROS = 30_000_000;

    /** And so does one in which more nodes than can be tolerated stay down, counted from the last incident. */
    private static final long LONGEST_MICROS = 600_000_000;

    /** More events than this are a group that talks without end. */
    private static final long MAX_EVENTS = 5_000_000;

    /** How long the agreement on one batch takes where nothing is lost. */
    private static final long TURN_MILLIS = 60;

    /** In so many runs one is watched for a while after all is done. */
    private static final int SEEDS_PER_REST = 8;

    private static final long SETTLING_MICROS = 1_000_000;
    private static final long WATCHED_MICROS = 2_000_000;

    /** What a replica may say to another meanwhile. */
    private static final int FRAMES_A_LINK = 40;

    private final Scenario scenario;
    private final long seed;
    private final String command;
    private final SimulatedCluster cluster;
    private final List<Scenario.Incident> awaited = new ArrayList<>();
    private int timedIncidents;
    private int returnedBefore = -1;
    private long lastIncidentMicros;
    private long doneMicros = -1;
    private long restsSinceMicros = -1;
    private long executedAtRest;
    private long framesAtRest;
    private boolean over;

    Simulation(Scenario scenario, long seed, Optional<TraceWriter> trace, String command) {
        this.scenario = scenario;
        this.seed = seed;
        this.command = command;
        this.cluster = new SimulatedCluster(scenario, seed, trace);
    }

    SimulationResult run() {
        try {
            return runToEnd();
        } finally {
            cluster.recorder().close();
        }
    }

    private SimulationResult runToEnd() {
        for (Scenario.Incident incident : scenario.incidents) {
            if (incident.isAfterOperations()) {
                awaited.add(incident);
            } else {
                timedIncidents++;
                lastIncidentMicros = Math.max(lastIncidentMicros, incident.when());
                cluster.queue().at(incident.when(), () -> {
                    timedIncidents--;
                    incident.action().accept(cluster);
                });
            }
        }
        Violations violations = cluster.checks().violations();
        cluster.start();
        cluster.queue().after(OBSERVATION_MICROS, this::observe);
        while (!over && violations.isEmpty() && cluster.queue().runNext()) {
            fireAwaited();
        }
        checkEnd();
        Optional<PropertyViolation> violation = violations
                .first()
                .map(found -> new PropertyViolation(seed, found.property(), found.details(), command));
        return new SimulationResult(cluster, violation);
    }

    private void fireAwaited() {
        if (awaited.isEmpty()) {
            return;
        }
        // Asked after every event, of which few end a call.
        int returned = cluster.returnedCalls();
        if (returned != returnedBefore) {
            returnedBefore = returned;
            List<Scenario.Incident> due =
                    awaited.stream().filter(each -> returned >= each.when()).toList();
            awaited.removeAll(due);
            due.forEach(each -> each.action().accept(cluster));
        }
    }

    private void observe() {
        long now = cluster.now();
        // While nothing can be decided, logs grow by an entry for every leader that is elected all the same.
        if (!cluster.isAsynchronous()) {
            cluster.replicas().forEach(SimulatedReplica::checkBounds);
        }
        if (cluster.queue().happened() > MAX_EVENTS * (1 + now / LONGEST_MICROS)) {
            cluster.checks().violations().report(Property.BOUNDED_MEMORY, "the group talks without end");
        }
        if (cluster.areClientsDone() && awaited.isEmpty() && timedIncidents == 0) {
            doneMicros = doneMicros < 0 ? now : doneMicros;
            over = cluster.hasConverged()
                    && cluster.checks().order().hasAcknowledged(cluster.highestExecuted())
                    && hasRested(now);
        }
        if (scenario.expectsStableView) {
            observeView();
        }
        if (scenario.isLivenessOwed()) {
            observeProgress(now, cluster.calmSinceMicros());
        } else if (scenario.seeksStandstill) {
            observeProgress(now, cluster.undisturbedSinceMicros());
        } else {
            over |= now > lastIncidentMicros + LONGEST_WITHOUT_PROMISE_MICROS;
        }
        over |= now > lastIncidentMicros + LONGEST_MICROS;
        cluster.queue().after(OBSERVATION_MICROS, this::observe);
    }

    /**
     * Whether the group has come to rest, and was watched for a while, if this run is one of those in which it is: it
     * says that it lives and how far it is, and repeats nothing without end.
     */
    private boolean hasRested(long now) {
        if (seed % SEEDS_PER_REST != 0 || !scenario.isLivenessOwed() || !cluster.areAllCorrect()) {
            return true;
        }
        if (restsSinceMicros < 0 || cluster.highestExecuted() != executedAtRest) {
            restsSinceMicros = now;
            executedAtRest = cluster.highestExecuted();
        }
        if (now < restsSinceMicros + SETTLING_MICROS) {
            framesAtRest = cluster.framesBetweenReplicas();
        }
        boolean watched = now >= restsSinceMicros + SETTLING_MICROS + WATCHED_MICROS;
        long links = (long) cluster.size() * (cluster.size() - 1);
        long frames = cluster.framesBetweenReplicas() - framesAtRest;
        if (watched && frames > links * FRAMES_A_LINK) {
            cluster.checks()
                    .violations()
                    .report(
                            Property.BOUNDED_RETRANSMISSION,
                            frames + " frames are sent on " + links + " links in " + WATCHED_MICROS / 1_000
                                    + " ms in which there is nothing to say");
        }
        return watched;
    }

    private void observeView() {
        cluster.correctReplicas()
                .filter(replica -> replica.status().view() > 0)
                .findFirst()
                .ifPresent(replica -> cluster.checks()
                        .violations()
                        .report(
                                Property.STABLE_VIEW,
                                "replica " + replica.id() + " is in view "
                                        + replica.status().view() + " although nothing went wrong in view 0"));
    }

    private void observeProgress(long now, long calmSinceMicros) {
        for (int id = 0; id < cluster.clients(); id++) {
            cluster.checks()
                    .liveness()
                    .observe("client " + id, cluster.client(id).oldestCallMicros(), calmSinceMicros, now);
        }
        if (doneMicros >= 0 && now - Math.max(doneMicros, calmSinceMicros) > scenario.livenessBoundMicros()) {
            if (cluster.hasConverged()) {
                cluster.checks().order().rest(cluster.highestExecuted());
            }
            cluster.checks().violations().report(Property.LIVENESS, "the replicas do not come together");
        }
    }

    /** A rescue in a later view, or by a client that asks again, would hide a mistake. */
    private void checkDelays() {
        SimulatedProtocol group = scenario.protocol;
        if (!scenario.isUndisturbed() || !group.simulation().properties().contains(Property.NO_NEEDLESS_DELAY)) {
            return;
        }
        group.lastUndisturbedView(cluster::isCorrect).ifPresent(lastView -> {
            Violations violations = cluster.checks().violations();
            cluster.correctReplicas()
                    .filter(replica -> replica.status().view() > lastView)
                    .forEach(replica -> violations.report(
                            Property.NO_NEEDLESS_DELAY,
                            "replica " + replica.id() + " is in view "
                                    + replica.status().view() + ", where nothing leads beyond view " + lastView));
            cluster.allClients().stream()
                    .filter(client -> cluster.areAllCorrect()
                            && scenario.callers.areUsual()
                            && client.longestMillis() > longestUsualMillis())
                    .forEach(client -> violations.report(
                            Property.NO_NEEDLESS_DELAY,
                            "a call took " + client.longestMillis() + " ms, though nothing went wrong"));
        });
    }

    /** What a call takes at most where nothing is lost: less than a client waits, and its turn behind the others. */
    private long longestUsualMillis() {
        return Callers.RETRY_MILLIS + TURN_MILLIS * scenario.callers.callsAtATime();
    }

    private void checkEnd() {
        checkDelays();
        cluster.replicas().forEach(SimulatedReplica::checkState);
        LinearizabilityChecker.check(
                        cluster.checks().history().calls(cluster.checks().service()::executions),
                        cluster.checks().service().executed())
                .ifPresent(details -> cluster.checks().violations().report(Property.LINEARIZABILITY, details));
    }
}
