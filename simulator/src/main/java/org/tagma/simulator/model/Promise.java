package org.tagma.simulator.model;

import java.util.Optional;
import java.util.stream.Stream;
import org.tagma.simulator.properties.Property;

/**
 * What a protocol owes under a system model.
 *
 * <p>Immutable.
 *
 * @param level how much of what can be promised; what else a run breaks is counted, and is no failure
 * @param reason why that much, in one phrase
 */
public record Promise(Level level, String reason) {

    /** How much is owed. */
    public enum Level {
        NOTHING,
        /** What must hold whatever time does. */
        SAFETY,
        ALL
    }

    /** Whether a violation of this property is a bug. */
    public boolean owes(Property property) {
        return level == Level.ALL || (level == Level.SAFETY && property.isSafety());
    }

    /** Whether nothing is owed at all. */
    public boolean isNothing() {
        return level == Level.NOTHING;
    }

    /** What one would most like to see broken of what is not owed, if there is such: agreement, or else progress. */
    public Optional<Property> notOwed() {
        return Stream.of(Property.AGREEMENT, Property.LIVENESS)
                .filter(property -> !owes(property))
                .findFirst();
    }

    /** What is owed, in a word or two. */
    public String label() {
        return switch (level) {
            case NOTHING -> "nothing";
            case SAFETY -> "safety";
            case ALL -> "safety, liveness";
        };
    }
}
