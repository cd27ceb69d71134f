package org.tagma.core.pbft;

import java.util.BitSet;
import java.util.TreeMap;
import org.tagma.core.Quorums;

/**
 * How patient this replica is: timeouts double on evidence that they are too short for the network (PBFT 4.5.1 doubles
 * them for every view that fails).
 *
 * <p>The evidence is a message of a view that arrives after this replica has given that view up: its new view or a
 * proposal from its primary, or votes from f+1 replicas, one of which is correct. If messages are slower than the
 * timeouts, they arrive late, and the timeouts grow until they do not: there is no cap, at which replicas could miss each
 * other for ever. What an outage swallows, however, arrives never; it says nothing about delays, so a day of it leaves the
 * timeouts as they were, and the group is back as fast as after a second (besu #7642, celo #706).
 *
 * <p>Liars can feign evidence, once for each view that is given up; so the first f doublings are not acted on, and the
 * first committed request takes all of them back.
 */
final class BackOff {

    /** Views remembered: later ones push out earlier ones. */
    private static final int MAX_VIEWS = 64;

    private static final int MAX_DOUBLINGS = 30;

    private final Quorums quorums;
    /** Who was late in each view given up; null once that view counted. */
    private final TreeMap<Long, BitSet> givenUp = new TreeMap<>();

    private int lateViews;

    BackOff(Quorums quorums) {
        this.quorums = quorums;
    }

    /** This replica leaves a view for a later one. */
    void gaveUp(long view) {
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
        if (late.cardinality() >= quorums.weak()) {
            count(view);
        }
        return true;
    }

    private void count(long view) {
        givenUp.put(view, null);
        lateViews++;
    }

    /** A client's request was committed: the timeouts were long enough. */
    void progressed() {
        lateViews = 0;
        givenUp.clear();
    }

    /** A timeout, lengthened as far as there is evidence. */
    long ticks(int timeoutTicks) {
        int doublings = Math.max(0, lateViews - quorums.faults());
        return (long) timeoutTicks << Math.min(doublings, MAX_DOUBLINGS);
    }
}
