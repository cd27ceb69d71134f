package org.tagma.replica.trace;

import java.util.Arrays;

/**
 * How many events of each process happened before an event, itself included (Fidge 1988, Mattern 1989). Processes are
 * numbered as in the trace.
 *
 * <p>Immutable.
 */
public final class VectorClock {

    private final int[] counts;

    private VectorClock(int[] counts) {
        this.counts = counts;
    }

    /** The clock before anything happened. */
    public static VectorClock zero(int processes) {
        return new VectorClock(new int[processes]);
    }

    /** The clock of the next event at a process. */
    public VectorClock tick(int process) {
        int[] next = counts.clone();
        next[process]++;
        return new VectorClock(next);
    }

    /** Knows what either knows. */
    public VectorClock merge(VectorClock other) {
        int[] merged = counts.clone();
        for (int i = 0; i < merged.length; i++) {
            merged[i] = Math.max(merged[i], other.counts[i]);
        }
        return new VectorClock(merged);
    }

    /** How many events of a process are known. */
    public int get(int process) {
        return counts[process];
    }

    /** For how many processes. */
    public int size() {
        return counts.length;
    }

    /** Whether everything that this one knows, the other knows. */
    public boolean isAtMost(VectorClock other) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > other.counts[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VectorClock clock && Arrays.equals(counts, clock.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return Arrays.toString(counts);
    }
}
