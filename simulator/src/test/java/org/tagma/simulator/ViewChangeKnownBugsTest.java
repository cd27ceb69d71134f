package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.Scenario.cluster;
import static org.tagma.simulator.faults.NetworkModel.fairLoss;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.NetworkModel;

/** Published mistakes of view changes and of what comes after an outage, provoked in whole clusters. */
class ViewChangeKnownBugsTest {

    private static final int SEEDS = 8;

    private static final long TIMEOUT_MILLIS = 1_000;

    private static Scenario loaded(long seed) {
        return cluster(4).clients(3).operations(30).pipeline(2).seed(seed);
    }

    /** Primaries are cut off one after another, each for longer than the others wait for it. */
    private static Scenario losingPrimaries(Scenario scenario, int... primaries) {
        for (int i = 0; i < primaries.length; i++) {
            int primary = primaries[i];
            scenario.afterOperations(15 + 15 * i, cluster -> cluster.isolate(2 * TIMEOUT_MILLIS, primary));
        }
        return scenario;
    }

    /** So often whoever leads is cut off, however soon the views before have changed. */
    private static Scenario losingWhoeverLeads(Scenario scenario, int times) {
        for (int i = 0; i < times; i++) {
            scenario.afterOperations(
                    15 + 15 * i,
                    cluster -> cluster.leader().ifPresent(leader -> cluster.isolate(2 * TIMEOUT_MILLIS, leader)));
        }
        return scenario;
    }

    /** What one replica committed stays through hostile view changes. */
    @Test
    void bug02WhatWasPreparedSurvivesHostileViewChanges() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> losingPrimaries(loaded(seed), 0, 2, 3)
                        .byzantine(1, "forged-view-changes", "equivocates")
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(2));
    }

    /** One forged entry of a P set masks no valid one: with two that forge, of seven (concord-bft PR 50). */
    @Test
    void bug03ForgedEntriesMaskNoValidOnes() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> losingPrimaries(cluster(7), 0, 1, 2)
                        .byzantine(5, "forged-view-changes", "eager-votes")
                        .byzantine(6, "forged-view-changes")
                        .clients(3)
                        .operations(30)
                        .pipeline(2)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(1));
    }

    /**
     * Nobody believes a new view because of the view changes it shows: it must follow from them (FISCO-BCOS PR 5168).
     * Now and then the forger tells two others the truth, and its view is entered.
     */
    @Test
    void bug04AnAlteredNewViewIsRefusedAndItsSenderNamed() {
        long refused = Seeds.upTo(SEEDS)
                .mapToObj(seed -> losingPrimaries(loaded(seed), 0)
                        .byzantine(1, "forged-view-changes")
                        .run()
                        .expectAllAnswered())
                .filter(result -> result.highestView() >= 2)
                .map(result -> result.expectBlamed(1))
                .count();
        assertThat(refused).isPositive();
    }

    /**
     * What a view carries over is decided by one set of view changes, though each replica has another one: some are cut
     * off from each other, and two of seven tell each a different story (fabric PR 1111).
     */
    @Test
    void bug05EachHasOtherViewChangesAndAllEnterOneView() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> losingPrimaries(cluster(7), 0, 1)
                        .byzantine(2, "forged-view-changes")
                        .byzantine(3, "forged-view-changes")
                        .clients(2)
                        .operations(30)
                        .pipeline(4)
                        .network(fairLoss())
                        .afterOperations(14, cluster -> cluster.separate(4 * TIMEOUT_MILLIS, 4, 5))
                        .afterOperations(14, cluster -> cluster.separate(4 * TIMEOUT_MILLIS, 5, 6))
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(1));
    }

    /** What was true in an earlier view is told again in later ones, by a replica and by the network: refused. */
    @Test
    void bug07OldVotesAndViewChangesAreRefused() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> losingPrimaries(loaded(seed), 0, 1)
                        .byzantine(3, "stale-messages", "stale-messages")
                        .network(NetworkModel.arbitrary())
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(1)
                        .expectRefused("WRONG_VIEW"));
    }

    /** For a while nobody hears anybody but the old primary; then the group goes on (fabric #1917, bft-smart #19). */
    @Test
    void bug11OnlyTheOldPrimaryStaysConnected() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> loaded(seed)
                        .afterOperations(20, cluster -> {
                            cluster.separate(5 * TIMEOUT_MILLIS, 1, 2);
                            cluster.separate(5 * TIMEOUT_MILLIS, 1, 3);
                            cluster.separate(5 * TIMEOUT_MILLIS, 2, 3);
                        })
                        .livenessWithinTimeouts(4)
                        .run()
                        .expectAllAnswered());
    }

    /**
     * After ten minutes in which nobody heard anybody, all is as before within three timeouts (besu #7642, celo #706).
     */
    @Test
    void bug12ALongOutageIsNotFollowedByALongBackOff() {
        long outageMillis = 600_000;
        Seeds.upTo(3).forEach(seed -> {
            SimulationResult result = loaded(seed)
                    .afterOperations(20, cluster -> cluster.split(outageMillis, List.of(0, 1, 2, 3)))
                    .livenessWithinTimeouts(4)
                    .run()
                    .expectAllAnswered();
            assertThat(result.longestCallMillis()).isLessThan(outageMillis + 4 * TIMEOUT_MILLIS);
        });
    }

    /**
     * Counters, through many view changes: nothing runs twice when a replica falls back behind what it executed (fabric
     * PR 1174).
     */
    @Test
    void bug14NothingRunsTwiceThroughManyViewChanges() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> losingWhoeverLeads(loaded(seed), 5)
                        .registers(1)
                        .pipeline(4)
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(4));
    }

    /**
     * Each is stopped at every step of a view change in which it has its part, and started again (concord-bft PRs 805,
     * 1141).
     */
    @Test
    void bug25EachRestartsInTheMiddleOfAViewChange() {
        for (int victim = 1; victim < 4; victim++) {
            int replica = victim;
            for (int step = 0; step < 6; step++) {
                int barriers = step;
                losingPrimaries(loaded(10L * victim + step), 0)
                        .afterOperations(15, cluster -> cluster.failDisk(replica, DiskFault.POWER, barriers))
                        .atMillis(6 * TIMEOUT_MILLIS, cluster -> cluster.restart(replica))
                        .run()
                        .expectAllAnswered();
            }
        }
    }

    /** All are stopped in the middle of a view change, and all come back. */
    @Test
    void bug25AllRestartInTheMiddleOfAViewChange() {
        for (long millis = TIMEOUT_MILLIS - 200; millis < 2 * TIMEOUT_MILLIS; millis += 60) {
            long delay = millis;
            losingPrimaries(loaded(millis), 0)
                    .afterOperations(
                            15,
                            cluster -> cluster.after(delay, () -> {
                                for (int replica = 0; replica < 4; replica++) {
                                    cluster.restart(replica);
                                }
                            }))
                    .run()
                    .expectAllAnswered()
                    .expectViewAtLeast(1);
        }
    }
}
