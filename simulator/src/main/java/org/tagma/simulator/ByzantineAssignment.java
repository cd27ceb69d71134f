package org.tagma.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.simulator.byzantine.Behaviours;
import org.tagma.simulator.faults.Misbehaviour;

/** Which replicas of a scenario are malicious, and how: named one by one, or left to the seed. Not thread-safe. */
final class ByzantineAssignment {

    private final TreeMap<Integer, List<String>> named = new TreeMap<>();
    private int drawn;
    private boolean withinBound = true;

    void name(int replica, List<String> ways) {
        named.put(replica, ways);
    }

    void draw(int count) {
        drawn = count;
    }

    /** There may be more of them than the protocol tolerates. */
    void allowAnyNumber() {
        withinBound = false;
    }

    /** For each replica how it is malicious; not at all, if it is correct. */
    List<List<Misbehaviour.Factory>> of(SimulatedProtocol protocol, int clients, SplittableRandom random) {
        int replicas = protocol.quorums().replicas();
        Behaviours behaviours = protocol.behaviours();
        TreeMap<Integer, List<String>> chosen = new TreeMap<>(named);
        while (chosen.size() < named.size() + drawn) {
            chosen.computeIfAbsent(random.nextInt(replicas), id -> behaviours.drawn(random, replicas, clients));
        }
        if (withinBound && chosen.size() > protocol.toleratedByzantine()) {
            throw new IllegalArgumentException(chosen.size() + " malicious replicas, where "
                    + protocol.toleratedByzantine() + " can be tolerated");
        }
        List<List<Misbehaviour.Factory>> all = new ArrayList<>();
        for (int id = 0; id < replicas; id++) {
            all.add(chosen.getOrDefault(id, List.of()).stream()
                    .map(behaviours::parse)
                    .toList());
        }
        return all;
    }
}
