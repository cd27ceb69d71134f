package org.tagma.simulator.model;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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

    /** What one would most like to see broken of what is not owed, if there is such: agreement, or else progress. */
    public Optional<Property> notOwed() {
        return Stream.of(Property.AGREEMENT, Property.LIVENESS)
                .filter(property -> !owes(property))
                .findFirst();
    }

    /** What is owed, in a word or two. */
    public String label() {
        if (owed.isEmpty()) {
            return "nothing";
        }
        return owes(Property.LIVENESS) ? "safety, liveness" : "safety";
    }
}
