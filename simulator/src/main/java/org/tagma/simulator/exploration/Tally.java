package org.tagma.simulator.exploration;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.properties.Property;

/** What many runs came to. Not thread-safe: a sweep shows it to its listener one at a time. */
public final class Tally {

    /** Where nothing is promised a replica may be talked into any view; that would drown the others in the sum. */
    private static final long ABSURD_VIEW = 1_000_000;

    private final Map<Property, Integer> unowed = new HashMap<>();
    private long runs;
    private long failures;
    private long virtualMillis;
    private long events;
    private long operations;
    private long views;
    private long cpuNanos;
    private Outcome firstFailure;
    private Plan firstUnowed;

    void add(Outcome outcome, long nanos) {
        runs++;
        virtualMillis += outcome.virtualMillis();
        events += outcome.events();
        operations += outcome.operations();
        views += Math.min(outcome.highestView(), ABSURD_VIEW);
        cpuNanos += nanos;
        if (outcome.isFailure()) {
            failures++;
            firstFailure = earlier(firstFailure, outcome);
        } else if (outcome.violation().isPresent()) {
            unowed.merge(outcome.violation().get().property(), 1, Integer::sum);
            if (firstUnowed == null || outcome.plan().seed() < firstUnowed.seed()) {
                firstUnowed = outcome.plan();
            }
        }
    }

    private static Outcome earlier(Outcome a, Outcome b) {
        return a == null || b.plan().seed() < a.plan().seed() ? b : a;
    }

    /** How many runs ended. */
    public long runs() {
        return runs;
    }

    /** In how many of them a promise was broken. */
    public long failures() {
        return failures;
    }

    /** In how many of them nothing was broken, promised or not. */
    public long held() {
        return runs - failures - unowedViolations();
    }

    /** In how many of them something was broken that nobody had promised. */
    public long unowedViolations() {
        return unowed.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What that was, and how often. */
    public Map<Property, Integer> unowed() {
        return Map.copyOf(unowed);
    }

    /** The failure of the lowest seed. */
    public Optional<Outcome> firstFailure() {
        return Optional.ofNullable(firstFailure);
    }

    /** The plan of the lowest seed that broke something not promised. */
    public Optional<Plan> firstUnowed() {
        return Optional.ofNullable(firstUnowed);
    }

    /** All runs' virtual time. */
    public long virtualMillis() {
        return virtualMillis;
    }

    /** All runs' events. */
    public long events() {
        return events;
    }

    /** All runs' calls that returned. */
    public long operations() {
        return operations;
    }

    /** The sum of the highest views. */
    public long views() {
        return views;
    }

    /** Processor time of all runs, without that of the compiler and the collector. */
    public long cpuMillis() {
        return cpuNanos / 1_000_000;
    }
}
