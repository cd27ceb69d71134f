package org.tagma.simulator.faults;

/** Random numbers for what happens to one frame, from its place alone (SplitMix64). Not thread-safe. */
public final class FrameFaults {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1.0p-53;

    private long state;

    /** Begins the numbers of the {@code count}-th frame of a link. */
    public void of(long seed, int link, long count) {
        state = mixed(mixed(seed ^ (GOLDEN * (link + 1))) ^ count);
    }

    private static long mixed(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private long next() {
        state += GOLDEN;
        return mixed(state);
    }

    public boolean happens(double probability) {
        return probability > 0 && (next() >>> 11) * UNIT < probability;
    }

    /** A number from 0 to {@code bound - 1}. */
    public int below(int bound) {
        return (int) ((next() >>> 1) % bound);
    }

    /** A number from {@code min} to {@code max}, both included. */
    public long between(long min, long max) {
        return min + (next() >>> 1) % (max - min + 1);
    }
}
