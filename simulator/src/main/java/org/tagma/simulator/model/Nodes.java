package org.tagma.simulator.model;

/** What is assumed of the replicas that are faulty, and of the others. */
public enum Nodes implements Assumption {
    /** A faulty replica stops for good; the others run on. */
    CRASH_STOP("crash-stop"),
    /**
     * Any replica may stop and start again: its memory is lost, and so is what it had not synced, but for a torn part.
     * A faulty one may lose its disk too, and be left with the note of where it may have voted.
     */
    CRASH_RECOVERY("crash-recovery"),
    /** A faulty replica does what it likes; the others may stop and start again. Clients may be malicious as well. */
    BYZANTINE("byzantine");

    private final String label;

    Nodes(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
