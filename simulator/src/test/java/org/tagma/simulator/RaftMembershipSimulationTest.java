package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.simulator.RaftScenarios.raft;
import static org.tagma.simulator.Scenario.cluster;
import static org.tagma.simulator.faults.NetworkModel.fairLoss;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Groups that change, and leaders that hand over, under load. */
class RaftMembershipSimulationTest {

    private static final int SEEDS = 10;

    @Test
    void leadershipIsHandedOverUnderLoad() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            SimulationResult result = raft(3).clients(3)
                    .operations(40)
                    .pipeline(3)
                    .afterOperations(40, cluster -> cluster.transferLeadership(nextOf(cluster)))
                    .seed(seed)
                    .run()
                    .expectAllAnswered()
                    .expectView(2);
            assertThat(result.cluster().replicas())
                    .flatExtracting(SimulatedReplica::operatorAnswers)
                    .singleElement()
                    .asString()
                    .startsWith("done: ");
        });
    }

    private static int nextOf(SimulatedCluster cluster) {
        return (cluster.leader().orElseThrow() + 1) % 3;
    }

    /** Known bug 31: one after another all three are replaced, while leaders crash. */
    @Test
    void bug31TheWholeGroupIsReplacedWhileLeadersCrash() {
        Seeds.upTo(SEEDS).forEach(seed -> {
            Scenario scenario = cluster(SimulatedProtocol.of("raft", 6).with("voters", List.of(0, 1, 2)))
                    .clients(3)
                    .operations(50)
                    .thinkMillis(200)
                    .network(fairLoss())
                    .seed(seed);
            List<List<Integer>> groups = List.of(List.of(1, 2, 3), List.of(2, 3, 4), List.of(3, 4, 5));
            for (int i = 0; i < groups.size(); i++) {
                List<Integer> group = groups.get(i);
                long atMillis = 1_500 + 3_000L * i;
                long crashMillis = atMillis + 20 * (seed % 10);
                scenario.atMillis(atMillis, cluster -> cluster.changeMembership(group, List.of()))
                        .atMillis(crashMillis, cluster -> cluster.leader().ifPresent(cluster::restart))
                        // Whatever became of the first attempt: asked again, it must come about.
                        .atMillis(atMillis + 1_800, cluster -> cluster.changeMembership(group, List.of()));
            }
            SimulationResult result = scenario.run().expectAllAnswered();
            assertThat(result.cluster().replicas())
                    .flatExtracting(SimulatedReplica::operatorAnswers)
                    .contains("done: the group is now voters [3, 4, 5]");
        });
    }
}
