package org.tagma.simulator.kernel;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.simulator.faults.DiskFailure;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.DiskFaults;

/** The states of checkpoints on a simulated disk. Outlives the replica that writes it. Not thread-safe. */
public final class SimulatedSnapshots implements SnapshotStore {

    private final DiskFaults faults;
    private final SplittableRandom random;
    private final TreeMap<Long, ServiceSnapshot> durable = new TreeMap<>();

    /** Where the trees of states are, if not in memory. */
    private final Optional<SimulatedNodes> nodes;

    public SimulatedSnapshots(DiskFaults faults, SplittableRandom random, boolean keepsTrees) {
        this.faults = faults;
        this.random = random;
        this.nodes = keepsTrees ? Optional.of(new SimulatedNodes(random)) : Optional.empty();
    }

    @Override
    public Optional<NodeStore> nodes() {
        return nodes.map(NodeStore.class::cast);
    }

    @Override
    public List<ServiceSnapshot> recover() {
        return List.copyOf(durable.values());
    }

    @Override
    public ServiceSnapshot save(ServiceSnapshot snapshot) throws DiskFailure {
        boolean fails = faults.strikes(DiskFault.CHECKPOINT);
        ServiceSnapshot kept = snapshot;
        // Its name may be durable although the replica is told that it is not.
        if (!fails || random.nextBoolean()) {
            kept = written(snapshot);
            durable.put(snapshot.sequence(), kept);
        }
        if (fails) {
            throw new DiskFailure(DiskFault.CHECKPOINT);
        }
        return kept;
    }

    private ServiceSnapshot written(ServiceSnapshot snapshot) {
        if (nodes.isEmpty()) {
            return snapshot;
        }
        MerkleTree tree = snapshot.tree().orElseThrow();
        return snapshot.keptAs(nodes.get().sync(tree));
    }

    @Override
    public void release(long below, Set<Long> butNot) throws DiskFailure {
        if (faults.strikes(DiskFault.CHECKPOINT)) {
            throw new DiskFailure(DiskFault.CHECKPOINT);
        }
        durable.headMap(below).keySet().retainAll(butNot);
        nodes.ifPresent(pages -> pages.collect(durable.values()));
    }

    /** How many states it keeps. */
    public int size() {
        return durable.size();
    }

    /** The process ends. */
    public void crash() {
        nodes.ifPresent(SimulatedNodes::crash);
    }

    /** The next incarnation finds nothing. */
    public void forget() {
        durable.clear();
        nodes.ifPresent(SimulatedNodes::forget);
    }
}
