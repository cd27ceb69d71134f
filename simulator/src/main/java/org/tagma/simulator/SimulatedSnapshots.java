package org.tagma.simulator;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.replica.SnapshotStore;

/** The states of checkpoints on a simulated disk. Outlives the replica that writes it. Not thread-safe. */
final class SimulatedSnapshots implements SnapshotStore {

    private final DiskFaults faults;
    private final SplittableRandom random;
    private final TreeMap<Long, ServiceSnapshot> durable = new TreeMap<>();

    SimulatedSnapshots(DiskFaults faults, SplittableRandom random) {
        this.faults = faults;
        this.random = random;
    }

    @Override
    public List<ServiceSnapshot> recover() {
        return List.copyOf(durable.values());
    }

    @Override
    public ServiceSnapshot save(ServiceSnapshot snapshot) throws DiskFailure {
        boolean fails = faults.strikes(DiskFault.CHECKPOINT);
        // Its name may be durable although the replica is told that it is not.
        if (!fails || random.nextBoolean()) {
            durable.put(snapshot.sequence(), snapshot);
        }
        if (fails) {
            throw new DiskFailure(DiskFault.CHECKPOINT);
        }
        return snapshot;
    }

    @Override
    public void release(long below, Set<Long> butNot) throws DiskFailure {
        if (faults.strikes(DiskFault.CHECKPOINT)) {
            throw new DiskFailure(DiskFault.CHECKPOINT);
        }
        durable.headMap(below).keySet().retainAll(butNot);
    }

    /** The next life finds nothing. */
    void forget() {
        durable.clear();
    }
}
