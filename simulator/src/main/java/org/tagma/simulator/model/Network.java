package org.tagma.simulator.model;

/** What is assumed of the network (Cachin, Guerraoui and Rodrigues 2011, 2.4). */
public enum Network implements Assumption {
    /** Every message between nodes that are up arrives, once and undamaged. */
    RELIABLE("reliable"),
    /** Messages are lost, doubled and overtaken, but what is sent again and again gets through. */
    FAIR_LOSS("fair-loss"),
    /**
     * An adversary on the wire also damages, replays and injects frames. How long it may hold messages back is a matter
     * of {@link Synchrony}: where delays are bounded, what is sent again and again gets through in spite of it.
     */
    ARBITRARY("arbitrary");

    private final String label;

    Network(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
