package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftRecord;

/**
 * Election (Raft 5.2), pre-vote, check-quorum, stickiness and transfer, as other implementations are known to behave.
 */
class RaftElectionTest {

    /** A process that is killed closes its sockets, and each of the others sees it. */
    @Test
    void aLeaderWhoseProcessHasEndedIsReplacedWithinThreeTicks() {
        for (long seed = 1; seed <= 20; seed++) {
            RaftCluster cluster = new RaftCluster(5, seed);
            cluster.elect((int) seed % 5);
            cluster.submitAll("op", 2);
            int dead = cluster.leader().orElseThrow().id;
            cluster.crash(dead);
            cluster.up().forEach(node -> node.step(new Event.PeerUnreachable(dead)));
            cluster.run(3);
            assertThat(cluster.leader()).as("seed %s: %s", seed, cluster.nodes).isPresent();
        }
    }

    /** On a busy replica the news that it ended comes before the last that it said. */
    @Test
    void whatADeadLeaderSaidBeforeIsNoSignOfLife() {
        RaftCluster cluster = new RaftCluster(3, 1);
        cluster.elect(0);
        cluster.submitAll("op", 2);
        long term = cluster.node(0).status().term();
        long last = cluster.node(0).status().lastIndex();
        cluster.crash(0);
        cluster.up().forEach(node -> node.step(new Event.PeerUnreachable(0)));
        for (int tick = 0; tick < 3; tick++) {
            cluster.inject(0, 1, new AppendEntries(term, last, term, List.of(), last, 100 + tick));
            cluster.inject(0, 2, new AppendEntries(term, last, term, List.of(), last, 100 + tick));
            cluster.run(1);
        }
        assertThat(cluster.leader()).as("%s", cluster.nodes).isPresent();
    }

    @Test
    void theFirstInLineStandsAtOnceAndTheNextATickLater() {
        for (int ended : List.of(1, 2)) {
            LoneReplica follower = new LoneReplica(3, 1, -1, 1);
            follower.receive(ended, new AppendEntries(1, 1, 1, List.of(), 1, 0)).clear();
            follower.step(new Event.PeerUnreachable(ended));
            assertThat(follower.sent(RequestVote.class)).hasSize(ended == 2 ? 2 : 0);
            follower.tick(2);
            assertThat(follower.sent(RequestVote.class)).isNotEmpty();
        }
    }

    /** Its first words as a leader come after the news that it ended. */
    @Test
    void aLeaderThatEndedBeforeItWasHeardIsReplacedAsSoon() {
        LoneReplica follower = new LoneReplica(3, 1, -1, 1);
        follower.step(new Event.PeerUnreachable(2)).clear();
        follower.receive(2, new AppendEntries(2, 1, 1, List.of(), 1, 0)).clear().tick(3);
        assertThat(follower.sent(RequestVote.class)).isNotEmpty();
    }

    @Test
    void aLeaderWithANewConnectionIsBelievedAgain() {
        LoneReplica follower = new LoneReplica(3, 1, -1, 1);
        AppendEntries heartbeat = new AppendEntries(1, 1, 1, List.of(), 1, 0);
        follower.receive(2, heartbeat);
        follower.step(new Event.PeerUnreachable(2)).step(new Event.PeerConnected(2));
        follower.receive(2, heartbeat).clear().tick(9);
        assertThat(follower.sent(RequestVote.class)).isEmpty();
    }

    /** One that does not have the whole log is next to stand, and loses; the next but one is a tick later. */
    @Test
    void theNextVoterDoesNotHoldUpTheOneAfterIt() {
        RaftCluster cluster = new RaftCluster(3, 5);
        cluster.elect(0);
        cluster.isolate(1);
        cluster.submitAll("op", 2);
        cluster.heal();
        cluster.crash(0);
        cluster.up().forEach(node -> node.step(new Event.PeerUnreachable(0)));
        cluster.run(4);
        assertThat(cluster.node(2).leads()).as("%s", cluster.nodes).isTrue();
    }

    /** Known bug 28: its own network is in trouble; the others hear the leader. */
    @Test
    void oneThatAloneCannotReachTheLeaderDisturbsNobody() {
        RaftCluster cluster = new RaftCluster(3, 6);
        cluster.elect(0);
        long term = cluster.node(0).status().term();
        cluster.connected = (from, to) -> from + to != 2 || from == 1;
        cluster.node(2).step(new Event.PeerUnreachable(0));
        cluster.run(40);
        assertThat(cluster.node(0).leads()).isTrue();
        assertThat(cluster.up().map(node -> node.status().term())).containsOnly(term);
    }

    /** Known bug 30: the lease of a leader that is cut off counts on it that those who heard it wait. */
    @Test
    void withLeaseReadsNobodyStandsBeforeTheElectionTimeout() {
        LoneReplica follower = new LoneReplica(RaftConfig.forTests(0, Configuration.ofFirst(3), 1, true), 1, -1, 1);
        follower.receive(1, new RaftMessage.AppendEntries(1, 1, 1, List.of(), 1, 0));
        follower.step(new Event.PeerUnreachable(1)).clear().tick(8);
        assertThat(follower.sent(RaftMessage.RequestVote.class)).isEmpty();
        follower.receive(2, new RaftMessage.RequestVote(2, 1, 1, true, false));
        assertThat(follower.rejections()).containsExactly("LEADER_IS_ALIVE");
    }

