package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.simulator.NetworkModel.fairLoss;
import static org.tagma.simulator.Scenario.cluster;
import static org.tagma.simulator.byzantine.Behaviours.equivocates;
import static org.tagma.simulator.byzantine.Behaviours.isSilent;

import org.junit.jupiter.api.Test;
import org.tagma.simulator.check.Property;

class ScenarioTest {

    @Test
    void faultlessGroupStaysInViewZero() {
        cluster(4).clients(2).operations(40).run().expectAllAnswered().expectView(0);
    }

    @Test
    void equivocatingPrimaryIsReplacedOnce() {
        cluster(4)
                .byzantine(0, equivocates())
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
                .byzantine(0, isSilent())
                .clients(3)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(1);
    }

    @Test
    void silentBackupChangesNothing() {
        cluster(4)
                .byzantine(3, isSilent())
                .clients(3)
                .operations(20)
                .run()
                .expectAllAnswered()
                .expectView(0);
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
                cluster(4).byzantine(0, isSilent()).byzantine(1, isSilent()).network(fairLoss());

        assertThatThrownBy(scenario::run).isInstanceOf(IllegalArgumentException.class);
    }
}
