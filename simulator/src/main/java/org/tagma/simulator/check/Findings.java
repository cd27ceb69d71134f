package org.tagma.simulator.check;

import java.util.Optional;

/**
 * The first violation that a checker found. Checkers report here and do not throw, because some are called from inside
 * an engine, which takes any exception for a bug of its replica.
 *
 * <p>Not thread-safe.
 */
public final class Findings {

    /** A broken promise and how it was broken. */
    public record Finding(Property property, String details) {}

    private Finding first;

    /** Takes a violation; what follows from it later is not taken. */
    public void report(Property property, String details) {
        if (first == null) {
            first = new Finding(property, details);
        }
    }

    /** The first violation, if there was one. */
    public Optional<Finding> first() {
        return Optional.ofNullable(first);
    }

    /** Whether there was one; cheap. */
    public boolean isEmpty() {
        return first == null;
    }
}
