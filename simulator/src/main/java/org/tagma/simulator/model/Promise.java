package org.tagma.simulator.model;

import java.util.Set;
import org.tagma.simulator.properties.Property;

/**
 * What a protocol owes under a system model.
 *
 * <p>Immutable.
 *
 * @param owed the properties that a run must keep; what else it breaks is counted, and is no failure
 * @param reason why these and no others, in one phrase
 */
public record Promise(Set<Property> owed, String reason) {

    public Promise {
        owed = Set.copyOf(owed);
    }

    /** Whether a violation of this property is a bug. */
    public boolean owes(Property property) {
        return owed.contains(property);
    }

    /** What is owed, in a word or two. */
    public String label() {
        if (owed.isEmpty()) {
            return "nothing";
        }
        return owes(Property.LIVENESS) ? "safety, liveness" : "safety";
    }
}
