package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.Scenario.cluster;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.NetworkModel;

/**
 * Replicas that stop, forget, and come back. What a replica sent in all its incarnations must not contradict itself.
 */
class CrashRecoveryTest {

    private static final int SEEDS = 25;

    private static Scenario loaded(long seed) {
        return cluster(4)
                .clients(3)
                .operations(30)
                .pipeline(2)
                .network(NetworkModel.fairLoss())
                .seed(seed);
    }

    private static int victim(long seed) {
        return new SplittableRandom(seed).nextInt(4);
    }

    @Test
    void restartWithTheWholeLog() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> loaded(seed)
                        .afterOperations(15, cluster -> cluster.crash(victim(seed)))
                        .afterOperations(40, cluster -> cluster.restart(victim(seed)))
                        .run()
                        .expectAllAnswered());
    }

    @Test
    void restartWithAmnesia() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult result = loaded(seed)
                    .afterOperations(25, cluster -> cluster.restartWithAmnesia(victim(seed)))
                    .run()
                    .expectAllAnswered();
            assertThat(result.cluster().replica(victim(seed)).announcements())
                    .anyMatch(text -> text.contains("restarted without the memory of its votes"));
        });
    }

    @Test
    void powerLossInTheMiddleOfADurableWrite() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            int barriers = new SplittableRandom(seed + 1).nextInt(8);
            loaded(seed)
                    .afterOperations(10, cluster -> cluster.failDisk(victim(seed), DiskFault.POWER, barriers))
                    .atMillis(4_000, cluster -> cluster.restart(victim(seed)))
                    .run()
                    .expectAllAnswered();
        });
    }

    @Test
    void restartBesideAMaliciousReplica() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> loaded(seed)
                        .byzantine((victim(seed) + 1) % 4, "equivocates", "forged-view-changes")
                        .afterOperations(20, cluster -> cluster.restart(victim(seed)))
                        .run()
                        .expectAllAnswered());
    }

    @Test
    void everyReplicaRestartsInTurn() {
        Seeds.upTo(10).forEach(seed -> {
            Scenario scenario = loaded(seed).operations(40);
            for (int id = 0; id < 4; id++) {
                int replica = id;
                scenario.atMillis(2_000L * (id + 1), cluster -> cluster.restart(replica));
            }
            scenario.thinkMillis(500).run().expectAllAnswered();
        });
    }

    @Test
    void longPauseOfThePrimary() {
        Seeds.upTo(10)
                .forEach(seed -> loaded(seed)
                        .afterOperations(20, cluster -> cluster.pause(0, 3_000))
                        .run()
                        .expectAllAnswered());
    }

    @Test
    void halfTheGroupIsCutOffForAWhile() {
        Seeds.upTo(10)
                .forEach(seed -> loaded(seed)
                        .afterOperations(20, cluster -> cluster.isolate(5_000, 0, 1))
                        .run()
                        .expectAllAnswered());
    }
}
