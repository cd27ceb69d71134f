package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.service.TransferLimits;

/** Snapshots as etcd's Raft is known to send them, and the choice between a snapshot and the log. */
class RaftThirdPartySnapshotTest {

    private static final int MESSAGE_BYTES = 8192;

    /**
     * A leader of three, with a long tail of its log kept, whose follower 1 has everything and whose follower 2 is
     * silent.
     */
    private static LoneReplica leader(int logTail, int operations, int operationBytes, long stateBytes) {
        RaftConfig config = new RaftConfig(
                0,
                Configuration.ofFirst(3),
                1,
                8,
                logTail,
                64,
                4,
                16,
                1 << 20,
                MESSAGE_BYTES,
                4,
                1 << 18,
                50,
                10,
                2,
                false,
                10,
                9,
                99,
                99,
                32,
                MemoryBounds.DEFAULT,
                TransferLimits.DEFAULT);
        LoneReplica leader = new LoneReplica(config, 1, -1).lead(3).acknowledge(1, 1);
        for (int number = 1; number <= operations; number++) {
            leader.execute(stateBytes).clear().submit(number, "x".repeat(operationBytes));
            leader.loopBack().acknowledge(1, leader.status().lastIndex());
        }
        return leader.execute(stateBytes).clear();
    }

    /** TestSendingSnapshotSetPendingSnapshot, TestPendingSnapshotPauseReplication, TestSnapshotSucceed. */
    @Test
    void whileAFollowerFetchesAStateItGetsNoEntries() {
        LoneReplica leader = leader(4, 20, 10, Event.CheckpointTaken.UNKNOWN_BYTES);
        assertThat(leader.status().firstIndex()).isEqualTo(13);
        leader.tick(2);
        assertThat(leader.follower(2).mode()).isEqualTo("snapshot");
        assertThat(offered(leader))
                .as("what it may be fetching already, and is kept")
                .containsExactly(8L);
        leader.clear().acknowledge(2, 8).tick(2);
        assertThat(offered(leader)).as("the log does not reach down to 8").containsExactly(16L);

        leader.clear().submit(21, "more").loopBack().acknowledge(1, 22);
        assertThat(leader.status().commitIndex()).isEqualTo(22);
        assertThat(leader.sentTo(2, AppendEntries.class)).isEmpty();

        leader.clear().acknowledge(2, 16);
        assertThat(leader.follower(2).mode()).isEqualTo("probe");
        assertThat(leader.sentTo(2, AppendEntries.class))
                .singleElement()
                .satisfies(append -> assertThat(append.prevLogIndex()).isEqualTo(16));
        leader.acknowledge(2, 22);
        assertThat(leader.follower(2).mode()).isEqualTo("replicate");
    }

    private static List<Long> offered(LoneReplica leader) {
        return leader.sentTo(2, InstallSnapshot.class).stream()
                .map(offer -> offer.snapshot().index())
                .toList();
    }

    /**
     * TestIgnoreProvidingSnap, TestSnapshotAbort: an offer to a follower that is away is repeated, and overtaken by
     * events.
     */
    @Test
    void anOfferIsRepeatedUntilTheFollowerHasSoMuch() {
        LoneReplica leader = leader(4, 20, 10, Event.CheckpointTaken.UNKNOWN_BYTES);
        leader.tick(2).refuse(2, leader.follower(2).next() - 1, 0, 0).clear();
        leader.tick(2).acknowledge(1, 0).tick(2).acknowledge(1, 0);
        assertThat(leader.sentTo(2, InstallSnapshot.class)).hasSize(2);
        leader.clear().acknowledge(2, 18);
        assertThat(leader.follower(2).mode()).as("it had the entries all along").isEqualTo("probe");
        leader.clear().tick(2);
        assertThat(leader.sentTo(2, InstallSnapshot.class)).isEmpty();
    }

    /**
     * A follower that is behind is caught up by log or snapshot, whichever is shorter; one message's worth is always
     * log.
     */
    @ParameterizedTest
    @CsvSource({
        "500, 2000, snapshot",
        "500, 1000000, replicate",
        "500, 9223372036854775807, replicate",
        "5, 1, replicate"
    })
    void theShorterWayIsTaken(int operationBytes, long stateBytes, String mode) {
        LoneReplica leader = leader(64, 20, operationBytes, stateBytes);
        assertThat(leader.status().firstIndex()).isEqualTo(1);
        leader.tick(2).acknowledge(2, 1);
        assertThat(leader.follower(2).mode()).isEqualTo(mode);
        assertThat(leader.sentTo(2, InstallSnapshot.class)).hasSize(mode.equals("snapshot") ? 1 : 0);

        leader.clear().acknowledge(2, 1);
        assertThat(leader.follower(2).mode())
                .as("an answer to a heartbeat does not change that")
                .isEqualTo(mode);
        leader.acknowledge(2, 16);
        assertThat(leader.follower(2).mode()).isNotEqualTo("snapshot");
    }

    /** The same between replicas: the state is installed although the leader has the whole log. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aFollowerThatWasAwayCatchesUpTheShorterWay(boolean smallMessages) {
        RaftCluster cluster = new RaftCluster(
                3,
                Configuration.ofFirst(3),
                21,
                config -> new RaftConfig(
                        config.replica(),
                        config.membership(),
                        config.seed(),
                        8,
                        1000,
                        64,
                        4,
                        16,
                        1 << 20,
                        smallMessages ? 64 : 1 << 20,
                        4,
                        1 << 18,
                        50,
                        10,
                        2,
                        false,
                        10,
                        9,
                        99,
                        99,
                        32,
                        MemoryBounds.DEFAULT,
                        TransferLimits.DEFAULT));
        cluster.elect(0);
        cluster.isolate(2);
        cluster.submitAll("op", 40);
        assertThat(cluster.node(0).status().firstIndex()).isEqualTo(1);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("op39"), 30);
        // 40 entries weigh at least 64 bytes each, the journal that they make a tenth of that.
        assertThat(cluster.node(2).announcements.contains("installed the state at 40"))
                .isEqualTo(smallMessages);
        cluster.assertEqualJournals();
        cluster.submitAll("after", 5);
        cluster.runUntil(() -> cluster.executedEverywhere("after4"), 10);
    }
}
