package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;

/** Transfer, membership, reads and restarts as etcd's Raft is known to do them, and as Ongaro's dissertation asks. */
class RaftThirdPartyGroupTest {

    // Transfer (dissertation 3.10)

    private static LoneReplica leaderWithFollowersUpToDate() {
        return new LoneReplica(3, 1, -1)
                .lead(3)
                .acknowledge(1, 1)
                .acknowledge(2, 1)
                .clear();
    }

    /** TestLeaderTransferToUpToDateNode, TestLeaderTransferReceiveHigherTermVote. */
    @Test
    void anUpToDateFollowerIsToldAtOnceAndTheLeaderVotesForIt() {
        LoneReplica leader = leaderWithFollowersUpToDate();
        leader.step(new Event.LeadershipTransferRequested(7, 2));
        assertThat(leader.sentTo(2, TimeoutNow.class)).containsExactly(new TimeoutNow(2));
        assertThat(leader.sentTo(1, TimeoutNow.class)).isEmpty();
        leader.clear().receive(2, new RequestVote(3, 1, 2, false, true));
        assertThat(leader.status().votedFor()).isEqualTo(2);
        assertThat(leader.actions())
                .contains(new Action.AnswerOperator(7, true, "leadership was handed over; the group is in term 3"));
    }

    /** TestLeaderTransferBack, TestLeaderTransferSecondTransferToAnotherNode: one at a time, until it has run out. */
    @Test
    void aSecondTransferWaitsForTheEndOfTheFirst() {
        LoneReplica leader = leaderWithFollowersUpToDate().submit(1, "x");
        leader.step(new Event.LeadershipTransferRequested(7, 1)).clear();
        leader.step(new Event.LeadershipTransferRequested(8, 2));
        assertThat(leader.actions())
                .containsExactly(new Action.AnswerOperator(8, false, "another transfer is under way"));
        for (int tick = 0; tick < 10; tick++) {
            leader.tick(1).receive(2, new AppendEntriesReply(2, 0, true, 1, 0, 0, false));
        }
        assertThat(leader.actions())
                .contains(new Action.AnswerOperator(7, false, "replica 1 did not take over in time"));
        leader.clear().step(new Event.LeadershipTransferRequested(9, 0));
        assertThat(leader.actions()).containsExactly(new Action.AnswerOperator(9, true, "replica 0 leads already"));
        leader.acknowledge(2, 2).clear().step(new Event.LeadershipTransferRequested(10, 2));
        assertThat(leader.sentTo(2, TimeoutNow.class)).hasSize(1);
    }

    /** TestLeaderTransferAfterSnapshot: a voter whose entries are compacted away fetches the state first. */
    @Test
    void aVoterThatNeedsAStateGetsItAndThenLeads() {
        RaftCluster cluster = new RaftCluster(3, 31);
        cluster.elect(0);
        cluster.isolate(2);
        cluster.submitAll("op", 64);
        cluster.heal();
        cluster.node(0).step(new Event.LeadershipTransferRequested(7, 2));
        cluster.run(12);
        assertThat(cluster.node(2).leads()).isTrue();
        assertThat(cluster.node(2).announcements).anyMatch(text -> text.startsWith("installed the state"));
    }

    /** TestLeaderTransferToNonExistingNode, TestLeaderTransferToLearner; and to one that has lost its log. */
    @ParameterizedTest
    @CsvSource({"4,there is no such voter", "2,replica 2 has lost its log and may not lead before it has it again"})
    void whoMayNotLeadIsNotWaitedFor(int target, String answer) {
        LoneReplica leader = leaderWithFollowersUpToDate();
        leader.receive(2, new AppendEntriesReply(2, 0, false, 1, 0, 0, true)).clear();
        leader.step(new Event.LeadershipTransferRequested(7, target));
        assertThat(leader.of(Action.AnswerOperator.class)).containsExactly(new Action.AnswerOperator(7, false, answer));
        leader.clear().submit(1, "x");
        assertThat(leader.status().lastIndex())
                .as("requests are not held up (the no-ops are for the one that lost its log)")
                .isGreaterThan(1);
    }

    /** Both have the whole log, and one of them has just died. */
    @Test
    void whoHasJustDiedIsNotChosenToLead() {
        LoneReplica silent = leaderWithFollowersUpToDate();
        silent.tick(5).acknowledge(2, 1).clear();
        silent.step(new Event.LeadershipTransferRequested(7, -1));
        assertThat(silent.sentTo(2, RaftMessage.TimeoutNow.class)).hasSize(1);
        LoneReplica refused = leaderWithFollowersUpToDate();
        refused.step(new Event.PeerUnreachable(1)).clear();
        refused.step(new Event.LeadershipTransferRequested(7, -1));
        assertThat(refused.sentTo(2, RaftMessage.TimeoutNow.class)).hasSize(1);
    }

