package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.Scenario.cluster;
import static org.tagma.simulator.faults.NetworkModel.fairLoss;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.call.ClientCounter;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.NetworkModel;

/**
 * Known known bugs of replication protocols, each with whole clusters; see docs on the known bugs for where they were
 * found.
 */
class PbftClusterKnownBugsTest {

    private static final int SEEDS = 15;

    /**
     * Two bodies at one place: one body at most is executed, and the one that tells both is replaced; by what it is
     * found out, unless it is replaced before any replica has got both (Twins, ByzzFuzz).
     */
    @Test
    void bug01Equivocation() {
        List<SimulationResult> results = Seeds.upTo(SEEDS)
                .mapToObj(seed -> cluster(4)
                        .byzantine(0, "equivocates")
                        .clients(4)
                        .operations(20)
                        .pipeline(2)
                        .network(fairLoss())
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(1))
                .toList();
        long foundOut = results.stream()
                .filter(result -> result.cluster()
                        .correctReplicas()
                        .flatMap(correct -> correct.evidence().stream())
                        .anyMatch(evidence -> evidence.startsWith("0: ")))
                .count();
        assertThat(foundOut).as("runs in which it was found out").isGreaterThan(results.size() / 2);
    }

    /** One that says everything many times is counted once, where its vote alone makes the quorum. */
    @Test
    void bug06ASignerCountsOnceHoweverOftenItVotes() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(1, "eager-votes", "stale-messages")
                        .clients(2)
                        .operations(30)
                        .afterOperations(10, cluster -> cluster.pause(3, 2_000))
                        .afterOperations(30, cluster -> cluster.pause(2, 2_000))
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectRefused("DUPLICATE"));
    }

    /** One replica's huge numbers drag nobody along, and nobody keeps them (FISCO-BCOS #2211, GHSA-23rh-rrqg-wq82). */
    @Test
    void bug08And09HugeNumbersDragNobodyAlongAndAreNotKept() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(3, "huge-numbers", "huge-numbers")
                        .clients(2)
                        .operations(40)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectView(0)
                        .expectCallsWithinMillis(500)
                        .expectRefused("OUTSIDE_WINDOW"));
    }

    /** What cannot be authentic is dropped before anything is made of it, whoever damaged it. */
    @Test
    void bug10WhatIsNotAuthenticChangesNothing() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulatedCluster cluster = cluster(4)
                    .byzantine(2, "bad-authenticators")
                    .clients(2)
                    .operations(30)
                    .network(NetworkModel.arbitrary())
                    .seed(seed)
                    .run()
                    .expectAllAnswered()
                    .cluster();
            assertThat(cluster.replica(0).rejected(RejectionReason.BAD_AUTHENTICATOR))
                    .isPositive();
        });
    }

    /**
     * The primary is past a checkpoint before the others know that it is stable: they take its proposals all the same.
     * And one that jumps ahead gets nowhere (fabric #1119).
     */
    @Test
    void bug13ThePrimaryCrossesACheckpointFirst() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .tuning(new Tuning(2, 4, 4, 1))
                        .clients(4)
                        .operations(25)
                        .network(fairLoss())
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .tuning(new Tuning(2, 4, 4, 1))
                        .byzantine(0, "huge-numbers", "false-checkpoints")
                        .clients(4)
                        .operations(25)
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    /**
     * The primary gives bodies to some only, and then falls silent: the others get them from each other (fabric #1984).
     */
    @Test
    void bug17BodiesGoToSomeAndThePrimaryDies() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(0, "withheld-proposals", "silent-from:600")
                        .clients(3)
                        .operations(25)
                        .pipeline(2)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectViewAtLeast(1));
    }

    /**
     * A power failure at each durable write: what was said before it is never contradicted afterwards (cometbft #6031).
     */
    @Test
    void bug22PowerLossAtEveryDurableWrite() {
        for (int barriers = 0; barriers < 12; barriers++) {
            for (int victim = 0; victim < 2; victim++) {
                int replica = victim;
                int successes = barriers;
                cluster(4)
                        .clients(3)
                        .operations(25)
                        .pipeline(2)
                        .network(fairLoss())
                        .afterOperations(12, cluster -> cluster.failDisk(replica, DiskFault.POWER, successes))
                        .atMillis(4_000, cluster -> cluster.restart(replica))
                        .seed(barriers)
                        .run()
                        .expectAllAnswered();
            }
        }
    }

    /** One that says it has another state than all others is named at the next checkpoint. */
    @Test
    void bug24ADivergedReplicaIsNamedAtTheNextCheckpoint() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(2, "wrong-digests")
                        .clients(2)
                        .operations(40)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectView(0)
                        .expectBlamed(2));
    }

    /**
     * Agreed time is monotone and bounded, whatever the primary proposes: the checkers watch that, and too much is
     * refused.
     */
    @Test
    void bug24AgreedTimeIsBoundedUnderAPrimaryThatLiesAboutIt() {
        int refused = Seeds.upTo(SEEDS)
                .mapToObj(seed -> cluster(4)
                        .byzantine(0, "wrong-times")
                        .clients(3)
                        .operations(30)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .cluster())
                .mapToInt(cluster -> cluster.replica(1).refused("BAD_TIME"))
                .sum();
        assertThat(refused).isPositive();
    }

    /** Null requests: executed-up-to not persisted; a null batch at a checkpoint, crash, restart (fabric #1731). */
    @Test
    void bug15NullBatchesAndRestart() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(0, "isolates:" + (1 + (int) (seed % 3)), "silent-from:700")
                        .clients(3)
                        .operations(25)
                        .pipeline(4)
                        .network(fairLoss())
                        .afterOperations(30, cluster -> cluster.restart(2))
                        .afterOperations(50, cluster -> cluster.restart(3))
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    /** A retransmission is ordered twice: states are transferred, and old requests are relayed again and again. */
    @Test
    void bug16OldRequestsReplayedAcrossStateTransfer() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(1, "stale-messages", "stale-messages")
                        .clients(3)
                        .operations(40)
                        .pipeline(3)
                        .network(NetworkModel.arbitrary())
                        .afterOperations(10, cluster -> cluster.isolate(4_000, 3))
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    /** The big-MAC attack: a request valid for a subset of replicas neither stalls the group nor blames a primary. */
    @Test
    void bug18RequestsValidForSomeReplicasOnly() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .authentication(
                                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES))
                        .faultyClients(2)
                        .clients(2)
                        .operations(40)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectView(0)
                        .expectCallsWithinMillis(500));
    }

    /**
     * Fast reads block ordered requests: the primary keeps f correct replicas in the dark and answers nobody, so that
     * the larger quorum of replies, which fast reads need, can come only from those in the dark (Berger, Reiser,
     * Bessani 2021).
     */
    @Test
    void bug20FastReadsDoNotBlockOrderedRequests() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult result = cluster(4)
                    .byzantine(0, "isolates:3")
                    .fastPathForQueries(true)
                    .clients(2)
                    .operations(20)
                    .seed(seed)
                    .run()
                    .expectAllAnswered()
                    .expectCallsWithinMillis(4_000);
            assertThat(result.cluster().client(0).succeeded()).isEqualTo(20);
        });
    }

    /** With the fast path and no faults, reads are not ordered. */
    @Test
    void bug20FastReadsAreFast() {
        SimulationResult result =
                cluster(4).fastPathForQueries(true).registers(50).operations(40).run();

        result.expectAllAnswered().expectView(0);
        assertThat(result.cluster().client(0).count(ClientCounter.QUERIES_ORDERED))
                .isLessThan(5);
    }

    /** State transfer from a liar, from a source that dies, and while the view changes (bft-smart #62). */
    @Test
    void bug23StateTransferFromALiar() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult result = cluster(4)
                    .byzantine(1, "lies-in-transfer")
                    .clients(3)
                    .operations(60)
                    .network(fairLoss())
                    .afterOperations(5, cluster -> cluster.crash(3))
                    .afterOperations(100, cluster -> cluster.restartWithAmnesia(3))
                    .seed(seed)
                    .run()
                    .expectAllAnswered();
            assertThat(result.cluster().replica(3).announcements())
                    .anyMatch(text -> text.contains("installed the state"));
        });
    }

    @Test
    void bug23StateTransferWhileASourceDiesAndTheViewChanges() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(0, "lies-in-transfer", "equivocates")
                        .clients(3)
                        .operations(60)
                        .network(fairLoss())
                        .afterOperations(5, cluster -> cluster.isolate(4_000, 3))
                        .afterOperations(90, cluster -> cluster.pause(2, 1_500))
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    /** Slow primary just under the timeout, and a starved client: both are served in time (Aardvark, RBFT). */
    @Test
    void bug19SlowAndCensoringPrimary() {
        cluster(4)
                .byzantine(0, "slow")
                .clients(2)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(1);
        cluster(4)
                .byzantine(0, "censors:1")
                .clients(2)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(1)
                .expectCallsWithinMillis(4_000);
    }
}
