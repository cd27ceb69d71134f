package org.tagma.protocol;

/**
 * What must hold of the world for a protocol to be safe. Where it does not, nothing is promised; the simulator shows
 * then what happens. Immutable.
 *
 * @param synchrony messages, steps and clocks must keep their bounds from the start, and no message may be lost
 * @param crashStop a replica that stopped must not come back
 */
public record Assumptions(boolean synchrony, boolean crashStop) {

    /** Safe whatever happens to time and messages, and when replicas come back. */
    public static final Assumptions NONE = new Assumptions(false, false);
}
