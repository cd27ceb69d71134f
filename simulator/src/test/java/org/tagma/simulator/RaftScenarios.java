package org.tagma.simulator;

import java.util.SplittableRandom;
import org.tagma.core.raft.RaftConfig;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.NetworkModel;
import org.tagma.simulator.faults.Timing;

/** Raft groups with faults drawn by a seed: at most as many at a time as the group tolerates. */
final class RaftScenarios {

    private static final int INCIDENTS = 6;
    private static final long FIRST_MILLIS = 700;
    private static final long PERIOD_MILLIS = 2_500;
    private static final long OVER_AFTER_MILLIS = 1_500;

    private RaftScenarios() {}

    /** So many replicas under Raft. */
    static Scenario raft(int replicas) {
        return Scenario.cluster(SimulatedProtocol.of("raft", replicas));
    }

    /**
     * Three or five replicas on a lossy network that may be slow at first; one after another stops, forgets, sleeps or
     * is cut off.
     */
    static Scenario crashRecovery(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        int replicas = random.nextInt(3) == 0 ? 5 : 3;
        Scenario scenario = raft(replicas)
                .tuning(sizes(random))
                .clients(random.nextInt(1, 4))
                .operations(25)
                .pipeline(random.nextInt(1, 4))
                .thinkMillis(random.nextInt(3) * 300L)
                .network(random.nextInt(4) == 0 ? NetworkModel.arbitrary() : NetworkModel.fairLoss())
                .timing(Timing.partiallySynchronous())
                .seed(seed);
        for (int i = 0; i < INCIDENTS; i++) {
            incident(scenario, FIRST_MILLIS + i * PERIOD_MILLIS, random.nextInt(replicas), replicas, random);
        }
        return scenario;
    }

    private static Tuning sizes(SplittableRandom random) {
        int interval = 2 << random.nextInt(4);
        return new Tuning(interval, interval * random.nextInt(2, 5), random.nextInt(1, 5), random.nextInt(1, 17));
    }

    private static void incident(Scenario scenario, long atMillis, int victim, int replicas, SplittableRandom random) {
        long overMillis = atMillis + OVER_AFTER_MILLIS;
        int other = (victim + 1 + random.nextInt(replicas - 1)) % replicas;
        int barriers = random.nextInt(6);
        switch (random.nextInt(8)) {
            case 0 ->
                scenario.atMillis(atMillis, cluster -> cluster.crash(victim))
                        .atMillis(overMillis, cluster -> cluster.restart(victim));
            case 1 -> scenario.atMillis(atMillis, cluster -> cluster.restart(victim));
            case 2 ->
                scenario.atMillis(atMillis, cluster -> cluster.failDisk(victim, DiskFault.POWER, barriers))
                        .atMillis(overMillis, cluster -> cluster.restart(victim));
            case 3 -> scenario.atMillis(atMillis, cluster -> cluster.restartWithAmnesia(victim));
            case 4 -> scenario.atMillis(atMillis, cluster -> cluster.pause(victim, OVER_AFTER_MILLIS));
            case 5 -> scenario.atMillis(atMillis, cluster -> cluster.isolate(OVER_AFTER_MILLIS, victim));
            case 6 -> scenario.atMillis(atMillis, cluster -> cluster.separate(OVER_AFTER_MILLIS, victim, other));
            default -> scenario.atMillis(atMillis, cluster -> cluster.leader().ifPresent(cluster::restart));
        }
    }

    /** How long a follower waits for its leader at most. */
    static long electionTimeoutMillis() {
        RaftConfig config = RaftConfig.forTests(0, 3);
        return 2L * config.electionTimeoutTicks() * config.tickMillis();
    }
}
