package org.tagma.core.pbft;

import java.util.BitSet;
import java.util.TreeMap;

/**
 * How long this replica waits: the home of every timeout that others are measured by.
 *
 * <p>What is expected follows what is seen. A batch that is proposed is committed by the work of a quorum, which no
 * faulty primary slows, so the time from the one to the other tells how fast the network is; what a primary owes is
 * expected within a multiple of it, at least a part of the configured timeout and at most all of it.
 *
 * <p>That is doubled on evidence that it is too short for the network (PBFT 4.5.1 doubles timeouts for every view that
 * fails). The evidence is a message of a view that arrives after this replica has given that view up: its new view or a
 * proposal from its primary, or votes from f+1 replicas, one of which is correct. If messages are slower than the
 * timeouts, they arrive late, and the timeouts grow until they do not: there is no cap, at which replicas could miss
 * each other for ever. What an outage swallows, however, arrives never; it says nothing about delays, so a day of it
 * leaves the timeouts as they were, and the group is back as fast as after a second (besu #7642, celo #706).
 *
 * <p>Liars can feign evidence, once for each view that is given up; so the first f doublings are not acted on. They are
 * taken back one at a time, each when a view has served for a while: a single batch that got through says little.
 */
final class AdaptiveTimeouts {

    /** From a relayed request to its commit it is seven messages' delays, and from a proposal to its commit two. */
    private static final int LATENCIES = 8;

    /** A large batch takes longer than the average, and not all is well measured: at least so many of the longest. */
    private static final int LONGEST = 2;

    /** The longest latency is forgotten by this part with each batch: slowly, for large batches come seldom. */
    private static final int LONGEST_SHIFT = 8;

    /** Waiting that is excused is counted in such parts of a tick. */
    static final int PARTS = LATENCIES;

    /** What is expected is at least this part of the configured timeout: pauses of a replica are nobody's fault. */
    private static final int FLOOR_PART = 10;

    /** What the network lost is sent again when a replica says where it stands, at the latest the second time. */
    private static final int FLOOR_STATUSES = 2;

    /** A view change takes this many times what an ordered request takes: it has more messages, larger ones, signed. */
    private static final int VIEW_CHANGE_EXPECTATIONS = 4;

    /** A doubling is taken back once requests have been served for so many timeouts. */
    private static final int TIMEOUTS_TO_CALM_DOWN = 10;

    /** A latency counts for a sixteenth of the average. */
    private static final int AVERAGE_SHIFT = 4;

    /** The average is kept in fractions of a tick. */
    private static final int FRACTION_SHIFT = 8;

    /** Views remembered: later ones push out earlier ones. */
    private static final int MAX_VIEWS = 64;

    private static final int MAX_DOUBLINGS = 30;

    private final PbftConfig config;
    /** Who was late in each view given up; null once that view counted. */
    private final TreeMap<Long, BitSet> givenUp = new TreeMap<>();

    private long averageLatency;
    private long longestLatency;
    private int lateViews;
    private long calmSinceTick;

    /** Begins with half the timeout: a process that has just started is slow, and no latency is known yet. */
    AdaptiveTimeouts(PbftConfig config) {
        this.config = config;
        this.averageLatency = ((long) config.requestTimeoutTicks() << FRACTION_SHIFT) / (2 * LATENCIES);
    }

    /** A batch was committed so many ticks after it was first accepted here. */
    void committedAfter(long ticks) {
        averageLatency += ((ticks << FRACTION_SHIFT) - averageLatency) >> AVERAGE_SHIFT;
    }

    /** It was accepted first in this very view: no view change is part of what it took. */
    void committedInOneViewAfter(long ticks) {
        longestLatency = Math.max(ticks << FRACTION_SHIFT, longestLatency - (longestLatency >> LONGEST_SHIFT));
    }

    /** This replica leaves a view for a later one. */
    void gaveUp(long view, long tick) {
        calmSinceTick = tick;
        givenUp.putIfAbsent(view, new BitSet());
        if (givenUp.size() > MAX_VIEWS) {
            givenUp.pollFirstEntry();
        }
    }

    /**
     * The primary of a view said something as such, in a view that this replica has left.
     *
     * @return whether that is news
     */
    boolean primaryWasLate(long view) {
        if (givenUp.get(view) == null) {
            return false;
        }
        count(view);
        return true;
    }

    /**
     * A vote arrived in a view that this replica has left.
     *
     * @return whether that is news
     */
    boolean voterWasLate(long view, int voter) {
        BitSet late = givenUp.get(view);
        if (late == null || late.get(voter)) {
            return false;
        }
        late.set(voter);
        if (late.cardinality() >= config.quorums().weak()) {
            count(view);
        }
        return true;
    }

    private void count(long view) {
        givenUp.put(view, null);
        lateViews++;
    }

    /** A client's request was committed in the present view: what arrives late from now on says nothing new. */
    void served(long tick) {
        givenUp.clear();
        if (lateViews > 0 && tick - calmSinceTick >= TIMEOUTS_TO_CALM_DOWN * timeoutTicks()) {
            calmSinceTick = tick;
            lateViews--;
        }
    }

    /** How long what a primary owes may take. */
    long expectedTicks() {
        long floor = Math.max(FLOOR_STATUSES * config.statusIntervalTicks(), config.requestTimeoutTicks() / FLOOR_PART);
        long follows = Math.max(LATENCIES * averageLatency, LONGEST * longestLatency) >> FRACTION_SHIFT;
        return lengthened(Math.min(Math.max(floor, follows), Math.max(floor, config.requestTimeoutTicks())));
    }

    /** How long it may take to commit so many batches one after the other, in {@link #PARTS} of a tick. */
    long partsFor(long batches) {
        return batches * expectedTicks();
    }

    /** How long it may take a primary that has as much to do as it can. */
    long timeoutTicks() {
        return Math.max(expectedTicks(), lengthened(config.requestTimeoutTicks()));
    }

    /** How long a new primary has, from a quorum of view changes to its new view. */
    long newViewTicks() {
        return Math.min(VIEW_CHANGE_EXPECTATIONS * expectedTicks(), lengthened(config.viewChangeTimeoutTicks()));
    }

    private long lengthened(long ticks) {
        int doublings = Math.max(0, lateViews - config.quorums().faults());
        return ticks << Math.min(doublings, MAX_DOUBLINGS);
    }
}
