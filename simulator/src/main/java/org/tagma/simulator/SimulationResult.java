package org.tagma.simulator;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tagma.simulator.properties.PropertyViolation;

/** How a run went. The expectations throw if they are not met, and can be chained. Immutable. */
public final class SimulationResult {

    private final SimulatedCluster cluster;
    private final Optional<PropertyViolation> violation;
    private final String trace;

    SimulationResult(SimulatedCluster cluster, Optional<PropertyViolation> violation) {
        this(cluster, violation, "");
    }

    private SimulationResult(SimulatedCluster cluster, Optional<PropertyViolation> violation, String trace) {
        this.cluster = cluster;
        this.violation = violation;
        this.trace = trace;
    }

    /** The same run, and its trace. */
    SimulationResult withTrace(String text) {
        return new SimulationResult(cluster, violation, text);
    }

    /** The first broken promise, if one was broken. */
    public Optional<PropertyViolation> violation() {
        return violation;
    }

    /** The cluster as the run left it. */
    public SimulatedCluster cluster() {
        return cluster;
    }

    /** The trace, or nothing if the scenario did not ask to keep one in memory. */
    public String trace() {
        return trace;
    }

    /** How long the run took in virtual time, in milliseconds. */
    public long virtualMillis() {
        return cluster.now() / 1000;
    }

    /** How many events happened. */
    public long events() {
        return cluster.queue().happened();
    }

    /** How many frames were sent. */
    public long frames() {
        return cluster.network().sent();
    }

    /** How many calls returned. */
    public long operations() {
        return cluster.returnedCalls();
    }

    /** The highest view that a correct replica is in. */
    public long highestView() {
        return cluster.highestView();
    }

    /** The longest time that a call took, in milliseconds. */
    public long longestCallMillis() {
        return cluster.allClients().stream()
                .mapToLong(SimulatedClient::longestMillis)
                .max()
                .orElse(0);
    }

    /**
     * Every promise was kept: agreement, and all that goes with it.
     *
     * @throws PropertyViolation if one was not
     */
    public SimulationResult expectAgreement() {
        if (violation.isPresent()) {
            throw violation.get();
        }
        return this;
    }

    /** Whether every promise was kept and every call returned. */
    public boolean isEverythingAnswered() {
        return violation.isEmpty() && cluster.areClientsDone();
    }

    /** Every call of every client returned a result. */
    public SimulationResult expectAllAnswered() {
        expectAgreement();
        for (SimulatedClient client : cluster.allClients()) {
            expect(client.isDone() && client.oldestCallMicros().isEmpty(), "a client is not done");
        }
        return this;
    }

    /**
     * Every correct replica is in this view: the exact one, so that a bug is not hidden by a rescue in a later view.
     */
    public SimulationResult expectView(long view) {
        expectAgreement();
        expect(
                cluster.correctReplicas().allMatch(replica -> replica.status().view() == view),
                "not all are in view " + view);
        return this;
    }

    /** Some correct replica got as far as this view: what the scenario is about has happened. */
    public SimulationResult expectViewAtLeast(long view) {
        expectAgreement();
        expect(highestView() >= view, "no view " + view + " was reached");
        return this;
    }

    /** Some correct replica has evidence against this one. */
    public SimulationResult expectBlamed(int replica) {
        expectAgreement();
        expect(
                cluster.correctReplicas()
                        .flatMap(correct -> correct.evidence().stream())
                        .anyMatch(each -> each.startsWith(replica + ": ")),
                "nobody has evidence against replica " + replica);
        return this;
    }

    /** The correct replicas refused something for this reason, named as in the protocol. */
    public SimulationResult expectRefused(String reason) {
        expectAgreement();
        expect(
                cluster.correctReplicas().anyMatch(replica -> replica.refused(reason) > 0),
                "nobody refused anything as " + reason);
        return this;
    }

    /** No call took longer. */
    public SimulationResult expectCallsWithinMillis(long millis) {
        expectAgreement();
        expect(longestCallMillis() <= millis, "a call took " + longestCallMillis() + " ms, more than " + millis);
        return this;
    }

    private void expect(boolean condition, String problem) {
        if (!condition) {
            throw new AssertionError(problem + "\n" + describe());
        }
    }

    /** The end of the run, for people. */
    public String describe() {
        String replicas = cluster.replicas().stream()
                .sorted(Comparator.comparingInt(SimulatedReplica::id))
                .map(SimulationResult::describe)
                .collect(Collectors.joining("\n"));
        return "after " + virtualMillis() + " ms of virtual time and " + events() + " events\n" + replicas;
    }

    private static String describe(SimulatedReplica replica) {
        List<String> said = replica.announcements();
        String lately = String.join("\n    ", said.subList(Math.max(0, said.size() - 12), said.size()));
        return "  replica " + replica.id() + (replica.isCorrect() ? "" : " (malicious)")
                + (replica.isUp() ? " " + replica.status() : " down") + "\n    " + lately;
    }
}