    @Test
    void aFollowerThatHearsNobodyAsksForPreVotesInItsOwnTerm() {
        LoneReplica replica = new LoneReplica(3, 1, -1, 1).tickUntilItStands();
        assertThat(replica.sent(RequestVote.class))
                .containsOnly(new RequestVote(2, 1, 1, true, false))
                .hasSize(2);
        assertThat(replica.status().term()).isEqualTo(1);
        assertThat(replica.status().role()).isEqualTo("pre-candidate");
    }

    @Test
    void aMajorityOfPreVotesMakesACandidateWithADurableVoteForItself() {
        LoneReplica replica =
                new LoneReplica(3, 1, -1, 1).tickUntilItStands().loopBack().clear();
        replica.receive(2, new RequestVoteReply(1, 2, true, true));
        assertThat(replica.actions().get(0)).isEqualTo(new Action.Persist(new RaftRecord.HardState(2, 0)));
        assertThat(replica.sent(RequestVote.class))
                .containsOnly(new RequestVote(2, 1, 1, false, false))
                .hasSize(2);
        replica.receive(2, new RequestVoteReply(2, 2, false, true));
        assertThat(replica.status().role())
                .as("its own vote has not come back yet")
                .isEqualTo("candidate");
        replica.loopBack();
        assertThat(replica.status().role()).isEqualTo("leader");
    }

    @Test
    void aRefusedMajorityEndsTheCandidacy() {
        LoneReplica replica = new LoneReplica(3, 1, -1, 1).tickUntilItStands().loopBack();
        replica.receive(1, new RequestVoteReply(1, 2, true, false)).receive(2, new RequestVoteReply(1, 2, true, false));
        assertThat(replica.status().role()).isEqualTo("follower");
        assertThat(replica.status().term()).isEqualTo(1);
    }

    @Test
    void theOnlyVoterElectsItselfAndCommitsItsNoOp() {
        RaftCluster cluster = new RaftCluster(1, 1);
        assertThat(cluster.awaitLeader().status().commitIndex()).isEqualTo(1);
    }

    @Test
    void timeoutsAreRandomAndBetweenOneAndTwoElectionTimeouts() {
        TreeSet<Integer> waits = new TreeSet<>();
        for (long seed = 1; seed <= 50; seed++) {
            RaftConfig config = RaftConfig.forTests(0, Configuration.ofFirst(3), seed, false);
            LoneReplica replica = new LoneReplica(config, 1, -1, 1);
            int ticks = 0;
            for (; replica.sent(RequestVote.class).isEmpty(); ticks++) {
                replica.tick(1);
            }
            waits.add(ticks);
        }
        assertThat(waits.first()).isGreaterThanOrEqualTo(10);
        assertThat(waits.last()).isLessThanOrEqualTo(20);
        assertThat(waits).hasSizeGreaterThan(5);
    }

    /**
     * Raft 5.4.1, and the table by which other implementations test the same: the voter's log ends at index 2, term 2.
     */
    @ParameterizedTest
    @CsvSource({
        "0,0,-1,false",
        "1,1,-1,false",
        "2,1,-1,false",
        "3,1,-1,false",
        "1,2,-1,false",
        "2,2,-1,true",
        "3,2,-1,true",
        "1,3,-1,true",
        "2,3,-1,true",
        "3,3,-1,true",
        "3,2,1,true",
        "3,2,2,false",
        "3,3,2,false"
    })
    void aVoteGoesToALogThatIsAtLeastAsUpToDate(long lastIndex, long lastTerm, int votedFor, boolean granted) {
        LoneReplica voter = new LoneReplica(3, 3, votedFor, 2, 2).clear();
        voter.receive(1, new RequestVote(3, lastIndex, lastTerm, false, false));
        assertThat(voter.sent(RequestVoteReply.class)).containsExactly(new RequestVoteReply(3, 3, false, granted));
    }

    @Test
    void aPreVoteChangesNothingAtTheVoter() {
        LoneReplica voter = new LoneReplica(3, 3, 2, 2, 2).clear();
        long before = voter.protocol.stateHash();
        voter.receive(1, new RequestVote(9, 2, 2, true, false));
        assertThat(voter.sent(RequestVoteReply.class)).containsExactly(new RequestVoteReply(3, 9, true, true));
        assertThat(voter.protocol.stateHash()).isEqualTo(before);
        assertThat(voter.of(Action.Persist.class)).isEmpty();
    }

    @Test
    void whoHearsALeaderTakesNoPartInAnElectionUnlessTheLeaderWantsIt() {
        LoneReplica voter = new LoneReplica(3, 1, -1);
        voter.receive(2, new AppendEntries(1, 0, 0, LoneReplica.entries(1, 1), 0, 0))
                .clear();
        voter.receive(1, new RequestVote(2, 5, 1, false, false));
        assertThat(voter.rejections()).containsExactly("LEADER_IS_ALIVE");
        assertThat(voter.status().term()).isEqualTo(1);
        voter.receive(1, new RequestVote(2, 5, 1, false, true));
        assertThat(voter.sent(RequestVoteReply.class)).containsExactly(new RequestVoteReply(2, 2, false, true));
    }

