package org.tagma.simulator.properties;

import java.util.OptionalLong;

/**
 * Watches that no call waits longer than was promised, counted from when it was made or from when progress became
 * possible, whichever is later.
 *
 * <p>Not thread-safe.
 */
public final class LivenessChecker {

    private final Violations violations;
    private final long boundMicros;

    /**
     * A checker with this bound.
     *
     * @param boundMicros how long a call may take in a group that can make progress
     */
    public LivenessChecker(Violations violations, long boundMicros) {
        this.violations = violations;
        this.boundMicros = boundMicros;
    }

    /**
     * Time has passed.
     *
     * @param oldestCallMicros when the oldest call without a return was made, if there is one
     * @param calmSinceMicros since when the network and the nodes let the group make progress
     */
    public void observe(String who, OptionalLong oldestCallMicros, long calmSinceMicros, long nowMicros) {
        if (oldestCallMicros.isPresent()) {
            long waitedMicros = nowMicros - Math.max(oldestCallMicros.getAsLong(), calmSinceMicros);
            if (waitedMicros > boundMicros) {
                violations.report(
                        Property.LIVENESS,
                        who + " has waited " + waitedMicros / 1000 + " ms, where " + boundMicros / 1000
                                + " ms were promised");
            }
        }
    }
}
