package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.RaftTimer;
import org.tagma.core.raft.message.SnapshotMeta;

/** Published or reported mistakes of other implementations, one test each. */
class RaftKnownBugsTest {

    @Test
    void bug26FigureEightAnEntryOfAnEarlierTermIsNotCommittedByCounting() {
        // (c) of Figure 8: the leader of term 4 has its entry of term 2 on a majority, and an own entry nowhere else.
        LoneReplica leader = new LoneReplica(5, 3, -1, 1, 2);
        leader.tickUntilItStands().loopBack().clear();
        leader.receive(1, new RequestVoteReply(3, 4, true, true)).receive(2, new RequestVoteReply(3, 4, true, true));
        leader.loopBack().clear();
        leader.receive(1, new RequestVoteReply(4, 4, false, true)).receive(2, new RequestVoteReply(4, 4, false, true));
        assertThat(leader.status().role()).isEqualTo("leader");
        leader.loopBack();
        leader.receive(1, new AppendEntriesReply(4, 0, true, 2, 0, 0, false));
        leader.receive(2, new AppendEntriesReply(4, 0, true, 2, 0, 0, false));
        assertThat(leader.status().commitIndex()).isZero();
        assertThat(leader.of(Action.Commit.class)).isEmpty();
        // (e): its own entry on a majority commits both.
        leader.receive(1, new AppendEntriesReply(4, 0, true, 3, 0, 0, false));
        leader.receive(2, new AppendEntriesReply(4, 0, true, 3, 0, 0, false));
        assertThat(leader.of(Action.Commit.class))
                .extracting(Action.Commit::sequence)
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void bug27TermAndVoteAreDurableBeforeTheAnswer() {
        LoneReplica voter = new LoneReplica(3, 1, -1, 1).clear();
        voter.receive(1, new RequestVote(5, 1, 1, false, false));
        assertThat(voter.actions())
                .startsWith(new Action.Persist(new RaftRecord.HardState(5, 1)))
                .contains(new Action.Send(1, new RequestVoteReply(5, 5, false, true)));
    }

    @Test
    void bug27AVoterThatRestartsVotesForNobodyElseInTheTerm() {
        LoneReplica again = new LoneReplica(3, 5, 1, 1).clear();
        again.receive(2, new RequestVote(5, 9, 4, false, false));
        assertThat(again.sent(RequestVoteReply.class)).containsExactly(new RequestVoteReply(5, 5, false, false));
    }

    @Test
    void bug28APartitionedReplicaComesBackWithoutDisturbingTheLeader() {
        RaftCluster cluster = new RaftCluster(3, 1);
        RaftNode leader = cluster.elect(0);
        long term = leader.status().term();
        cluster.isolate(2);
        cluster.run(200);
        cluster.heal();
        cluster.run(40);
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.status().term()).isEqualTo(term));
        assertThat(leader.leads()).isTrue();
    }

    /** The outage of 2020: one follower cannot hear the leader, but the other follower can hear both. */
    @Test
    void bug28APartialPartitionDoesNotChangeTheLeader() {
        RaftCluster cluster = new RaftCluster(3, 2);
        RaftNode leader = cluster.elect(0);
        long term = leader.status().term();
        cluster.connected = (from, to) -> from + to != 2 || from.equals(to);
        for (int i = 0; i < 20; i++) {
            cluster.submitTo(0, "op" + i);
            cluster.run(10);
        }
        assertThat(leader.leads()).isTrue();
        assertThat(leader.status().term()).isEqualTo(term);
        assertThat(cluster.node(1).journal.has("op19")).isTrue();
    }

    @Test
    void bug29AStaleAppendEntriesDoesNotTruncateWhatIsThere() {
        LoneReplica follower = new LoneReplica(3, 1, -1);
        follower.receive(1, new AppendEntries(1, 0, 0, LoneReplica.entries(1, 1, 1, 1, 1), 2, 0));
        follower.receive(1, new AppendEntries(1, 0, 0, LoneReplica.entries(1, 1), 0, 0));
        follower.receive(1, new AppendEntries(1, 2, 1, LoneReplica.entries(3, 1), 0, 0));
        assertThat(follower.status().lastIndex()).isEqualTo(4);
        assertThat(follower.status().commitIndex()).isEqualTo(2);
        assertThat(follower.of(Action.Persist.class))
                .noneMatch(persist -> persist.record() instanceof RaftRecord.SuffixRemoved);
    }

    @Test
    void bug29AStaleSnapshotDoesNotReplaceWhatIsCommitted() {
        LoneReplica follower = new LoneReplica(3, 1, -1);
        follower.receive(1, new AppendEntries(1, 0, 0, LoneReplica.entries(1, 1, 1, 1, 1), 4, 0))
                .clear();
        SnapshotMeta old = new SnapshotMeta(3, 1, Digest.NULL, Configuration.ofFirst(3));
        follower.receive(1, new InstallSnapshot(1, old));
        assertThat(follower.sent(AppendEntriesReply.class))
                .containsExactly(new AppendEntriesReply(1, 0, true, 4, 0, 0, false));
        assertThat(follower.status().lastIndex()).isEqualTo(4);
        assertThat(follower.protocol.status().mode().label()).isEqualTo("follower");
    }

    @Test
    void bug29ASnapshotOfWhatTheLogHasOnlyCommitsIt() {
        LoneReplica follower = new LoneReplica(3, 1, -1);
        follower.receive(1, new AppendEntries(1, 0, 0, LoneReplica.entries(1, 1, 1, 1, 1), 1, 0))
                .clear();
        SnapshotMeta snapshot = new SnapshotMeta(3, 1, Digest.NULL, Configuration.ofFirst(3));
        follower.receive(1, new InstallSnapshot(1, snapshot));
        assertThat(follower.status().commitIndex()).isEqualTo(3);
        assertThat(follower.status().lastIndex()).isEqualTo(4);
        assertThat(follower.protocol.status().mode().label()).isEqualTo("follower");
    }

    @Test
    void bug30NoReadBeforeAnEntryOfTheTermIsCommitted() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1).lead().loopBack();
        leader.step(new Event.ReadReceived(1)).step(new Event.QueueDrained(1));
        leader.receive(2, new ReadIndex(2, 77));
        leader.tick(2);
        leader.receive(1, new AppendEntriesReply(2, 1, false, 1, 0, 0, false));
        assertThat(leader.of(Action.ReadReady.class)).isEmpty();
        leader.receive(1, new AppendEntriesReply(2, 1, true, 2, 0, 0, false));
        leader.step(new Event.Executed(1, List.of())).step(new Event.Executed(2, List.of()));
        assertThat(leader.of(Action.ReadReady.class))
                .as("the round began before")
                .isEmpty();
        leader.step(new Event.QueueDrained(2));
        leader.receive(1, new AppendEntriesReply(2, 2, true, 2, 0, 0, false));
        assertThat(leader.of(Action.ReadReady.class)).containsExactly(new Action.ReadReady(1, 2));
    }

    /** A leader that is elected again counts its rounds anew; found by the simulator, as false evidence. */
    @Test
    void bug30AnAnswerToAnEarlierTermConfirmsNoRoundOfALaterOne() {
        LoneReplica follower = new LoneReplica(3, 4, -1, 1).clear();
        follower.receive(1, new AppendEntries(3, 1, 1, List.of(), 1, 50));
        assertThat(follower.sent(AppendEntriesReply.class))
                .containsExactly(new AppendEntriesReply(4, 0, false, 0, 0, 0, false));
    }

    @Test
    void bug30ALeaseThatRanOutIsNotTrustedEvenIfNoTickCame() {
        RaftConfig config = RaftConfig.forTests(0, Configuration.ofFirst(3), 1, true);
        LoneReplica leader = new LoneReplica(config, 1, -1, 1).lead().loopBack();
        leader.receive(1, new AppendEntriesReply(2, 0, true, 2, 0, 0, false));
        leader.step(new Event.Executed(1, List.of())).step(new Event.Executed(2, List.of()));
        leader.step(new Event.QueueDrained(1000)).tick(2);
        leader.receive(1, new AppendEntriesReply(2, 1, true, 2, 0, 0, false));
        long leaseMillis = config.leaseMillis();
        assertThat(leaseMillis).as("9 of 10 ticks of 50 ms, less a tenth").isEqualTo(405);
        leader.step(new Event.ReadReceived(1)).step(new Event.QueueDrained(1000 + leaseMillis - 1));
        assertThat(leader.of(Action.ReadReady.class)).containsExactly(new Action.ReadReady(1, 2));
        // It was paused: its own ticks stood still, and another may lead by now.
        leader.clear().step(new Event.ReadReceived(2)).step(new Event.QueueDrained(1000 + leaseMillis));
        assertThat(leader.of(Action.ReadReady.class)).isEmpty();
    }

    @Test
    void bug30ALeaseIsNotKeptAliveByAClockThatWasSetBackOrStoodStill() {
        RaftConfig config = RaftConfig.forTests(0, Configuration.ofFirst(3), 1, true);
        LoneReplica leader = new LoneReplica(config, 1, -1, 1).lead().loopBack();
        leader.receive(1, new AppendEntriesReply(2, 0, true, 2, 0, 0, false));
        leader.step(new Event.Executed(1, List.of())).step(new Event.Executed(2, List.of()));
        leader.step(new Event.QueueDrained(9_000, 1_000)).tick(2);
        leader.receive(1, new AppendEntriesReply(2, 1, true, 2, 0, 0, false));
        long leaseMillis = config.leaseMillis();
        leader.step(new Event.ReadReceived(1)).step(new Event.QueueDrained(9_001, 1_000 + leaseMillis));
        assertThat(leader.of(Action.ReadReady.class))
                .as("the wall clock was set back")
                .isEmpty();
        LoneReplica suspended = new LoneReplica(config, 1, -1, 1).lead().loopBack();
        suspended.receive(1, new AppendEntriesReply(2, 0, true, 2, 0, 0, false));
        suspended.step(new Event.Executed(1, List.of())).step(new Event.Executed(2, List.of()));
        suspended.step(new Event.QueueDrained(9_000, 1_000)).tick(2);
        suspended.receive(1, new AppendEntriesReply(2, 1, true, 2, 0, 0, false));
        suspended.step(new Event.ReadReceived(1)).step(new Event.QueueDrained(9_000 + leaseMillis, 1_001));
        assertThat(suspended.of(Action.ReadReady.class))
                .as("the machine was suspended")
                .isEmpty();
    }

    @Test
    void bug31NoChangeOfTheGroupBeforeAnEntryOfTheTermIsCommitted() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1).lead().loopBack();
        leader.step(new Event.MembershipRequested(5, List.of(0, 1), List.of()));
        assertThat(leader.of(Action.AnswerOperator.class))
                .containsExactly(new Action.AnswerOperator(5, false, "the leader is new; try again in a moment"));
        assertThat(leader.status().configuration()).isEqualTo(Configuration.ofFirst(3));
    }

    @Test
    void bug31AChangeBegunByALeaderThatDiesInTheJointConfigurationIsTakenToItsEnd() {
        RaftCluster cluster = new RaftCluster(5, Configuration.ofFirst(3), 3, config -> config);
        RaftNode old = cluster.elect(0);
        cluster.submitAll("op", 3);
        old.step(new Event.MembershipRequested(1, List.of(1, 2, 3, 4), List.of()));
        while (!old.status().configuration().isJoint()) {
            assertThat(cluster.deliverOne()).isTrue();
        }
        cluster.runUntil(
                () -> cluster.up()
                                        .filter(node ->
                                                node.status().configuration().isJoint())
                                        .count()
                                >= 4
                        || !old.status().configuration().isJoint(),
                5);
        cluster.crash(0);
        RaftNode next = cluster.awaitLeader();
        cluster.runUntil(() -> !next.status().configuration().isJoint(), 60);
        cluster.run(5);
        assertThat(cluster.leader().orElseThrow().status().configuration())
                .isEqualTo(Configuration.of(List.of(1, 2, 3, 4)));
    }

    @Test
    void bug32ARequestSentAgainToTheNextLeaderIsExecutedOnce() {
        RaftCluster cluster = new RaftCluster(3, 4);
        cluster.elect(0);
        Request request = cluster.submitTo(0, "once");
        cluster.deliverAll();
        cluster.crash(0);
        RaftNode next = cluster.awaitLeader();
        cluster.give(next.id, request);
        cluster.run(5);
        cluster.restart(0);
        cluster.run(30);
        cluster.leader().ifPresent(leader -> cluster.give(leader.id, request));
        cluster.run(5);
        assertThat(cluster.nodes)
                .allSatisfy(node -> assertThat(node.operations()).hasSize(1));
    }

    @Test
    void bug33ASlowFollowerCostsTheLeaderNoMemory() {
        RaftCluster cluster = new RaftCluster(3, 5);
        RaftNode leader = cluster.elect(0);
        // Replica 2 gets everything and answers nothing.
        cluster.filter = (from, to, message) -> from != 2;
        for (int i = 0; i < 300; i++) {
            cluster.submitAll("op" + i + ".", 1);
            if (i % 10 == 0) {
                cluster.run(1);
            }
            RaftStatus status = leader.status();
            assertThat(status.lastIndex() - status.firstIndex()).isLessThan(2 * 8 + 4);
            assertThat(status.followers().get(1).inflightMessages()).isLessThanOrEqualTo(4);
        }
        assertThat(leader.status().commitIndex()).isGreaterThan(300);
    }

    @Test
    void bug33AFollowerWhoseStateMachineStallsBoundsItsLog() {
        RaftCluster cluster = new RaftCluster(3, 6);
        cluster.elect(0);
        cluster.node(2).executionStalls = true;
        for (int i = 0; i < 300; i++) {
            cluster.submitAll("op" + i + ".", 1);
            if (i % 20 == 0) {
                cluster.run(1);
            }
            RaftStatus status = cluster.node(2).status();
            assertThat(status.lastIndex() - status.lastExecuted()).isLessThanOrEqualTo(64);
        }
        cluster.node(2).executionStalls = false;
        cluster.runUntil(() -> cluster.executedEverywhere("op299.0"), 100);
        cluster.assertEqualJournals();
    }

    /**
     * Found by the scheduler of FLP: the group stood still for ever after more elections in vain than the window has
     * room for.
     */
    @Test
    void anUncommittedTailLongerThanTheWindowIsTaken() {
        long[] terms = LongStream.rangeClosed(1, 100).toArray();
        LoneReplica follower = new LoneReplica(3, 100, -1);
        follower.receive(1, new AppendEntries(100, 0, 0, LoneReplica.entries(1, terms), 0, 0));
        assertThat(follower.status().lastIndex()).isEqualTo(100);
        LoneReplica slow = new LoneReplica(3, 100, -1);
        slow.receive(1, new AppendEntries(100, 0, 0, LoneReplica.entries(1, terms), 100, 0));
        assertThat(slow.status().lastIndex())
                .as("what waits for execution is bounded")
                .isEqualTo(64);
    }

    /** Found by a group tossed about: leader and follower talked without end until the follower had room again. */
    @Test
    void aFollowerThatIsFullDoesNotAskForWhatItCannotTake() {
        long[] terms = LongStream.rangeClosed(1, 100).toArray();
        LoneReplica follower = new LoneReplica(3, 100, -1);
        follower.receive(1, new AppendEntries(100, 0, 0, LoneReplica.entries(1, terms), 100, 0));
        follower.clear().receive(1, new AppendEntries(100, 100, 100, List.of(), 100, 0));
        assertThat(follower.sends())
                .containsExactly(new Action.Send(1, new AppendEntriesReply(100, 0, true, 64, 0, 0, false)));
        follower.clear().receive(2, new AppendEntries(101, 100, 100, List.of(), 100, 0));
        assertThat(follower.sends())
                .as("of another leader's log it knows nothing yet")
                .containsExactly(new Action.Send(2, new AppendEntriesReply(101, 0, false, 100, 64, 64, false)));
    }

    @Test
    void aReplicaThatLostItsLogNeitherVotesNorCountsUntilItHasItAgain() {
        RaftCluster cluster = new RaftCluster(3, 8);
        cluster.elect(0);
        cluster.submitAll("op", 5);
        cluster.crash(2);
        cluster.restartWithAmnesia(2);
        assertThat(cluster.node(2).protocol.status().mode().label()).isEqualTo("recovering");
        cluster.crash(1);
        cluster.submitTo(0, "alone");
        cluster.run(5);
        assertThat(cluster.node(0).journal.has("alone"))
                .as("the forgetful one does not count")
                .isFalse();
        cluster.restart(1);
        cluster.runUntil(() -> !cluster.node(2).status().recovering(), 100);
        assertThat(cluster.node(2).announcements).anyMatch(text -> text.startsWith("recovered"));
        cluster.leader().ifPresent(leader -> cluster.crash(leader.id == 2 ? 1 : leader.id));
        cluster.awaitLeader();
        cluster.assertEqualJournals();
    }

    @Test
    void aReplicaThatLostItsLogRefusesItsVoteAndDoesNotStand() {
        RaftProtocol forgetful = new RaftProtocol(RaftConfig.forTests(0, 3));
        forgetful.step(new Event.Recovered(
                new Event.RecoveredLog(List.of(new RaftRecord.HardState(3, -1)), Event.LogIntegrity.PARTIAL)));
        RequestVote question = new RequestVote(4, 20, 3, false, false);
        assertThat(forgetful.step(new Event.MessageReceived(RaftCluster.sign(1, question))))
                .contains(new Action.Send(1, new RequestVoteReply(4, 4, false, false)));
        for (int tick = 0; tick < 50; tick++) {
            forgetful.step(new Event.TimerFired(RaftTimer.TICK));
        }
        assertThat(forgetful.raftStatus().role()).isEqualTo("follower");
    }
}
