package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.NetworkModel.fairLoss;
import static org.tagma.simulator.Scenario.cluster;

import org.junit.jupiter.api.Test;
import org.tagma.client.ClientCounter;
import org.tagma.replica.AuthenticationPolicy;
import org.tagma.simulator.byzantine.Behaviours;

/** Known traps of replication protocols, each with whole clusters; see docs on the traps for where they were found. */
class TrapsTest {

    private static final int SEEDS = 15;

    /** Null requests: executed-up-to not persisted; a null batch at a checkpoint, crash, restart (fabric #1731). */
    @Test
    void trap15NullBatchesAndRestart() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(0, Behaviours.isolates(1 + (int) (seed % 3)), Behaviours.silentFrom(700))
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
    void trap16OldRequestsReplayedAcrossStateTransfer() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(1, Behaviours.repeatsStaleMessages(), Behaviours.repeatsStaleMessages())
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
    void trap18RequestsValidForSomeReplicasOnly() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .authentication(AuthenticationPolicy.MACS)
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
     * Fast reads block ordered requests: the primary keeps f correct replicas in the dark and answers nobody, so that the
     * larger quorum of replies, which fast reads need, can come only from those in the dark (Berger, Reiser, Bessani 2021).
     */
    @Test
    void trap20FastReadsDoNotBlockOrderedRequests() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult result = cluster(4)
                    .byzantine(0, Behaviours.isolates(3))
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
    void trap20FastReadsAreFast() {
        SimulationResult result =
                cluster(4).fastPathForQueries(true).registers(50).operations(40).run();

        result.expectAllAnswered().expectView(0);
        assertThat(result.cluster().client(0).count(ClientCounter.QUERIES_ORDERED))
                .isLessThan(5);
    }

    /** State transfer from a liar, from a source that dies, and while the view changes (bft-smart #62). */
    @Test
    void trap23StateTransferFromALiar() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult result = cluster(4)
                    .byzantine(1, Behaviours.liesInStateTransfer())
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
    void trap23StateTransferWhileASourceDiesAndTheViewChanges() {
        Seeds.upTo(SEEDS)
                .forEach(seed -> cluster(4)
                        .byzantine(0, Behaviours.liesInStateTransfer(), Behaviours.equivocates())
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
    void trap19SlowAndCensoringPrimary() {
        cluster(4)
                .byzantine(0, Behaviours.isSlow())
                .clients(2)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(1);
        cluster(4)
                .byzantine(0, Behaviours.censors(1))
                .clients(2)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(1)
                .expectCallsWithinMillis(4_000);
    }
}
