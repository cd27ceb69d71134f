package org.tagma.protocol;

/** What the faulty replicas that a protocol tolerates may do. */
public enum FaultModel {
    /** They stop. What a replica says is true, so that it can vouch for what it passes on. */
    CRASH("crashed"),
    /** Anything, lies included. */
    BYZANTINE("malicious");

    private final String label;

    FaultModel(String label) {
        this.label = label;
    }

    /** What such replicas are called, for people. */
    public String label() {
        return label;
    }
}
