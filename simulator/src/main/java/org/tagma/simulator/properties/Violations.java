package org.tagma.simulator.properties;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * The first violation that a checker found. Checkers report here and do not throw, because some are called from inside
 * an engine, which takes any exception for a bug of its replica.
 *
 * <p>Not thread-safe.
 */
public final class Violations {

    /** A broken promise and how it was broken. */
    public record Violation(Property property, String details) {}

    private final Predicate<Property> watched;
    private Violation first;

    /** Takes whatever is broken. */
    public Violations() {
        this(property -> true);
    }

    /** Takes only what breaks one of these. */
    public Violations(Predicate<Property> watched) {
        this.watched = watched;
    }

    /** Takes a violation; what follows from it later is not taken. */
    public void report(Property property, String details) {
        if (first == null && watched.test(property)) {
            first = new Violation(property, details);
        }
    }

    /** The first violation, if there was one. */
    public Optional<Violation> first() {
        return Optional.ofNullable(first);
    }

    /** Whether there was one; cheap. */
    public boolean isEmpty() {
        return first == null;
    }
}
