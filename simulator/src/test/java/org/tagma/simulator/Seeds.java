package org.tagma.simulator;

import java.util.stream.LongStream;
import org.tagma.simulator.kernel.ReplayCommand;

/** The seeds of a test that goes through many: fixed, and one of them alone where that is asked for. */
final class Seeds {

    private Seeds() {}

    /** Seeds from 0 on, or the one of the system property {@code tagma.seed}. */
    static LongStream upTo(int count) {
        Long one = Long.getLong(ReplayCommand.SEED_PROPERTY);
        return one != null ? LongStream.of(one) : LongStream.range(0, count);
    }

    /** As {@link #upTo}, with the count of the system property {@code tagma.seeds} where it is set. */
    static LongStream sweep(int defaultCount) {
        return upTo(Integer.getInteger("tagma.seeds", defaultCount));
    }
}
