package org.tagma.benchmarks.load;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;

/** Whether a throughput has stopped rising: the last few windows lie close together. Not thread-safe. */
final class SteadyState {

    /** How many windows must lie close together. */
    static final int WINDOWS = 3;

    /** How far the slowest of them may lie below the fastest. */
    static final double TOLERANCE = 0.05;

    private final Deque<Long> recent = new ArrayDeque<>();

    /** Adds the operations of one more window; true if the last windows, this one included, are steady. */
    boolean add(long operations) {
        recent.addLast(operations);
        if (recent.size() > WINDOWS) {
            recent.removeFirst();
        }
        long most = Collections.max(recent);
        long least = Collections.min(recent);
        return recent.size() == WINDOWS && least > 0 && most - least <= TOLERANCE * most;
    }
}
