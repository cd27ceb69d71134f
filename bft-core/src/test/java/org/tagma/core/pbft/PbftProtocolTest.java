package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol alone, without faults that need a liar: see the simulator's tests for those. */
class PbftProtocolTest {

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 10})
    void aRequestIsExecutedEverywhereInViewZero(int replicas) {
        CoreCluster cluster = new CoreCluster(replicas, 1);
        cluster.submit("a");
        assertThat(cluster.runUntilExecuted("a", 0)).isZero();
        for (int i = 0; i < replicas; i++) {
            assertThat(cluster.view(i)).isZero();
        }
    }

    @Test
    void manyRequestsPassManyCheckpointsAndTheLogStaysBounded() {
        CoreCluster cluster = new CoreCluster(4, 2);
        for (int i = 1; i <= 200; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        cluster.run(10);
        cluster.assertEqualJournals();
        for (CoreNode node : cluster.nodes) {
            assertThat(node.protocol.status().lastExecuted()).isEqualTo(200);
            assertThat(node.protocol.status().stableCheckpoint()).isEqualTo(200);
        }
    }

    @Test
    void aCrashedPrimaryIsReplacedInExactlyOneViewChange() {
        CoreCluster cluster = new CoreCluster(4, 3);
        cluster.submit("before");
        cluster.run(1);
        cluster.crash(0);
        cluster.submit("after");
        int ticks = cluster.runUntilExecuted("after", 60);
        assertThat(ticks).isBetween(10, 15);
        assertThat(List.of(cluster.view(1), cluster.view(2), cluster.view(3))).containsExactly(1L, 1L, 1L);
        cluster.assertEqualJournals();
    }

    @Test
    void twoCrashedPrimariesOfSevenAreReplacedWithinThreeTimeouts() {
        CoreCluster cluster = new CoreCluster(7, 4);
        cluster.crash(0);
        cluster.crash(1);
        cluster.submit("a");
        assertThat(cluster.runUntilExecuted("a", 60)).isLessThanOrEqualTo(60);
        assertThat(cluster.view(2)).isEqualTo(2);
    }

    @Test
    void aReplicaThatWasAwayCatchesUpByBatchesWithinTheWindow() {
        CoreCluster cluster = new CoreCluster(4, 5);
        cluster.connected = (from, to) -> from != 3 && to != 3;
        for (int i = 0; i < 5; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        cluster.connected = (from, to) -> true;
        cluster.runUntilExecuted("op4", 30);
        cluster.assertEqualJournals();
        assertThat(cluster.node(3).announcements).noneMatch(text -> text.startsWith("fetching"));
    }

    @Test
    void aReplicaThatWasAwayForLongFetchesTheState() {
        CoreCluster cluster = new CoreCluster(4, 6);
        cluster.crash(3);
        for (int i = 0; i < 100; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        cluster.node(3).down = false;
        cluster.runUntilExecuted("op99", 60);
        cluster.assertEqualJournals();
        assertThat(cluster.node(3).announcements).anyMatch(text -> text.startsWith("installed the state"));
    }

    @Test
    void aReplicaThatLostItsMemoryVotesNotBeforeACheckpointCoversItsOldVotes() {
        CoreCluster cluster = new CoreCluster(4, 7);
        for (int i = 0; i < 10; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        cluster.crash(2);
        cluster.restartWithAmnesia(2);
        assertThat(cluster.node(2).protocol.status().mode().label()).isEqualTo("recovering");
        cluster.run(60);
        assertThat(cluster.node(2).protocol.status().mode().label()).isEqualTo("normal");
        cluster.crash(3);
        cluster.submit("with the recovered one");
        cluster.runUntilExecuted("with the recovered one", 60);
        cluster.assertEqualJournals();
    }

    @Test
    void aPrimaryThatLostItsMemoryIsReplacedAndRecovers() {
        CoreCluster cluster = new CoreCluster(4, 8);
        cluster.submit("a");
        cluster.run(1);
        cluster.crash(0);
        cluster.restartWithAmnesia(0);
        cluster.run(100);
        assertThat(cluster.node(0).protocol.status().mode().label()).isEqualTo("normal");
        assertThat(cluster.view(1)).isEqualTo(1);
        cluster.crash(1);
        cluster.submit("b");
        cluster.runUntilExecuted("b", 80);
        cluster.assertEqualJournals();
    }

    @Test
    void allReplicasRestartedWithTheirLogsGoOn() {
        CoreCluster cluster = new CoreCluster(4, 9);
        for (int i = 0; i < 5; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        for (int i = 0; i < 4; i++) {
            cluster.restart(i);
        }
        cluster.submit("after");
        cluster.runUntilExecuted("after", 80);
        cluster.assertEqualJournals();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void lossDuplicationReorderingAndCrashesLoseNothing(long seed) {
        CoreCluster cluster = new CoreCluster(4, seed);
        cluster.dropProbability = 0.1;
        cluster.duplicateProbability = 0.1;
        for (int i = 0; i < 60; i++) {
            cluster.submit("op" + i);
            cluster.run(cluster.random.nextInt(3));
            if (i == 20) {
                cluster.crash(0);
            }
            if (i == 45) {
                cluster.restart(0);
            }
        }
        cluster.dropProbability = 0;
        for (int retry = 0; retry < 10 && !cluster.executedEverywhere("op59"); retry++) {
            for (int i = 0; i < 60; i++) {
                cluster.submit(CoreCluster.request(0, 1, i + 1, "op" + i));
            }
            cluster.run(20);
        }
        assertThat(cluster.executedEverywhere("op59"))
                .as("%s", cluster.statuses())
                .isTrue();
        cluster.assertEqualJournals();
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("tagma.seeds", 50));
    }
}
