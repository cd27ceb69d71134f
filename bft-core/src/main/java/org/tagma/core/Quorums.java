package org.tagma.core;

/**
 * Every threshold of the protocols, in one place.
 *
 * <p>Immutable.
 *
 * @param replicas n, how many replicas there are
 * @param faults f, how many of them may be faulty
 */
public record Quorums(int replicas, int faults) {

    public Quorums {
        if (replicas < 1 || faults < 0 || faults >= replicas) {
            throw new IllegalArgumentException("no quorums for n=" + replicas + ", f=" + faults);
        }
    }

    /** Byzantine quorums for n replicas at the highest f they tolerate, floor((n-1)/3). */
    public static Quorums byzantine(int replicas) {
        return byzantine(replicas, (replicas - 1) / 3);
    }

    /**
     * Byzantine quorums for n replicas and a chosen f.
     *
     * @throws IllegalArgumentException if n is less than 3f+1
     */
    public static Quorums byzantine(int replicas, int faults) {
        if (replicas < 3 * faults + 1) {
            throw new IllegalArgumentException(
                    faults + " Byzantine faults need at least " + (3 * faults + 1) + " replicas, not " + replicas);
        }
        return new Quorums(replicas, faults);
    }

    /**
     * Votes that make a certificate: any two such sets share at least f+1 replicas, so at least one correct one
     * (PBFT 3; for n = 3f+1 this is 2f+1). Correct replicas alone, n-f of them, always suffice.
     */
    public int certificate() {
        return (replicas + faults) / 2 + 1;
    }

    /** Votes among which at least one is from a correct replica: f+1. */
    public int weak() {
        return faults + 1;
    }

    /** Raft's majority. */
    public int majority() {
        return replicas / 2 + 1;
    }

    /** The primary of a view (PBFT 4.1). */
    public int primary(long view) {
        return (int) (view % replicas);
    }
}
