package org.tagma.simulator;

import java.util.List;
import java.util.SplittableRandom;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.simulator.faults.DiskFaults;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.kernel.KeyedHash;
import org.tagma.simulator.kernel.MeteredAuthentication;
import org.tagma.simulator.kernel.Processor;
import org.tagma.simulator.kernel.ReplicaHistory;
import org.tagma.simulator.kernel.SimulatedClock;
import org.tagma.simulator.kernel.SimulatedLogStore;
import org.tagma.simulator.kernel.SimulatedSnapshots;

/**
 * What of a replica outlives a crash: its processor, its keys, its disk, its clock, and how it is malicious. Not
 * thread-safe.
 */
final class Machine {

    private static final long MAX_WALL_OFFSET_MILLIS = 500;

    final int id;
    final World world;
    final Processor processor;
    final Authentication authentication;
    final SimulatedLogStore log;
    final SimulatedSnapshots snapshots;
    final DiskFaults diskFaults = new DiskFaults();
    final SplittableRandom random;
    final SimulatedClock clock;
    final ReplicaHistory diary = new ReplicaHistory();
    /** Of what an incarnation draws for itself, together with its number. */
    final long incarnationSeed;

    final List<Misbehaviour.Factory> misbehaviours;

    Machine(int id, World world, List<Misbehaviour.Factory> misbehaviours, SplittableRandom random) {
        this.id = id;
        this.world = world;
        this.misbehaviours = misbehaviours;
        this.random = random;
        this.processor = new Processor(world.queue, world.capacity);
        this.authentication =
                new MeteredAuthentication(world.identities.of(new NodeId.Replica(id)), processor::signature);
        this.log = new SimulatedLogStore(random.split(), diskFaults, world.slowDisks);
        double clockRate = 1 + world.clockDrift * (2 * random.nextDouble() - 1);
        this.clock =
                new SimulatedClock(clockRate, random.nextLong(-MAX_WALL_OFFSET_MILLIS, MAX_WALL_OFFSET_MILLIS + 1));
        this.incarnationSeed = KeyedHash.mix(Double.doubleToLongBits(clockRate), id);
        this.snapshots = new SimulatedSnapshots(
                diskFaults,
                new SplittableRandom(incarnationSeed),
                world.tree.filter(tree -> tree.content().onDisk()).isPresent());
    }

    boolean isCorrect() {
        return misbehaviours.isEmpty();
    }

    /** The power fails: what was not synced is gone. */
    void crash() {
        processor.crash();
        log.crash();
        snapshots.crash();
    }

    /** The disk is empty from now on. */
    void wipe() {
        log.wipe();
        snapshots.forget();
    }

    /** Only the note of where it may have voted is left. */
    void forget() {
        log.forget();
        snapshots.forget();
    }
}
