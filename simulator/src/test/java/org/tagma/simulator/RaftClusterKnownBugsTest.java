package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.RaftScenarios.raft;
import static org.tagma.simulator.Scenario.cluster;
import static org.tagma.simulator.faults.NetworkModel.fairLoss;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.NetworkModel;
import org.tagma.simulator.properties.Property;

/** Published mistakes of crash-tolerant systems, provoked in whole clusters. */
class RaftClusterKnownBugsTest {

    private static final int SEEDS = 10;

    /**
     * Figure 8: leaders hear one follower only, leave entries with it that most have not got, and stop; the next ones
     * replicate such entries of earlier terms, and may not count them as committed.
     */
    @Test
    void bug26LeadersLeaveEntriesOfTheirTermsWithAFewAndStop() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            Scenario scenario = raft(5).clients(3)
                    .operations(30)
                    .pipeline(3)
                    .thinkMillis(20)
                    .seed(seed);
            for (int i = 1; i <= 5; i++) {
                scenario.afterOperations(12 * i, RaftClusterKnownBugsTest::leaveTheLeaderOneFollowerAndStopIt);
            }
            scenario.run().expectAllAnswered().expectViewAtLeast(5);
        });
    }

    private static void leaveTheLeaderOneFollowerAndStopIt(SimulatedCluster cluster) {
        cluster.leader().ifPresent(leader -> {
            for (int i = 2; i < 5; i++) {
                cluster.separate(600, leader, (leader + i) % 5);
            }
            cluster.after(150, () -> cluster.crash(leader));
            cluster.after(1_200, () -> cluster.restart(leader));
        });
    }

    /**
     * Entries and snapshots arrive late and twice, at followers that slept and need a snapshot, while leaders change:
     * nothing that is committed is cut off.
     */
    @Test
    void bug29WhatArrivesLateCutsNothingOff() {
        NetworkModel late = new NetworkModel(200, 2_000, 0.2, 800_000, 0, 0.3, 0, 0.2, 0);
        Seeds.upTo(SEEDS).forEach(seed -> {
            Scenario scenario = raft(3).tuning(new Tuning(2, 4, 4, 1))
                    .clients(3)
                    .operations(30)
                    .pipeline(4)
                    .thinkMillis(30)
                    .network(late)
                    .seed(seed);
            for (int i = 1; i <= 4; i++) {
                scenario.afterOperations(
                        15 * i,
                        cluster -> cluster.leader().ifPresent(leader -> {
                            cluster.pause((leader + 1) % 3, 1_000);
                            cluster.after(1_500, () -> cluster.restart(leader));
                        }));
            }
            scenario.run().expectAllAnswered();
        });
    }

    /**
     * Vote or term not durable before the answer: a crash at every barrier, and never two leaders or votes in a term.
     */
    @Test
    void bug27PowerLossAtEveryBarrierOfAnElection() {
        for (int barriers = 0; barriers < 12; barriers++) {
            int lost = barriers;
            Seeds.upTo(3)
                    .forEach(seed -> raft(3).clients(2)
                            .operations(15)
                            .thinkMillis(100)
                            .network(fairLoss())
                            .atMillis(1, cluster -> cluster.failDisk((int) (seed % 3), DiskFault.POWER, lost))
                            .atMillis(1_500, cluster -> cluster.restart((int) (seed % 3)))
                            .seed(seed)
                            .run()
                            .expectAllAnswered());
        }
    }

    /** One that was cut off comes back and disturbs nobody: the term stays what it was. */
    @Test
    void bug28AReturningReplicaDoesNotDisturbTheLeader() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            long[] term = new long[1];
            SimulationResult result = raft(3).clients(2)
                    .operations(30)
                    .thinkMillis(200)
                    .afterOperations(10, cluster -> {
                        term[0] = cluster.highestView();
                        cluster.isolate(2_000, aFollower(cluster));
                    })
                    .seed(seed)
                    .run()
                    .expectAllAnswered();
            assertThat(result.highestView()).isEqualTo(term[0]);
        });
    }

    /** The outage of 2020: one follower does not hear the leader, but everybody hears the other follower. */
    @Test
    void bug28APartialPartitionDoesNotChangeTheLeader() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            long[] term = new long[1];
            SimulationResult result = raft(3).clients(2)
                    .operations(30)
                    .thinkMillis(200)
                    .afterOperations(10, cluster -> {
                        term[0] = cluster.highestView();
                        cluster.separate(3_000, cluster.leader().orElseThrow(), aFollower(cluster));
                    })
                    .seed(seed)
                    .run()
                    .expectAllAnswered();
            assertThat(result.highestView()).isEqualTo(term[0]);
        });
    }

    private static int aFollower(SimulatedCluster cluster) {
        return (cluster.leader().orElseThrow() + 1) % 3;
    }

    /** Reads by ReadIndex, also at leaders that are cut off, slept through an election, or are new. */
    @Test
    void bug30ReadsAreLinearizableWhoeverLeads() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> deposedLeaders(SimulatedProtocol.of("raft", 3), seed)
                        .run()
                        .expectAllAnswered());
    }

    /** Lease reads, with clocks that differ by less than the bound that the leader counts on. */
    @Test
    void bug30LeaseReadsAreLinearizableWithinTheBoundOfDrift() {
        Seeds.upTo(SEEDS).forEach(seed -> leaseReads(seed, 0.97).run().expectAllAnswered());
    }

    /** Beyond the bound they are not; if this found nothing, the test before would say nothing. */
    @Test
    void bug30LeaseReadsAreStaleBeyondTheBoundOfDrift() {
        long stale = Seeds.upTo(SEEDS)
                .filter(seed -> leaseReads(seed, 0.05)
                        .run()
                        .violation()
                        .filter(violation -> violation.property().equals(Property.LINEARIZABILITY))
                        .isPresent())
                .count();
        assertThat(stale).isPositive();
    }

    /**
     * The leader's clock runs at this rate, and it is cut off from the others, but not from the clients, again and
     * again.
     */
    private static Scenario leaseReads(long seed, double rate) {
        Scenario scenario = cluster(SimulatedProtocol.of("raft", 3).with("leaseReads", true))
                .clients(8)
                .operations(40)
                .registers(1)
                .thinkMillis(400)
                .fastPathForQueries(true)
                .seed(seed);
        for (int i = 0; i < 2; i++) {
            scenario.atMillis(
                    1_500 + i * 5_000L,
                    cluster -> cluster.leader().ifPresent(leader -> {
                        cluster.setClockRate(leader, rate);
                        cluster.separate(3_000, leader, (leader + 1) % 3);
                        cluster.separate(3_000, leader, (leader + 2) % 3);
                    }));
            scenario.atMillis(4_800 + i * 5_000L, cluster -> {
                for (int id = 0; id < 3; id++) {
                    cluster.setClockRate(id, 1);
                }
            });
        }
        return scenario;
    }

    private static Scenario deposedLeaders(SimulatedProtocol protocol, long seed) {
        Scenario scenario = cluster(protocol)
                .clients(4)
                .operations(60)
                .registers(1)
                .thinkMillis(60)
                .fastPathForQueries(true)
                .network(fairLoss())
                .seed(seed);
        for (int i = 0; i < 3; i++) {
            scenario.atMillis(
                    1_500 + i * 3_000L,
                    cluster -> cluster.leader().ifPresent(leader -> {
                        if (seed % 2 == 0) {
                            cluster.pause(leader, 1_500);
                        } else {
                            cluster.separate(1_500, leader, (leader + 1) % 3);
                            cluster.separate(1_500, leader, (leader + 2) % 3);
                        }
                    }));
        }
        return scenario;
    }

    /** Requests sent again to the next leader are executed once. */
    @Test
    void bug32ARequestSentAgainToTheNextLeaderIsExecutedOnce() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            Scenario scenario = raft(3).clients(3)
                    .operations(40)
                    .pipeline(4)
                    .network(fairLoss())
                    .seed(seed);
            for (int i = 1; i <= 4; i++) {
                scenario.afterOperations(20 * i, cluster -> cluster.leader().ifPresent(cluster::restart));
            }
            scenario.run().expectAllAnswered();
        });
    }

    /** All stop at once and come back with what was durable: nothing acknowledged is lost or done twice. */
    @Test
    void allReplicasLosePowerAtOnce() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> raft(3).clients(3)
                        .operations(40)
                        .pipeline(4)
                        .network(fairLoss())
                        .afterOperations(60, cluster -> {
                            for (int id = 0; id < 3; id++) {
                                cluster.crash(id);
                            }
                            for (int id = 0; id < 3; id++) {
                                cluster.restart(id);
                            }
                        })
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    /** A follower that sleeps while the others go on; the checks of bounds watch the leader. */
    @Test
    void bug33ASleepingFollowerCostsTheLeaderNoMemory() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> raft(3).clients(4)
                        .operations(100)
                        .pipeline(8)
                        .thinkMillis(20)
                        .afterOperations(20, cluster -> cluster.pause(aFollower(cluster), 3_000))
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    /** Raft makes no promise where a replica lies. The same schedule holds under PBFT. */
    @Test
    void bug35OneMaliciousReplicaBreaksRaftAndNotPbft() {
        Set<Property> broken = new HashSet<>();
        long[] runsAndViolations = new long[2];
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult underRaft = underAnEquivocator(raft(3).watching(Property.OF_ALL_PROTOCOLS::contains), seed)
                    .run();
            underRaft.violation().ifPresent(violation -> {
                broken.add(violation.property());
                runsAndViolations[1]++;
            });
            runsAndViolations[0]++;
            underAnEquivocator(cluster(4), seed).run().expectAllAnswered();
        });
        assertThat(runsAndViolations[1]).as("runs of Raft that broke").isEqualTo(runsAndViolations[0]);
        assertThat(broken).containsAnyOf(Property.AGREEMENT, Property.TOTAL_ORDER, Property.LINEARIZABILITY);
    }

    /** Replica 0 tells different replicas different things, and whoever else leads is put to sleep until it does. */
    private static Scenario underAnEquivocator(Scenario scenario, long seed) {
        scenario.beyondTheBound()
                .byzantine(0, "equivocates")
                .clients(2)
                .operations(60)
                .thinkMillis(300)
                .livenessWithinTimeouts(60)
                .seed(seed);
        for (int i = 0; i < 8; i++) {
            scenario.atMillis(
                    1_200 + 1_600L * i, cluster -> cluster.leader().ifPresent(leader -> cluster.pause(leader, 1_300)));
        }
        return scenario;
    }
}
