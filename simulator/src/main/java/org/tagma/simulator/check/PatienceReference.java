package org.tagma.simulator.check;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/**
 * How long a replica is to wait, written once more from PBFT 4.5.1 and what is documented of it: timeouts double for each view
 * that was given up and turns out to have been merely slow, beyond the first f, and go back with the first request that commits.
 * Not thread-safe.
 */
final class PatienceReference {

    private static final int REMEMBERED_VIEWS = 64;
    private static final int MOST_DOUBLINGS = 30;

    private final int faults;
    /** Who was late in each view that was given up and is not known to have been slow. */
    private final TreeMap<Long, Set<Integer>> givenUp = new TreeMap<>();

    private final Set<Long> slow = new HashSet<>();
    private int doublings;

    PatienceReference(int faults) {
        this.faults = faults;
    }

    void gaveUp(long view) {
        if (!slow.contains(view)) {
            givenUp.putIfAbsent(view, new HashSet<>());
        }
        while (givenUp.size() + slow.size() > REMEMBERED_VIEWS) {
            long first = givenUp.isEmpty() ? Long.MAX_VALUE : givenUp.firstKey();
            long firstSlow = slow.stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
            if (first < firstSlow) {
                givenUp.remove(first);
            } else {
                slow.remove(firstSlow);
            }
        }
    }

    /** Its primary said something of a view; that counts if the view was given up. */
    void primarySaid(long view) {
        if (givenUp.remove(view) != null) {
            slow.add(view);
            doublings++;
        }
    }

    /** A voter of a view was heard. */
    void voterSaid(long view, int voter) {
        Set<Integer> late = givenUp.get(view);
        if (late != null && late.add(voter) && late.size() >= faults + 1) {
            primarySaid(view);
        }
    }

    /** A request was committed in a view that it is in. */
    void progressed() {
        doublings = 0;
        givenUp.clear();
        slow.clear();
    }

    long ticks(int timeoutTicks) {
        return (long) timeoutTicks << Math.min(Math.max(0, doublings - faults), MOST_DOUBLINGS);
    }
}
