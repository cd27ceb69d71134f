package org.tagma.core.incarnation;

/**
 * How a replica finds out whether its disk is the newest that it had.
 *
 * @param self the replica
 * @param replicas how many the cluster has
 * @param answersNeeded so many of the others must have answered before it begins: with fewer the group orders nothing
 *     either
 * @param claimsNeeded so many must say that the disk is old: under PBFT f+1, since f may lie to keep a correct replica
 *     out; under Raft one
 * @param askMillis time between two questions
 * @param dataIsIntact an operator says so, whatever the others remember
 */
public record IncarnationConfig(
        int self, int replicas, int answersNeeded, int claimsNeeded, long askMillis, boolean dataIsIntact) {

    public IncarnationConfig {
        if (answersNeeded < 0 || answersNeeded >= replicas || claimsNeeded < 1 || askMillis < 1) {
            throw new IllegalArgumentException(answersNeeded + " answers of " + replicas + " replicas");
        }
    }
}
