package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;

/** What a replica's log and the requests that wait take is bounded in bytes, however few and large they are. */
class RaftMemoryTest {

    private static final int VALUE_BYTES = 1_000;
    private static final long LOG_BYTES = 16_000;
    /** One entry may begin just below a bound. */
    private static final long MAX_LOG_BYTES = LOG_BYTES + 4 * VALUE_BYTES;

    private static RaftCluster cluster(long seed) {
        return new RaftCluster(3, Configuration.ofFirst(3), seed, RaftMemoryTest::tight);
    }

    /** Numbers that bound nothing, and bytes that do. */
    private static RaftConfig tight(RaftConfig config) {
        return new RaftConfig(
                config.replica(),
                config.membership(),
                config.seed(),
                1_000,
                1_000,
                1_000,
                config.pipelineDepth(),
                1,
                config.maxBatchBytes(),
                2 * VALUE_BYTES,
                config.maxInflightMessages(),
                config.maxInflightBytes(),
                config.tickMillis(),
                config.electionTimeoutTicks(),
                config.heartbeatTicks(),
                config.leaseReads(),
                config.maxClockDriftPercent(),
                config.maxPendingReads(),
                config.maxPendingRequests(),
                config.maxPendingPerClient(),
                1_000,
                new MemoryBounds(LOG_BYTES, 20_000, 5_000),
                config.transfer());
    }

    private static String value(int number) {
        return number + "." + "x".repeat(VALUE_BYTES / 2);
    }

    private static void expectBounded(RaftCluster cluster) {
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.protocol.heldBytes()).isLessThanOrEqualTo(MAX_LOG_BYTES));
    }

    @Test
    void oneKeyOverwrittenWithLargeValuesLeavesTheLogAsLightAsItWas() {
        RaftCluster cluster = cluster(1);
        cluster.elect(0);
        for (int i = 0; i < 200; i++) {
            cluster.submitAll(value(i), 1);
            expectBounded(cluster);
        }
        cluster.run(3);
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.status().lastExecuted()).isEqualTo(201));
        cluster.assertEqualJournals();
    }

    @Test
    void aReplicaThatIsRestartedReplaysNoMoreThanItHeld() {
        RaftCluster cluster = cluster(2);
        cluster.elect(0);
        cluster.submitAll(value(0), 100);
        cluster.nodes.forEach(node -> cluster.crash(node.id));
        cluster.nodes.forEach(node -> cluster.restart(node.id));
        expectBounded(cluster);
        cluster.awaitLeader();
        cluster.submitAll("after", 1);
        cluster.runUntil(() -> cluster.executedEverywhere("after0"), 20);
        cluster.assertEqualJournals();
    }

    @Test
    void aFollowerThatIsAwayCostsTheLeaderNoMemoryAndCatchesUp() {
        RaftCluster cluster = cluster(3);
        cluster.elect(0);
        cluster.isolate(2);
        for (int i = 0; i < 100; i++) {
            cluster.submitAll(value(i), 1);
            expectBounded(cluster);
        }
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere(value(99) + "0"), 60);
        expectBounded(cluster);
        cluster.assertEqualJournals();
    }

    @Test
    void aStalledStateMachineBoundsTheLogInBytesAndGoesOnAfterwards() {
        RaftCluster cluster = cluster(4);
        cluster.elect(0);
        cluster.node(2).executionStalls = true;
        for (int i = 0; i < 100; i++) {
            cluster.submitAll(value(i), 1);
            if (i % 10 == 0) {
                cluster.run(1);
            }
            expectBounded(cluster);
        }
        cluster.node(2).executionStalls = false;
        cluster.runUntil(() -> cluster.executedEverywhere(value(99) + "0"), 100);
        cluster.assertEqualJournals();
    }

    @Test
    void aLeaderWhoseOwnStateMachineStallsProposesNoMoreThanTheWindowHolds() {
        RaftCluster cluster = cluster(5);
        RaftNode leader = cluster.elect(0);
        leader.executionStalls = true;
        for (int i = 0; i < 100; i++) {
            cluster.give(0, RaftCluster.request(i % 10, 1 + i / 10, value(i)));
            cluster.deliverAll();
        }
        assertThat(leader.protocol.heldBytes() - pendingBytes()).isLessThanOrEqualTo(MAX_LOG_BYTES);
        assertThat(leader.status().lastIndex()).isBetween(6L, 20L);
        leader.executionStalls = false;
        cluster.run(10);
        assertThat(leader.status().lastExecuted()).isGreaterThan(18);
        cluster.assertEqualJournals();
    }

    private static long pendingBytes() {
        return 20_000;
    }

    @Test
    void oneClientsLargeRequestsLeaveRoomForAnothers() {
        RaftCluster cluster = cluster(6);
        RaftNode leader = cluster.elect(0);
        cluster.isolate(0);
        Map<Integer, Long> held = new LinkedHashMap<>();
        for (int client = 1; client <= 2; client++) {
            long before = leader.protocol.heldBytes();
            for (int number = 1; number <= 50; number++) {
                leader.step(new Event.RequestReceived(RaftCluster.request(client, number, value(number)), -1));
            }
            held.put(client, leader.protocol.heldBytes() - before);
        }
        assertThat(held.values()).allSatisfy(bytes -> assertThat(bytes).isBetween(4_000L, 5_000L));
    }

    @Test
    void whatIsExecutedOrHandedOnGivesItsBytesBack() {
        RaftCluster cluster = cluster(7);
        RaftNode leader = cluster.elect(0);
        for (int number = 1; number <= 50; number++) {
            cluster.give(0, RaftCluster.request(1, number, value(number)));
            cluster.deliverAll();
        }
        assertThat(leader.status().lastExecuted()).isEqualTo(51);
        long logAlone = leader.protocol.heldBytes();
        assertThat(logAlone).isLessThanOrEqualTo(MAX_LOG_BYTES);
        cluster.isolate(0);
        for (int number = 51; number <= 54; number++) {
            cluster.give(0, RaftCluster.request(1, number, value(number)));
        }
        cluster.run(30);
        assertThat(leader.leads()).isFalse();
        cluster.heal();
        cluster.awaitLeader();
        cluster.run(5);
        assertThat(leader.status().lastExecuted()).isGreaterThan(0);
        assertThat(leader.protocol.heldBytes()).isLessThanOrEqualTo(MAX_LOG_BYTES);
    }

    @Test
    void anEntryThatAloneIsLargerThanTheWindowIsTaken() {
        LoneReplica follower = new LoneReplica(tight(RaftConfig.forTests(0, 3)), 5, -1);
        follower.receive(1, new AppendEntries(5, 0, 0, LoneReplica.entries(1, 5), 0, 0));
        assertThat(follower.status().lastIndex()).isEqualTo(1);
    }
}