    /** TestLeaderTransferRemoveNode: the target leaves the group; the leader goes on when the time is up. */
    @Test
    void aTargetThatIsRemovedDoesNotStopTheLeader() {
        RaftCluster cluster = new RaftCluster(3, 32);
        RaftNode leader = cluster.elect(0);
        cluster.submitAll("op", 1);
        cluster.crash(2);
        cluster.submitAll("op", 1);
        leader.step(new Event.LeadershipTransferRequested(7, 2));
        leader.step(new Event.MembershipRequested(8, List.of(0, 1), List.of()));
        cluster.run(12);
        assertThat(leader.operatorAnswers)
                .containsExactly(
                        "8 true the group is now voters [0, 1]", "7 false replica 2 did not take over in time");
        cluster.submitTo(0, "after");
        cluster.runUntil(() -> cluster.node(1).journal.has("after"), 5);
    }

    // Membership (Raft 6, dissertation 4)

    /** TestCommitAfterRemoveNode: what waited for a replica that is gone is committed once it does not count. */
    @Test
    void removingADeadReplicaLetsACommandCommit() {
        LoneReplica leader = new LoneReplica(RaftConfig.forTests(0, 4), 1, -1).lead(4);
        leader.acknowledge(1, 1).acknowledge(2, 1).submit(1, "x").loopBack();
        leader.acknowledge(1, 2);
        assertThat(leader.status().commitIndex()).as("two of four").isEqualTo(1);
        leader.acknowledge(2, 2).step(new Event.MembershipRequested(7, List.of(0, 1), List.of()));
        leader.loopBack().acknowledge(1, 3);
        assertThat(leader.status().commitIndex())
                .as("two of the new, but only two of the old four")
                .isEqualTo(2);
        leader.acknowledge(2, 3).loopBack().acknowledge(1, 4);
        assertThat(leader.status().configuration()).isEqualTo(Configuration.of(List.of(0, 1)));
        assertThat(leader.status().commitIndex()).isEqualTo(4);
    }

    /** Nobody can answer at a replica that has left; so clients hear of it, and need not wait for their timeouts. */
    @Test
    void aLeaderThatIsRemovedRefusesWhatWaits() {
        LoneReplica leader = leaderWithFollowersUpToDate();
        leader.step(new Event.MembershipRequested(7, List.of(1, 2), List.of()));
        leader.loopBack().acknowledge(1, 2).acknowledge(2, 2);
        leader.loopBack().step(new Event.LeadershipTransferRequested(8, 1));
        // A transfer holds proposals back, so this one waits.
        leader.submit(1, "waits").clear().acknowledge(1, 3).acknowledge(2, 3);
        assertThat(leader.status().role()).isEqualTo("follower");
        assertThat(leader.of(Action.Refuse.class))
                .containsExactly(new Action.Refuse(RaftCluster.request(1, 1, "waits"), Action.Refusal.NO_LEADER));
        assertThat(leader.protocol.status().pendingRequests()).isZero();
    }

    /** Dissertation 6.2: a leader that hears no majority sends its clients away, not only itself. */
    @Test
    void aLeaderWithoutAQuorumRefusesWhatWaits() {
        LoneReplica leader =
                leaderWithFollowersUpToDate().submit(1, "x").clear().tick(20);
        assertThat(leader.status().role()).isEqualTo("follower");
        assertThat(leader.of(Action.Refuse.class))
                .extracting(Action.Refuse::reason)
                .containsExactly(Action.Refusal.NO_LEADER);
    }

