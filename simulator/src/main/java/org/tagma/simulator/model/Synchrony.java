package org.tagma.simulator.model;

/** What is assumed of time (Dwork, Lynch and Stockmeyer 1988). */
public enum Synchrony implements Assumption {
    /** Delays and clock drift have known bounds from the start, and no node pauses. */
    SYNCHRONOUS("synchronous"),
    /**
     * The same holds from a time on that nobody knows, the global stabilization time; nodes may pause and links be cut.
     */
    PARTIAL("partial"),
    /** Every message and every step may take any time: an adversary schedules them. */
    ASYNCHRONOUS("asynchronous");

    private final String label;

    Synchrony(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