    @Test
    void aCandidateGivesWayToALeaderOfItsTerm() {
        LoneReplica replica =
                new LoneReplica(3, 1, -1, 1).tickUntilItStands().loopBack().clear();
        replica.receive(2, new RequestVoteReply(1, 2, true, true));
        assertThat(replica.status().role()).isEqualTo("candidate");
        replica.receive(1, new AppendEntries(2, 1, 1, LoneReplica.entries(2, 2), 0, 0));
        assertThat(replica.status().role()).isEqualTo("follower");
        assertThat(replica.status().leader()).isEqualTo(1);
        assertThat(replica.status().term()).isEqualTo(2);
    }

    @Test
    void aLeaderThatLearnsOfALaterTermFollows() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1).lead();
        assertThat(leader.status().role()).isEqualTo("leader");
        leader.receive(2, new AppendEntriesReply(7, 0, false, 1, 0, 0, false));
        assertThat(leader.status().role()).isEqualTo("follower");
        assertThat(leader.status().term()).isEqualTo(7);
    }

    @Test
    void aLeaderCutOffFromTheMajorityStepsDownWithinTwoElectionTimeouts() {
        RaftCluster cluster = new RaftCluster(3, 2);
        RaftNode old = cluster.awaitLeader();
        cluster.isolate(old.id);
        cluster.run(20);
        assertThat(old.leads()).isFalse();
        assertThat(cluster.awaitLeader().id).isNotEqualTo(old.id);
    }

    @Test
    void transferToAFollowerThatLagsLetsItCatchUpFirst() {
        RaftCluster cluster = new RaftCluster(3, 3);
        RaftNode old = cluster.elect(0);
        cluster.isolate(2);
        cluster.submitAll("op", 3);
        cluster.heal();
        long term = old.status().term();
        old.step(new Event.LeadershipTransferRequested(7, 2));
        cluster.run(8);
        assertThat(cluster.node(2).leads()).isTrue();
        assertThat(cluster.node(2).status().term()).isEqualTo(term + 1);
        assertThat(old.operatorAnswers).containsExactly("7 true leadership was handed over; the group is in term 2");
    }

    @Test
    void aLeaderThatIsDeposedBeforeItCouldHandOverSaysSo() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1).lead();
        long term = leader.status().term();
        leader.clear().step(new Event.LeadershipTransferRequested(7, 2));
        assertThat(leader.sent(RaftMessage.TimeoutNow.class)).isEmpty();

        leader.receive(1, new RaftMessage.AppendEntriesReply(term + 3, 0, false, 0, 0, 0, false));
        assertThat(leader.actions())
                .contains(new Action.AnswerOperator(7, false, "this replica ceased to lead before it could hand over"));
    }

    @Test
    void theExampleOfHowToDriveItByHandHolds() {
        RaftProtocol replica = new RaftProtocol(RaftConfig.forTests(1, 3));
        replica.step(new Event.Recovered(RaftRecord.logOf(5, -1, List.of(new Entry.NoOp(1, 5)))));
        RaftMessage.RequestVote vote = new RaftMessage.RequestVote(6, 1, 5, false, false);
        List<Action> actions = replica.step(
                new Event.MessageReceived(new Authenticated<>(0, vote, ByteString.EMPTY, ByteString.EMPTY)));
        assertThat(actions)
                .containsExactly(
                        new Action.Persist(new RaftRecord.HardState(6, 0)),
                        new Action.Send(0, new RaftMessage.RequestVoteReply(6, 6, false, true)));
    }

    @Test
    void transferToAReplicaThatIsDownIsGivenUpAndTheLeaderGoesOn() {
        RaftCluster cluster = new RaftCluster(3, 4);
        RaftNode leader = cluster.elect(0);
        cluster.crash(2);
        cluster.submitAll("before", 1);
        leader.step(new Event.LeadershipTransferRequested(7, 2));
        cluster.submitTo(0, "during");
        cluster.run(12);
        assertThat(leader.operatorAnswers).containsExactly("7 false replica 2 did not take over in time");
        assertThat(leader.leads()).isTrue();
        cluster.runUntil(() -> cluster.executedEverywhere("during"), 5);
    }

    @Test
    void transferIsRefusedForALearnerAndDoneForTheLeaderItself() {
        RaftCluster cluster = new RaftCluster(
                3,
                new Configuration(java.util.List.of(0, 1), java.util.List.of(), java.util.List.of(2)),
                5,
                config -> config);
        RaftNode leader = cluster.elect(0);
        leader.step(new Event.LeadershipTransferRequested(1, 2));
        leader.step(new Event.LeadershipTransferRequested(2, 0));
        assertThat(leader.operatorAnswers)
                .containsExactly("1 false there is no such voter", "2 true replica 0 leads already");
    }
}
