package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.service.TransferLimits;
import org.tagma.core.state.MerkleStateStore;

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
    void aStateThatDoesNotFitIntoMemoryIsSaidAndStopsNobody() {
        TransferLimits tight = new TransferLimits(10, 4, 2);
        RaftCluster cluster = new RaftCluster(3, Configuration.ofFirst(3), 2, config -> config.withTransfer(tight));
        cluster.elect(0);
        cluster.isolate(2);
        cluster.submitAll("c", 80);
        cluster.heal();
        cluster.run(60);
        cluster.submitAll("d", 40);
        cluster.run(60);
        assertThat(cluster.node(2).announcements)
                .as("once, and not with each state that is offered")
                .filteredOn(text -> text.startsWith("cannot take the state at "))
                .hasSize(1);
        assertThat(cluster.node(2).down).isFalse();
        assertThat(cluster.node(2).protocol.status().mode().label()).isNotEqualTo("normal");
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
        assertThat(cluster.node(2).protocol.status().mode().label()).isEqualTo("fetching-state");
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
        assertThat(cluster.node(2).protocol.status().mode().label()).isEqualTo("fetching-state");
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
        cluster.runUntil(() -> cluster.node(2).protocol.status().mode().label().equals("fetching-state"), 10);
        cluster.submitAll("more", 8);
        assertThat(cluster.node(0).status().firstIndex()).isGreaterThan(65);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("more7"), 30);
        assertThat(cluster.node(2).announcements).contains("installed the state at 64", "installed the state at 72");
    }

    /** A state that changes faster than it is fetched would never arrive otherwise. */
    @Test
    void aTransferThatGetsAheadIsNotGivenUpForANewerState() {
        MerkleStateStore store = new MerkleStateStore();
        for (int key = 0; key < 5_000; key++) {
            store.put(ByteString.copyFromUtf8("key " + key), ByteString.copyFrom(new byte[100]));
        }
        SnapshotKeeper keeper = new SnapshotKeeper();
        keeper.keep(ServiceSnapshot.of(8, ByteString.EMPTY, Optional.of(store.tree())));
        Digest digest = keeper.newest().orElseThrow().stateDigest();
        Configuration group = Configuration.ofFirst(3);
        LoneReplica replica = new LoneReplica(3, 1, 1);
        replica.receive(1, new InstallSnapshot(1, new SnapshotMeta(8, 1, digest, group)));
        replica.receive(1, keeper.answer(0, new FetchManifest(8, digest)).orElseThrow());
        List<FetchPiece> asked = replica.sentTo(1, FetchPiece.class);
        assertThat(asked).isNotEmpty();

        InstallSnapshot newer = new InstallSnapshot(1, new SnapshotMeta(64, 1, Digest.of(ByteString.EMPTY), group));
        replica.clear().receive(1, newer);
        assertThat(replica.sent(FetchManifest.class)).isEmpty();
        replica.tick(2).receive(1, keeper.answer(0, asked.get(0)).orElseThrow());
        for (int retry = 0; retry < 10; retry++) {
            assertThat(replica.clear().tick(2).receive(1, newer).sent(FetchManifest.class))
                    .isEmpty();
        }

        assertThat(replica.tick(1).receive(1, newer).sentTo(1, FetchManifest.class))
                .as("nobody answers about the old one any more")
                .extracting(FetchManifest::sequence)
                .containsExactly(64L);
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

    /** Found by the simulator: each of them is a whole state, kept until it is known to be there. */
    @Test
    void whatIsCommittedAtOnceCostsOneState() {
        LoneReplica follower = new LoneReplica(3, 5, -1);
        long[] terms = new long[50];
        Arrays.fill(terms, 5);
        follower.receive(1, new AppendEntries(5, 0, 0, LoneReplica.entries(1, terms), 50, 0));

        assertThat(follower.of(Action.Commit.class)).hasSize(50);
        assertThat(follower.of(Action.TakeCheckpoint.class)).containsExactly(new Action.TakeCheckpoint(48));
        assertThat(follower.actions().indexOf(new Action.TakeCheckpoint(48)))
                .as("before anything later is executed")
                .isEqualTo(follower.actions()
                                .indexOf(follower.of(Action.Commit.class).get(47))
                        + 1);
        assertThat(follower.execute(1).status().snapshotIndex()).isEqualTo(48);
    }
}
