package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.RaftScenarios.raft;

import org.junit.jupiter.api.Test;
import org.tagma.simulator.faults.Timing;

/** Many runs of Raft, each with another network, timing and faults. */
class RaftSweepTest {

    @Test
    void crashRecoveryKeepsEveryPromise() {
        long[] runsAndTerms = new long[2];
        Seeds.sweep(200).forEach(seed -> {
            SimulationResult result = RaftScenarios.crashRecovery(seed).run().expectAllAnswered();
            runsAndTerms[0]++;
            runsAndTerms[1] += result.highestView();
        });
        // A sweep in which nothing ever goes wrong tests nothing.
        if (runsAndTerms[0] > 50) {
            assertThat(runsAndTerms[1]).as("terms over all seeds").isGreaterThan(2 * runsAndTerms[0]);
        }
    }

    @Test
    void withoutFaultsTheFirstLeaderStays() {
        Seeds.upTo(20)
                .forEach(seed -> raft(3).clients(3)
                        .operations(30)
                        .pipeline(4)
                        .seed(seed)
                        .run()
                        .expectAllAnswered()
                        .expectView(1));
    }

    @Test
    void asynchronousNetworkKeepsSafety() {
        Seeds.upTo(10)
                .forEach(seed -> RaftScenarios.crashRecovery(seed)
                        .timing(Timing.asynchronous())
                        .run()
                        .expectAgreement());
    }
}
