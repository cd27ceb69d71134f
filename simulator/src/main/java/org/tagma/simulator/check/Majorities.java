package org.tagma.simulator.check;

import java.util.List;
import java.util.function.ToLongFunction;
import org.tagma.core.raft.Configuration;

/** Majorities of a group of Raft, counted here and not asked for, since they are under test like everything else. */
final class Majorities {

    private Majorities() {}

    /** The highest value that a majority has reached, while the group is joint one of each group. */
    static long reached(Configuration group, ToLongFunction<Integer> value) {
        long reached = reached(group.voters(), value);
        return group.oldVoters().isEmpty() ? reached : Math.min(reached, reached(group.oldVoters(), value));
    }

    private static long reached(List<Integer> voters, ToLongFunction<Integer> value) {
        long[] descending =
                voters.stream().mapToLong(value).map(each -> -each).sorted().toArray();
        return -descending[voters.size() / 2];
    }
}
