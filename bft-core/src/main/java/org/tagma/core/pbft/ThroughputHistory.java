package org.tagma.core.pbft;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.tagma.core.protocol.Batch;

/**
 * How much the group orders while its primary has as much to do as it can, which shows by its full batches; and what
 * recent views did, which is what is asked of this one (Aardvark, 4.4: a view must sustain a part of what the views
 * before it did).
 */
final class ThroughputHistory {

    /** Of the best pace, in quarters. */
    private static final int REQUIRED_QUARTERS = 3;

    private final PbftConfig config;
    /** Requests committed in each of the last ticks. */
    private final int[] counts;
    /** The best pace in each of the views before this one, latest first; one for each replica. */
    private final ArrayDeque<Long> bestOfViews = new ArrayDeque<>();

    private long tick;
    private long roomAtTick;
    /** Requests in a whole window of full batches, at best, in this view. */
    private long best;

    ThroughputHistory(PbftConfig config) {
        this.config = config;
        this.counts = new int[Math.max(2, config.requestTimeoutTicks() / 2)];
    }

    void onTick(long now) {
        if (now - roomAtTick > counts.length) {
            best = Math.max(best, Arrays.stream(counts).asLongStream().sum());
        }
        tick = now;
        counts[slot(now)] = 0;
    }

    private int slot(long atTick) {
        return (int) (atTick % counts.length);
    }

    /** A batch was committed. */
    void committed(Batch batch) {
        counts[slot(tick)] += batch.requests().size();
        boolean full =
                batch.requests().size() >= config.maxBatchRequests() || 2L * batch.size() >= config.maxBatchBytes();
        if (!full) {
            roomAtTick = tick;
        }
    }

    /** A new view begins. */
    void nextView() {
        bestOfViews.addFirst(best);
        if (bestOfViews.size() >= config.quorums().replicas()) {
            bestOfViews.removeLast();
        }
        best = 0;
        roomAtTick = tick;
        Arrays.fill(counts, 0);
    }

    /**
     * Whether in so many ticks the primary had no room for more, and kept the pace that is asked of it. Where there is
     * nothing to compare with, it did not: a first view that is slow would else set the measure for itself.
     */
    boolean isBusy(long ticks) {
        long required = bestOfViews.stream().mapToLong(Long::longValue).max().orElse(0);
        if (required == 0 || tick - roomAtTick < ticks) {
            return false;
        }
        int compared = (int) Math.min(ticks, counts.length - 1);
        long done = 0;
        for (int ago = 1; ago <= compared; ago++) {
            done += counts[slot(Math.max(0, tick - ago))];
        }
        return 4 * done * counts.length >= REQUIRED_QUARTERS * Math.max(required, best) * compared;
    }
}
