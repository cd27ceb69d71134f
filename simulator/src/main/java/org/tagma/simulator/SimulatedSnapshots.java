package org.tagma.simulator;

import java.util.List;
import java.util.TreeMap;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.replica.SnapshotStore;

/** The states of checkpoints on a simulated disk. Outlives the replica that writes it. Not thread-safe. */
final class SimulatedSnapshots implements SnapshotStore {

    private final TreeMap<Long, ServiceSnapshot> durable = new TreeMap<>();

    @Override
    public List<ServiceSnapshot> recover() {
        return List.copyOf(durable.values());
    }

    @Override
    public void save(ServiceSnapshot snapshot) {
        durable.put(snapshot.sequence(), snapshot);
    }

    @Override
    public void release(long below) {
        durable.headMap(below).clear();
    }

    /** The next life finds nothing. */
    void forget() {
        durable.clear();
    }
}
