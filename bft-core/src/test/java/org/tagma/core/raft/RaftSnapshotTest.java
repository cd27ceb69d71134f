package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.service.TransferMessage;

/** Snapshots, compaction and catching up (Raft 7). */
class RaftSnapshotTest {

    @Test
    void theLogIsCompactedAndATailIsKept() {
        RaftCluster cluster = new RaftCluster(3, 1);
        cluster.elect(0);
        cluster.submitAll("op", 100);
        cluster.run(3);
        assertThat(cluster.nodes).allSatisfy(node -> {
            assertThat(node.status().snapshotIndex()).isEqualTo(96);
            assertThat(node.status().firstIndex()).isEqualTo(96 - 4 + 1);
        });
    }

    @Test
    void aFollowerThatIsALittleBehindGetsTheLogAndOneThatIsFarBehindTheState() {
        RaftCluster cluster = new RaftCluster(3, 2);
        cluster.elect(0);
        cluster.submitAll("a", 13);
        cluster.isolate(2);
        cluster.submitAll("b", 3);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("b2"), 10);
        assertThat(cluster.node(2).announcements).noneMatch(text -> text.startsWith("installed"));
        cluster.isolate(2);
        cluster.submitAll("c", 50);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("c49"), 20);
        assertThat(cluster.node(2).announcements).anyMatch(text -> text.startsWith("installed the state at 64"));
        cluster.assertEqualJournals();
    }

    @Test
    void aTransferWhoseSourceDiesGoesOnWithTheNextLeader() {
        RaftCluster cluster = new RaftCluster(3, 3);
        cluster.elect(0);
        cluster.isolate(2);
        cluster.submitAll("op", 60);
        cluster.run(3);
        cluster.heal();
        cluster.filter = (from, to, message) -> !(message instanceof TransferMessage.ChunkAnswer) || from != 0;
        cluster.run(6);
        assertThat(cluster.node(2).protocol.status().mode()).isEqualTo("fetching-state");
        cluster.crash(0);
        cluster.runUntil(() -> cluster.executedEverywhere("op59"), 100);
        cluster.assertEqualJournals();
    }

    @Test
    void allReplicasRestartedAfterACompactionBeginWithTheirOwnStates() {
        RaftCluster cluster = new RaftCluster(3, 4);
        cluster.elect(0);
        cluster.submitAll("op", 60);
        cluster.run(3);
        cluster.nodes.forEach(node -> cluster.crash(node.id));
        cluster.nodes.forEach(node -> cluster.restart(node.id));
        cluster.awaitLeader();
        cluster.submitAll("after", 1);
        cluster.runUntil(() -> cluster.executedEverywhere("after0") && cluster.executedEverywhere("op59"), 20);
        cluster.assertEqualJournals();
    }

    @Test
    void aReplicaWhoseOwnStateIsGoneAsksTheLeaderForANewerOne() {
        RaftCluster cluster = new RaftCluster(3, 5);
        cluster.elect(0);
        cluster.submitAll("op", 60);
        cluster.run(3);
        cluster.crash(2);
        cluster.submitAll("more", 30);
        cluster.node(2).keeper = new SnapshotKeeper();
        cluster.restart(2);
        assertThat(cluster.node(2).protocol.status().mode()).isEqualTo("fetching-state");
        cluster.runUntil(() -> cluster.executedEverywhere("more29"), 60);
        cluster.assertEqualJournals();
    }

    @Test
    void anOfferThatTheLogHasLeftBehindIsFollowedByANewerOne() {
        RaftCluster cluster = new RaftCluster(3, 7);
        cluster.elect(0);
        cluster.isolate(2);
        cluster.submitAll("op", 64);
        cluster.heal();
        cluster.filter = (from, to, message) -> !(message instanceof TransferMessage.ChunkAnswer);
        cluster.runUntil(() -> cluster.node(2).protocol.status().mode().equals("fetching-state"), 10);
        cluster.submitAll("more", 8);
        assertThat(cluster.node(0).status().firstIndex()).isGreaterThan(65);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("more7"), 30);
        assertThat(cluster.node(2).announcements).contains("installed the state at 64", "installed the state at 72");
    }

    @Test
    void stalledExecutionDoesNotStopTheOthers() {
        RaftCluster cluster = new RaftCluster(3, 6);
        cluster.elect(0);
        cluster.node(1).executionStalls = true;
        cluster.submitAll("op", 40);
        assertThat(cluster.node(0).journal.has("op39")).isTrue();
        cluster.node(1).executionStalls = false;
        cluster.runUntil(() -> cluster.executedEverywhere("op39"), 20);
    }

    /** Found by the simulator: the leader let go of the entries that it lacked after the last request of all. */
    @Test
    void aFollowerThatComesBackToAnIdleGroupIsOfferedAState() {
        RaftCluster cluster = new RaftCluster(3, 1);
        RaftNode leader = cluster.elect(0);
        for (int index = 2; index <= 16; index++) {
            if (index == 6) {
                cluster.crash(2);
            }
            cluster.submitTo(0, "op" + index);
            cluster.run(1);
        }
        assertThat(leader.status().snapshotIndex()).isEqualTo(16);
        assertThat(leader.status().lastIndex()).isEqualTo(16);
        cluster.restart(2);
        cluster.run(60);
        assertThat(cluster.node(2).status().lastExecuted()).isEqualTo(16);
    }
}
