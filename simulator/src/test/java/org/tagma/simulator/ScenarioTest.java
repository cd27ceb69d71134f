package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.simulator.Scenario.cluster;
import static org.tagma.simulator.faults.NetworkModel.fairLoss;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.simulator.properties.Property;

class ScenarioTest {

    @Test
    void faultlessGroupStaysInViewZero() {
        cluster(4).clients(2).operations(40).run().expectAllAnswered().expectView(0);
    }

    @Test
    void equivocatingPrimaryIsReplacedOnce() {
        cluster(4)
                .byzantine(0, "equivocates")
                .clients(3)
                .operations(50)
                .seed(7)
                .run()
                .expectAllAnswered()
                .expectView(1);
    }

    @Test
    void silentPrimaryIsReplacedOnce() {
        cluster(4)
                .byzantine(0, "silent")
                .clients(3)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(1);
    }

    @Test
    void silentBackupChangesNothing() {
        cluster(4)
                .byzantine(3, "silent")
                .clients(3)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(0);
    }

    /** One that is lost for longer than a call may take, and is there again at the end. */
    @Test
    void clientsThatLoseTheirConnectionsGoOnWithTheOthers() {
        cluster(4)
                .clients(2)
                .operations(60)
                .network(fairLoss())
                .afterOperations(10, cluster -> cluster.disconnect(30_000, 0, List.of(0)))
                .afterOperations(20, cluster -> cluster.disconnect(500, 1, List.of(0, 1, 2, 3)))
                .run()
                .expectAllAnswered()
                .expectCallsWithinMillis(5_000);
    }

    /** Nobody else tells a client of Raft that whom it takes for the leader does not hear it. */
    @Test
    void aClientOfRaftThatLosesItsConnectionAsksElsewhereAtOnce() {
        RaftScenarios.raft(3)
                .clients(1)
                .operations(60)
                .network(fairLoss())
                .afterOperations(
                        20,
                        cluster -> cluster.disconnect(
                                200, 0, List.of(cluster.leader().orElseThrow())))
                .run()
                .expectAllAnswered();
    }

    @Test
    void groupWithTooManySilentReplicasIsFoundNotToBeLive() {
        SimulationResult result = cluster(4)
                .clients(1)
                .operations(5)
                .livenessWithinTimeouts(3)
                // Cut off, not faulty: so the checker holds the group to its promise.
                .atMillis(0, cluster -> cluster.replica(1).pause())
                .atMillis(0, cluster -> cluster.replica(2).pause())
                .seed(9)
                .run();

        assertThat(result.violation().orElseThrow().property()).isEqualTo(Property.LIVENESS);
        assertThatThrownBy(result::expectAgreement)
                .hasMessageContaining("LIVENESS violated with seed 9")
                .hasMessageContaining("-Dtest='ScenarioTest#groupWithTooManySilentReplicasIsFoundNotToBeLive'")
                .hasMessageContaining("-Dtagma.seed=9");
    }

    @Test
    void moreMaliciousReplicasThanToleratedAreRefused() {
        Scenario scenario =
                cluster(4).byzantine(0, "silent").byzantine(1, "silent").network(fairLoss());

        assertThatThrownBy(scenario::run).isInstanceOf(IllegalArgumentException.class);
    }
}
