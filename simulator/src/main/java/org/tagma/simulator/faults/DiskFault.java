package org.tagma.simulator.faults;

/**
 * A way in which a simulated disk fails. Whoever sees it must stop and never use the disk again in that incarnation.
 */
public enum DiskFault {
    /** Power is lost in the middle of a sync. */
    POWER("power was lost"),
    /** A sync fails; what it was for may be on the disk whole, in part or not at all. */
    SYNC("a sync failed"),
    /** There is no room for a record, or for the removal of records. */
    FULL("no space left on the disk"),
    /** A checkpoint's state cannot be written, or an old one not removed; it may be there all the same. */
    CHECKPOINT("a checkpoint cannot be written"),
    /** What earlier incarnations left cannot be read; the next attempt succeeds. */
    READ("the disk cannot be read");

    private final String text;

    DiskFault(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