    /** TestLearnerPromotion, and the leader dies before or after the joint configuration is committed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 6, 8, 12, 20})
    void aPromotionIsFinishedOrForgottenWhenTheLeaderDies(int deliveries) {
        Configuration before = new Configuration(List.of(0, 1, 2), List.of(), List.of(3));
        RaftCluster cluster = new RaftCluster(4, before, 33, config -> config);
        cluster.elect(0);
        cluster.submitAll("op", 3);
        cluster.run(3);
        cluster.node(0).step(new Event.MembershipRequested(7, List.of(0, 1, 2, 3), List.of()));
        for (int i = 0; i < deliveries; i++) {
            cluster.deliverOne();
        }
        cluster.crash(0);
        RaftNode next = cluster.awaitLeader();
        cluster.submitAll("after", 3);
        cluster.run(20);
        assertThat(next.status().configuration()).isIn(before, Configuration.ofFirst(4));
        cluster.restart(0);
        cluster.runUntil(() -> cluster.executedEverywhere("after2"), 40);
        assertThat(cluster.nodes)
                .allMatch(node -> node.status()
                        .configuration()
                        .equals(cluster.leader().orElseThrow().status().configuration()));
        cluster.assertEqualJournals();
    }

    /** A replica is removed, its disk is exchanged, and it joins again: it learns everything before it votes. */
    @Test
    void aReplicaThatComesBackWithAnEmptyDiskJoinsAgain() {
        RaftCluster cluster = new RaftCluster(3, 34);
        RaftNode leader = cluster.elect(0);
        cluster.submitAll("op", 40);
        leader.step(new Event.MembershipRequested(1, List.of(0, 1), List.of()));
        cluster.run(3);
        cluster.crash(2);
        cluster.node(2).log = new DurableLog(false);
        cluster.node(2).keeper = new org.tagma.core.service.SnapshotKeeper();
        cluster.restart(2);
        cluster.run(45);
        assertThat(leader.leads())
                .as("it believes it has a vote, and disturbs nobody")
                .isTrue();
        leader.step(new Event.MembershipRequested(2, List.of(0, 1, 2), List.of()));
        cluster.runUntil(() -> leader.operatorAnswers.size() == 2, 40);
        assertThat(leader.operatorAnswers)
                .containsExactly("1 true the group is now voters [0, 1]", "2 true the group is now voters [0, 1, 2]");
        cluster.crash(1);
        cluster.submitAll("after", 3);
        assertThat(leader.journal.has("after2")).as("its vote counts again").isTrue();
        cluster.runUntil(() -> cluster.executedEverywhere("after2"), 10);
    }

    // Reads (dissertation 6.4)

    /** TestReadOnlyOptionSafe, TestReadOnlyWithLearner: at the leader, at a follower, at one that has no vote. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void everyMemberServesLinearizableReads(int at) {
        RaftCluster cluster =
                new RaftCluster(4, new Configuration(List.of(0, 1, 2), List.of(), List.of(3)), 35, config -> config);
        cluster.elect(0);
        cluster.submitAll("op", 5);
        long id = cluster.read(at);
        cluster.runUntil(() -> cluster.node(at).reads.containsKey(id), 6);
        assertThat(cluster.node(at).reads.get(id)).isEqualTo(5);
    }

    /**
     * The leader changes between a follower's question and the answer: the read is refused in the end, or served
     * rightly.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void aReadDuringAChangeOfLeadersIsNeverStaleAndNeverForgotten(int deliveries) {
        RaftCluster cluster = new RaftCluster(3, 36);
        cluster.elect(0);
        cluster.submitAll("op", 3);
        long atFollower = cluster.read(1);
        long atLeader = cluster.read(0);
        for (int i = 0; i < deliveries; i++) {
            cluster.deliverOne();
        }
        cluster.isolate(0);
        cluster.runUntil(() -> cluster.node(2).leads() || cluster.node(1).leads(), 80);
        cluster.run(3);
        cluster.submitTo(cluster.leader().orElseThrow().id, "new");
        cluster.run(30);
        // RaftCluster.onRead holds the ones that are served against what was committed when they were asked.
        assertThat(ended(cluster.node(1), atFollower)).isTrue();
        assertThat(ended(cluster.node(0), atLeader)).isTrue();
        long again = cluster.read(1);
        cluster.run(6);
        assertThat(cluster.node(1).reads.get(again)).isEqualTo(4);
    }

    private static boolean ended(RaftNode node, long read) {
        return node.reads.containsKey(read) || node.refusedReads.contains(read);
    }

    // A restart without the memory of the log

    /** In a group where nobody submits anything, it votes again within two election timeouts. */
    @Test
    void whoLostItsLogTakesPartAgainInAnIdleGroup() {
        RaftCluster cluster = new RaftCluster(3, 37);
        cluster.elect(0);
        cluster.submitAll("op", 20);
        cluster.run(5);
        cluster.crash(2);
        cluster.restartWithAmnesia(2);
        assertThat(cluster.node(2).status().recovering()).isTrue();
        cluster.run(20);
        assertThat(cluster.node(2).status().recovering()).isFalse();
        cluster.crash(1);
        cluster.submitAll("after", 2);
        assertThat(cluster.node(2).journal.has("after1"))
                .as("its vote counts again")
                .isTrue();
    }

    /** A leader whose disk is slow: the others' disks suffice, and it counts itself only when its own is done. */
    @Test
    void aSlowDiskOfTheLeaderHoldsNobodyUp() {
        LoneReplica leader = leaderWithFollowersUpToDate();
        leader.submit(1, "x");
        leader.acknowledge(1, 2);
        assertThat(leader.status().commitIndex()).as("one of three").isEqualTo(1);
        leader.acknowledge(2, 2);
        assertThat(leader.status().commitIndex()).isEqualTo(2);
        leader.clear().submit(2, "y").acknowledge(1, 3);
        assertThat(leader.status().commitIndex()).isEqualTo(2);
        leader.loopBack();
        assertThat(leader.status().commitIndex()).isEqualTo(3);
    }
}
