package org.tagma.simulator.exploration;

import java.util.List;

/**
 * Who is doubled, and who hears whom in each round. Immutable.
 *
 * @param replicas how many replicas there are; nodes 0 to {@code replicas}-1 are these, the next node is the twin
 * @param twinned the replica that there are two of; where it is the primary, there are two primaries
 * @param sides for each round the nodes on the second side, as a set of bits; the others are on the first
 */
public record TwinsScenario(int replicas, int twinned, List<Integer> sides) {

    public TwinsScenario {
        sides = List.copyOf(sides);
    }

    /** How many nodes there are. */
    int nodes() {
        return replicas + 1;
    }

    /** Which replica a node is. */
    int identity(int node) {
        return node == replicas ? twinned : node;
    }

    /** Whether a node is the only one of its replica. */
    boolean isCorrect(int node) {
        return identity(node) != twinned;
    }

    /** On which side a node is in a round. */
    int side(int round, int node) {
        return sides.get(round) >> node & 1;
    }
}
