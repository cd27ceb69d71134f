package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;

/** Linearizable reads (dissertation 6.4). The cluster checks of every read that is served that it is not stale. */
class RaftReadsTest {

    @Test
    void oneRoundServesManyReads() {
        RaftCluster cluster = new RaftCluster(3, 1);
        cluster.elect(0);
        cluster.submitAll("op", 3);
        int[] messages = {0};
        cluster.filter = (from, to, message) -> {
            messages[0] += message instanceof AppendEntries ? 1 : 0;
            return true;
        };
        for (int i = 0; i < 50; i++) {
            cluster.read(0);
        }
        cluster.deliverAll();
        assertThat(cluster.node(0).reads)
                .hasSize(50)
                .allSatisfy((id, operations) -> assertThat(operations).isEqualTo(3));
        assertThat(messages[0])
                .as("one round for the first read, one for all the others")
                .isEqualTo(4);
    }

    @Test
    void followersReadsGoThroughTheLeadersIndexInOneQuestion() {
        RaftCluster cluster = new RaftCluster(3, 2);
        cluster.elect(0);
        cluster.submitAll("op", 3);
        int[] questions = {0};
        cluster.filter = (from, to, message) -> {
            questions[0] += message instanceof ReadIndex ? 1 : 0;
            return true;
        };
        for (long id = 100; id < 120; id++) {
            cluster.expectRead(id);
            cluster.node(1).step(new Event.ReadReceived(id));
        }
        cluster.drain(1);
        cluster.deliverAll();
        assertThat(cluster.node(1).reads).hasSize(20);
        assertThat(questions[0]).isEqualTo(1);
    }

    private static long readsAtAFollowerWhoseExecutionStalls(RaftCluster cluster) {
        cluster.elect(0);
        cluster.node(1).executionStalls = true;
        cluster.submitAll("op", 3);
        long id = cluster.read(1);
        cluster.deliverAll();
        return id;
    }

    @Test
    void aFollowersReadWaitsUntilItHasExecutedSoMuch() {
        RaftCluster cluster = new RaftCluster(3, 3);
        long id = readsAtAFollowerWhoseExecutionStalls(cluster);
        assertThat(cluster.node(1).reads).isEmpty();
        cluster.node(1).executionStalls = false;
        cluster.deliverAll();
        assertThat(cluster.node(1).reads).containsEntry(id, 3);
    }

    /**
     * Found by a group tossed about: in a replica that had left the group the reads waited, and took up room, for ever.
     */
    @Test
    void aReadThatWaitsWhereNoLeaderIsHeardIsRefused() {
        RaftCluster cluster = new RaftCluster(3, 3);
        long id = readsAtAFollowerWhoseExecutionStalls(cluster);
        cluster.isolate(1);
        cluster.run(30);
        assertThat(cluster.node(1).reads).isEmpty();
        assertThat(cluster.node(1).refusedReads).containsExactly(id);
    }

    @Test
    void aPartitionedOldLeaderServesNoReadAndAcknowledgesNoWrite() {
        RaftCluster cluster = new RaftCluster(3, 4);
        RaftNode old = cluster.elect(0);
        cluster.submitAll("op", 3);
        cluster.isolate(0);
        long id = cluster.read(0);
        cluster.submitTo(0, "lost");
        cluster.runUntil(() -> cluster.leader().isPresent() && cluster.leader().get().id != 0, 60);
        cluster.run(30);
        assertThat(old.reads).isEmpty();
        assertThat(old.refusedReads).containsExactly(id);
        assertThat(old.journal.has("lost")).isFalse();
    }

    @Test
    void aReadWithoutALeaderIsRefusedAndOneThatIsLostTimesOut() {
        RaftCluster cluster = new RaftCluster(3, 5);
        long first = cluster.read(1);
        assertThat(cluster.node(1).refusedReads).containsExactly(first);
        cluster.elect(0);
        cluster.deliverAll();
        cluster.filter = (from, to, message) -> !(message instanceof ReadIndex);
        long second = cluster.read(1);
        cluster.run(12);
        assertThat(cluster.node(1).refusedReads).containsExactly(first, second);
    }

    @Test
    void aLeaseReadAsksNobody() {
        RaftCluster cluster = new RaftCluster(
                3,
                Configuration.ofFirst(3),
                6,
                config -> RaftConfig.forTests(config.replica(), config.membership(), config.seed(), true));
        cluster.elect(0);
        cluster.submitAll("op", 3);
        cluster.run(5);
        long id = cluster.read(0);
        assertThat(cluster.network).isEmpty();
        assertThat(cluster.node(0).reads).containsEntry(id, 3);
    }

    @Test
    void whoeverWasToldToTakeOverEndsTheLease() {
        RaftCluster cluster = new RaftCluster(
                3,
                Configuration.ofFirst(3),
                7,
                config -> RaftConfig.forTests(config.replica(), config.membership(), config.seed(), true));
        cluster.elect(0);
        cluster.run(5);
        cluster.node(0).step(new Event.LeadershipTransferRequested(1, 1));
        cluster.connected = (from, to) -> from != 0 && to != 0 || to == 1;
        cluster.read(0);
        assertThat(cluster.node(0).reads).isEmpty();
        cluster.run(15);
        assertThat(cluster.node(1).leads()).isTrue();
        assertThat(cluster.node(0).reads).isEmpty();
    }
}
