package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import org.tagma.simulator.faults.NetworkModel;

/**
 * What the network does to frames, each in how many of a thousand.
 *
 * <p>Immutable.
 *
 * @param maxDelayMillis the longest usual delay, at least 1
 * @param drop lost
 * @param duplicate delivered twice
 * @param slow delayed by up to twelve times the usual delay more
 * @param corrupt damaged
 * @param replay followed by an older frame of the same link
 * @param inject followed by a frame that the adversary made up or took from another link
 */
public record Wire(int maxDelayMillis, int drop, int duplicate, int slow, int corrupt, int replay, int inject) {

    private static final long MIN_DELAY_MICROS = 200;
    private static final int SLOW_FACTOR = 12;

    public Wire {
        Plan.require(maxDelayMillis >= 1 && maxDelayMillis <= 1_000, "delay must be 1 to 1000");
        for (int perMille : new int[] {drop, duplicate, slow, corrupt, replay, inject}) {
            Plan.require(perMille >= 0 && perMille <= 900, "the faults of the wire must be 0 to 900 of a thousand");
        }
    }

    /** Everything arrives once, within 5 ms. */
    public static Wire reliable() {
        return new Wire(5, 0, 0, 0, 0, 0, 0);
    }

    /** The same with none of the faults, and with all but one of those that it has. */
    List<Wire> kinder() {
        int[] faults = {drop, duplicate, slow, corrupt, replay, inject};
        List<Wire> kinder = new ArrayList<>();
        kinder.add(of(maxDelayMillis, new int[faults.length]));
        for (int i = 0; i < faults.length; i++) {
            int[] fewer = faults.clone();
            fewer[i] = 0;
            kinder.add(of(maxDelayMillis, fewer));
        }
        kinder.removeIf(this::equals);
        return kinder;
    }

    private static Wire of(int maxDelayMillis, int... faults) {
        return new Wire(maxDelayMillis, faults[0], faults[1], faults[2], faults[3], faults[4], faults[5]);
    }

    NetworkModel toModel() {
        long maxDelayMicros = maxDelayMillis * 1000L;
        return new NetworkModel(
                Math.min(MIN_DELAY_MICROS, maxDelayMicros),
                maxDelayMicros,
                slow / 1000.0,
                SLOW_FACTOR * maxDelayMicros,
                drop / 1000.0,
                duplicate / 1000.0,
                corrupt / 1000.0,
                replay / 1000.0,
                inject / 1000.0);
    }

    Wire withMaxDelayMillis(int millis) {
        return new Wire(millis, drop, duplicate, slow, corrupt, replay, inject);
    }
}
