package org.tagma.simulator.exploration;

import java.util.Optional;
import org.tagma.simulator.SimulationResult;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations.Violation;

/**
 * How the run of one plan went.
 *
 * <p>Immutable.
 *
 * @param violation the first property that was broken, if one was, be it owed or not
 * @param virtualMillis how long it took in virtual time
 * @param operations how many calls returned
 * @param highestView the highest view, or term, that a correct replica reached
 */
public record Outcome(
        Plan plan, Optional<Violation> violation, long virtualMillis, long events, long operations, long highestView) {

    /** Runs a plan. Deterministic: the same plan has the same outcome, in any process. */
    public static Outcome of(Plan plan) {
        SimulationResult result;
        try {
            result = plan.toScenario().replayedBy(plan.replayCommand()).run();
        } catch (RuntimeException broken) {
            // A bug wherever it is, in what is simulated or in the simulator; it must show like any other.
            Violation found = new Violation(Property.NO_HALT, "the run broke off: " + broken);
            return new Outcome(plan, Optional.of(found), 0, 0, 0, 0);
        }
        return new Outcome(
                plan,
                result.violation().map(broken -> new Violation(broken.property(), broken.details())),
                result.virtualMillis(),
                result.events(),
                result.operations(),
                result.highestView());
    }

    /** Whether it broke what it was to break. */
    public boolean isFound() {
        return violation.isPresent() && violation.map(Violation::property).equals(plan.sought());
    }

    /** Whether it broke what it owes. */
    public boolean isFailure() {
        return violation.filter(found -> plan.promise().owes(found.property())).isPresent();
    }
}
