package org.tagma.simulator.model;

import java.util.ArrayList;
import java.util.List;

/**
 * One of the 27 combinations of assumptions.
 *
 * <p>Immutable.
 */
public record SystemModel(Network network, Nodes nodes, Synchrony synchrony) {

    /** All combinations, from the kindest to the harshest, the network changing slowest and time fastest. */
    public static List<SystemModel> all() {
        List<SystemModel> all = new ArrayList<>();
        for (Network network : Network.values()) {
            for (Nodes nodes : Nodes.values()) {
                for (Synchrony synchrony : Synchrony.values()) {
                    all.add(new SystemModel(network, nodes, synchrony));
                }
            }
        }
        return List.copyOf(all);
    }

    /** The three labels, as in "fair-loss byzantine partial". */
    public String label() {
        return network.label() + " " + nodes.label() + " " + synchrony.label();
    }
}
