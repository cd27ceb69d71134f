package org.tagma.simulator.properties;

/** Watches that what others can cause stays within bounds at a correct replica. Not thread-safe. */
public final class BoundsChecker {

    private final Violations violations;
    private final int maxPendingRequests;
    private final int maxLogRecords;
    private final int maxFramesPerEvent;
    private final int maxStates;

    /**
     * A checker with these bounds.
     *
     * @param maxLogRecords that a replica may keep
     * @param maxFramesPerEvent that may leave a replica because of one thing that happened to it
     * @param maxStates that it may keep on its disk
     */
    public BoundsChecker(
            Violations violations, int maxPendingRequests, int maxLogRecords, int maxFramesPerEvent, int maxStates) {
        this.violations = violations;
        this.maxPendingRequests = maxPendingRequests;
        this.maxLogRecords = maxLogRecords;
        this.maxFramesPerEvent = maxFramesPerEvent;
        this.maxStates = maxStates;
    }

    /** How much a replica holds. */
    public void holds(int replica, int pendingRequests, int logRecords) {
        if (pendingRequests > maxPendingRequests) {
            report(replica, pendingRequests + " pending requests, where " + maxPendingRequests + " are allowed");
        }
        if (logRecords > maxLogRecords) {
            report(replica, logRecords + " records in its log, where " + maxLogRecords + " are allowed");
        }
    }

    /** How many states a replica has on its disk, after it may have let go of some. */
    public void keeps(int replica, int states) {
        if (states > maxStates) {
            report(replica, states + " states on its disk, where " + maxStates + " are allowed");
        }
    }

    /** How much a replica sends at once. */
    public void sends(int replica, int frames) {
        if (frames > maxFramesPerEvent) {
            report(replica, frames + " frames sent at once, where " + maxFramesPerEvent + " are allowed");
        }
    }

    private void report(int replica, String what) {
        violations.report(Property.BOUNDED_MEMORY, "replica " + replica + " has " + what);
    }
}
