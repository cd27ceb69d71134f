package org.tagma.simulator.byzantine;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.tagma.simulator.faults.Misbehaviour;

/**
 * A way of being malicious, under its name in plans. Immutable.
 *
 * @param name lower-case letters and hyphens
 * @param use whether seeds draw it
 * @param number draws the number that it takes, if it takes one
 * @param factory makes it; given the number, or 0
 */
public record Behaviour(String name, Use use, Optional<NumberDraw> number, IntFunction<Misbehaviour.Factory> factory) {

    /** Who chooses a behaviour. */
    public enum Use {
        /** A seed, with up to two others. */
        DRAWN,
        /** A seed, now and then, besides those. */
        DRAWN_BESIDES,
        /** Nobody but who names it. */
        NAMED
    }

    /** Draws the number of a behaviour. */
    @FunctionalInterface
    public interface NumberDraw {
        /** For a group of so many replicas with so many clients. */
        int draw(SplittableRandom random, int replicas, int clients);
    }

    /** One that takes no number, and that seeds draw. */
    public static Behaviour of(String name, Misbehaviour.Factory factory) {
        return new Behaviour(name, Use.DRAWN, Optional.empty(), number -> factory);
    }

    /** One that takes a number, and that seeds draw. */
    public static Behaviour of(String name, NumberDraw number, IntFunction<Misbehaviour.Factory> factory) {
        return new Behaviour(name, Use.DRAWN, Optional.of(number), factory);
    }

    /** The same for another use. */
    public Behaviour used(Use other) {
        return new Behaviour(name, other, number, factory);
    }
}
