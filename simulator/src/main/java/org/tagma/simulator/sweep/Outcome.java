package org.tagma.simulator.sweep;

import java.util.Optional;
import org.tagma.simulator.SimulationResult;
import org.tagma.simulator.check.Findings.Finding;
import org.tagma.simulator.check.Property;
import org.tagma.simulator.plan.Plan;

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
        Plan plan, Optional<Finding> violation, long virtualMillis, long events, long operations, long highestView) {

    /** Runs a plan. Deterministic: the same plan has the same outcome, in any process. */
    public static Outcome of(Plan plan) {
        SimulationResult result;
        try {
            result = plan.toScenario().replayedBy(plan.replayCommand()).run();
        } catch (RuntimeException broken) {
            // A bug wherever it is, in what is simulated or in the simulator; it must show like any other.
            Finding finding = new Finding(Property.NO_HALT, "the run broke off: " + broken);
            return new Outcome(plan, Optional.of(finding), 0, 0, 0, 0);
        }
        return new Outcome(
                plan,
                result.violation().map(broken -> new Finding(broken.property(), broken.details())),
                result.virtualMillis(),
                result.events(),
                result.operations(),
                result.highestView());
    }

    /** Whether it broke what it owes. */
    public boolean isFailure() {
        return violation
                .filter(finding -> plan.promise().owes(finding.property()))
                .isPresent();
    }
}
