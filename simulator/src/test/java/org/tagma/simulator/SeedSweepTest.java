package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tagma.simulator.faults.NetworkModel;
import org.tagma.simulator.faults.Timing;

/** Many runs of the default scenario, each with another malicious replica, network and timing. */
class SeedSweepTest {

    @Test
    void defaultPbftScenarioKeepsEveryPromise() {
        long[] seedsAndViews = new long[2];
        Seeds.sweep(300).forEach(seed -> {
            SimulationResult result = Scenario.standard().seed(seed).run().expectAllAnswered();
            seedsAndViews[0]++;
            seedsAndViews[1] += result.highestView();
        });
        assertThat(seedsAndViews[0]).isPositive();
        // A sweep in which nothing ever goes wrong tests nothing.
        if (seedsAndViews[0] > 50) {
            assertThat(seedsAndViews[1]).as("view changes over all seeds").isGreaterThan(seedsAndViews[0] / 4);
        }
    }

    @Test
    void arbitraryNetworkKeepsEveryPromise() {
        Seeds.upTo(40)
                .forEach(seed -> Scenario.standard()
                        .network(NetworkModel.arbitrary())
                        .pipeline(2)
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }

    @Test
    void asynchronousNetworkKeepsSafety() {
        Seeds.upTo(10)
                .forEach(seed -> Scenario.standard()
                        .timing(Timing.asynchronous())
                        .seed(seed)
                        .run()
                        .expectAgreement());
    }

    @Test
    void sevenReplicasWithTwoMaliciousKeepEveryPromise() {
        Seeds.upTo(20)
                .forEach(seed -> Scenario.cluster(7)
                        .byzantineDrawnBySeed(2)
                        .clients(2)
                        .operations(15)
                        .network(NetworkModel.fairLoss())
                        .timing(Timing.partiallySynchronous())
                        .seed(seed)
                        .run()
                        .expectAllAnswered());
    }
}
