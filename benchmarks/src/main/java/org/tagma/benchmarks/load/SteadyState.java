package org.tagma.benchmarks.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Whether a system under load is warm. A throughput that does not rise is not enough: code that the first compiler made
 * runs at a steady pace too, for seconds, until the second one is done with it. So the compilers must have come to rest
 * as well.
 *
 * <p>Not thread-safe.
 */
final class SteadyState {

    /** How many windows must lie close together. */
    static final int WINDOWS = 6;

    /** How far the mean of the later half of them may lie from that of the earlier half. */
    static final double TREND_TOLERANCE = 0.03;

    /** How far the slowest of them may lie below the fastest. */
    static final double SPREAD_TOLERANCE = 0.15;

    /**
     * How many milliseconds the compilers of all processes may be busy in all these windows: a twentieth of a
     * processor.
     */
    static final long MAX_COMPILE_MILLIS = 300;

    private record Window(long operations, long compileMillis) {}

    private final Deque<Window> recent = new ArrayDeque<>();

    /**
     * Adds one more window of a second.
     *
     * @param operations answered in it
     * @param compileMillis for how long compilers were busy in it, in sum over all processes
     * @return whether the last windows, this one included, are steady
     */
    boolean add(long operations, long compileMillis) {
        recent.addLast(new Window(operations, compileMillis));
        if (recent.size() > WINDOWS) {
            recent.removeFirst();
        }
        return recent.size() == WINDOWS && compilersRest() && throughputIsLevel();
    }

    private boolean compilersRest() {
        return recent.stream().mapToLong(Window::compileMillis).sum() <= MAX_COMPILE_MILLIS;
    }

    private boolean throughputIsLevel() {
        List<Long> operations = recent.stream().map(Window::operations).toList();
        long least = operations.stream().mapToLong(Long::longValue).min().orElse(0);
        long most = operations.stream().mapToLong(Long::longValue).max().orElse(0);
        double earlier = mean(operations.subList(0, WINDOWS / 2));
        double later = mean(operations.subList(WINDOWS / 2, WINDOWS));
        return least > 0
                && most - least <= SPREAD_TOLERANCE * most
                && Math.abs(later - earlier) <= TREND_TOLERANCE * earlier;
    }

    private static double mean(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).average().orElse(0);
    }
}
