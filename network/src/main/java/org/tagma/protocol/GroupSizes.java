package org.tagma.protocol;

/**
 * Which sizes of a group are legal for which f. Immutable.
 *
 * @param replicasPerFault what one more fault costs: n is at least f times this, plus one
 * @param fewestFaults the smallest f, 0 or 1: whether a group may be so small that it tolerates nothing
 */
public record GroupSizes(int replicasPerFault, int fewestFaults) {

    /** The most faults that so many replicas tolerate; 0 or less if they are too few for any. */
    public int maximumFaults(int replicas) {
        return (replicas - 1) / replicasPerFault;
    }

    /** The smallest group. */
    public int fewestReplicas() {
        return replicasPerFault * fewestFaults + 1;
    }

    /** The smallest group that tolerates one fault: what there is unless somebody asks for another size. */
    public int usualReplicas() {
        return replicasPerFault + 1;
    }

    /**
     * Refuses an illegal group.
     *
     * @param protocol its name, for the message
     * @throws InvalidSettingException if so many replicas are too few or do not tolerate so many faults
     */
    public void check(String protocol, int replicas, int faults) {
        int maximum = maximumFaults(replicas);
        if (maximum < fewestFaults) {
            throw new InvalidSettingException(
                    "replicas", "must be at least " + fewestReplicas() + " for " + protocol + ", not " + replicas);
        }
        if (faults < fewestFaults || faults > maximum) {
            throw new InvalidSettingException(
                    "faults",
                    "must be from " + fewestFaults + " to " + maximum + " for " + replicas + " replicas of " + protocol
                            + ", not " + faults);
        }
    }

    @Override
    public String toString() {
        return "n >= " + (replicasPerFault == 1 ? "" : replicasPerFault) + "f+1";
    }
}
