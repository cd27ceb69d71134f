package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftRecord;

/** Replicas whose disk was wiped. */
final class RaftAmnesiaRecoveryTest {

    private static final long NONCE = 42;

    @Test
    void aReplicaWithAWipedDiskRejoinsOnceAMajorityHasCommittedWithoutIt() {
        RaftCluster cluster = new RaftCluster(3, 8);
        cluster.elect(0);
        cluster.submitAll("op", 5);
        cluster.deliverAll();
        cluster.crash(2);
        cluster.crash(1);
        cluster.restartWiped(2, NONCE);
        cluster.submitTo(0, "alone");
        cluster.run(20);
        assertThat(cluster.node(2).status().recovering())
                .as("one voter is down")
                .isTrue();
        assertThat(cluster.node(0).journal.has("alone")).as("it does not count").isFalse();
        cluster.restart(1);
        cluster.runUntil(() -> !cluster.node(2).status().recovering(), 200);
        cluster.leader().ifPresent(leader -> cluster.crash(leader.id == 2 ? 1 : leader.id));
        cluster.awaitLeader();
        cluster.submitAll("after", 1);
        cluster.run(20);
        assertThat(cluster.node(2).journal.has("after0")).isTrue();
        cluster.assertEqualJournals();
    }

    /** Known bug 44: the first group does not know what the others have committed since it grew. */
    @Test
    void aReplicaWipedInAGroupThatHasGrownLosesNothingThatTheNewcomersCommitted() {
        RaftCluster cluster = grownToFive();
        cluster.elect(3);
        cluster.isolate(0, 1);
        cluster.submitAll("op", 40);
        cluster.deliverAll();
        cluster.restartWiped(2, NONCE);
        cluster.connected = (from, to) ->
                List.of(0, 1, 2).contains(from) && List.of(0, 1, 2).contains(to);
        cluster.run(100);
        assertThat(cluster.node(2).status().recovering()).isTrue();
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("op39"), 200);
        cluster.runUntil(() -> !cluster.node(2).status().recovering(), 200);
        cluster.assertEqualJournals();
    }

    /** Known bug 44: a state from before the growth names the first group. */
    @Test
    void aReplicaRestoredFromABackupOlderThanTheGrowthLosesNothingEither() {
        RaftCluster cluster = grownToFive();
        cluster.elect(3);
        cluster.isolate(0, 1);
        cluster.submitAll("op", 40);
        cluster.deliverAll();
        cluster.restartFromBackup(2, NONCE);
        assertThat(cluster.node(2).status().snapshotIndex()).isEqualTo(8);
        assertThat(cluster.node(2).status().configuration()).isEqualTo(Configuration.ofFirst(3));
        cluster.connected = (from, to) ->
                List.of(0, 1, 2).contains(from) && List.of(0, 1, 2).contains(to);
        cluster.run(100);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("op39"), 200);
        cluster.runUntil(() -> !cluster.node(2).status().recovering(), 200);
        cluster.assertEqualJournals();
    }

    private static RaftCluster grownToFive() {
        RaftCluster cluster = new RaftCluster(5, Configuration.ofFirst(3), 8, config -> config);
        RaftNode leader = cluster.elect(0);
        cluster.submitAll("first", 10);
        leader.step(new Event.MembershipRequested(9, List.of(0, 1, 2, 3, 4), List.of()));
        cluster.runUntil(() -> !leader.operatorAnswers.isEmpty(), 40);
        leader.step(new Event.LeadershipTransferRequested(10, 3));
        cluster.run(5);
        return cluster;
    }

    /** Known bug 44. */
    @Test
    void aWipedReplicaVotesAgainThoughAVoterOfTheFirstGroupIsGoneForGood() {
        RaftCluster cluster = new RaftCluster(4, Configuration.ofFirst(3), 9, config -> config);
        RaftNode leader = cluster.elect(1);
        cluster.submitAll("op", 3);
        cluster.crash(0);
        leader.step(new Event.MembershipRequested(9, List.of(1, 2, 3), List.of()));
        cluster.runUntil(() -> !leader.operatorAnswers.isEmpty(), 40);
        cluster.restartWiped(2, NONCE);
        cluster.runUntil(() -> !cluster.node(2).status().recovering(), 40);
        cluster.crash(1);
        cluster.awaitLeader();
        cluster.submitAll("after", 1);
        assertThat(cluster.node(2).journal.has("after0")).isTrue();
    }

    @Test
    void ofFiveReplicasTwoMayLoseTheirDisksAtOnce() {
        RaftCluster cluster = new RaftCluster(5, 10);
        cluster.elect(0);
        cluster.submitAll("op", 5);
        cluster.restartWiped(3, NONCE);
        cluster.restartWiped(4, NONCE);
        cluster.runUntil(
                () -> !cluster.node(3).status().recovering()
                        && !cluster.node(4).status().recovering(),
                40);
        cluster.crash(0);
        cluster.crash(1);
        cluster.awaitLeader();
        cluster.submitAll("after", 1);
        assertThat(cluster.node(4).journal.has("after0")).isTrue();
    }

    /** Known bug 27: it may have voted in the term of its leader, and nowhere else that matters. */
    @Test
    void itVotesInLaterTermsOnceItsLeaderHasCommittedAnEntryMadeSince() {
        LoneReplica wiped = wiped();
        wiped.receive(1, append(7, 1, 7, 1)).receive(1, new EstimationReply(NONCE, 7, 2));
        assertThat(vote(wiped, 2, 8)).as("the fence is not committed").isFalse();
        wiped = wiped();
        wiped.receive(1, append(7, 1, 7, 1)).receive(1, new EstimationReply(NONCE, 7, 2));
        wiped.clear().receive(1, append(7, 2, 7, 2));
        assertThat(wiped.of(Action.Persist.class)).endsWith(new Action.Persist(new RaftRecord.MemoryRegained(7)));
        assertThat(wiped.status().recovering()).isFalse();
        wiped.tick(RaftConfig.forTests(0, 3).electionTimeoutTicks());
        assertThat(vote(wiped, 2, 7)).isFalse();
        assertThat(vote(wiped, 2, 8)).isTrue();
    }

    @Test
    void inWhichTermsItMayVoteIsKeptThroughAnotherRestart() {
        LoneReplica again = new LoneReplica(
                3,
                new Event.RecoveredLog(
                        List.of(new RaftRecord.HardState(7, -1), new RaftRecord.MemoryRegained(7)),
                        Event.LogIntegrity.COMPLETE));
        assertThat(again.status().recovering()).isFalse();
        assertThat(vote(again, 2, 7)).isFalse();
        assertThat(vote(again, 2, 8)).isTrue();
    }

    /** Known bug 27: the leader of term 8 may have been elected by it before, and its entries may be nowhere else. */
    @Test
    void theFenceOfALeaderIsWorthNothingUnderTheNext() {
        LoneReplica wiped = wiped();
        wiped.receive(1, append(7, 1, 7, 1)).receive(1, new EstimationReply(NONCE, 7, 2));
        wiped.receive(2, append(8, 2, 8, 2));
        assertThat(wiped.status().recovering()).isTrue();
        wiped.clear().tick(2);
        assertThat(wiped.sentTo(2, EstimationQuery.class)).containsExactly(new EstimationQuery(NONCE));
        wiped.receive(2, new EstimationReply(NONCE, 8, 3)).receive(2, append(8, 3, 8, 3));
        assertThat(wiped.status().recovering()).isFalse();
    }

    @Test
    void answersToAnEarlierIncarnationOrOfAnotherTermCountForNothing() {
        LoneReplica wiped = wiped();
        wiped.receive(1, append(7, 1, 7, 1));
        wiped.receive(1, new EstimationReply(NONCE - 1, 7, 2));
        wiped.receive(1, new EstimationReply(NONCE, 6, 2));
        wiped.receive(2, new EstimationReply(NONCE, 7, 2));
        assertThat(wiped.rejections()).containsExactly("UNEXPECTED", "UNEXPECTED", "UNEXPECTED");
        wiped.receive(1, append(7, 2, 7, 2));
        assertThat(wiped.status().recovering()).isTrue();
    }

    /** Known bug 22: what it learns while it asks, a later term first of all, says nothing of what it said before. */
    @Test
    void stoppedWhileItAsksItAsksAgain() {
        LoneReplica wiped = wiped();
        wiped.receive(1, new RequestVote(8, 20, 7, false, false));
        List<LogRecord> written = wiped.of(Action.Persist.class).stream()
                .map(Action.Persist::record)
                .toList();
        assertThat(written).contains(new RaftRecord.HardState(8, -1));
        RaftProtocol again = new RaftProtocol(RaftConfig.forTests(0, 3));
        again.step(new Event.Recovered(new Event.RecoveredLog(written, Event.LogIntegrity.LOST, NONCE + 1)));
        assertThat(again.raftStatus().recovering()).isTrue();
    }

    /**
     * The leader's side: the entry that it names is made after it was asked, and made though nobody submits anything.
     */
    @Test
    void aLeaderThatIsAskedMakesAnEntry() {
        LoneReplica leader = leaderOfThree();
        leader.receive(2, new EstimationQuery(NONCE)).step(new Event.QueueDrained(1));
        assertThat(leader.sentTo(2, EstimationReply.class))
                .containsExactly(new EstimationReply(NONCE, leader.status().term(), 2));
        assertThat(leader.status().lastIndex()).isEqualTo(2);
        leader.step(new Event.QueueDrained(1));
        assertThat(leader.status().lastIndex()).as("one is enough").isEqualTo(2);
    }

    /** An answer of the incarnation that it forgot, late on the way, must not make the answers since then count. */
    @Test
    void aLateAnswerOfTheForgottenIncarnationDoesNotMakeItCount() {
        LoneReplica leader = leaderOfThree();
        long term = leader.status().term();
        leader.receive(2, new AppendEntriesReply(term, 0, false, 1, 0, 0, true));
        leader.submit(1, "x").loopBack();
        leader.receive(2, new AppendEntriesReply(term, 0, true, 2, 0, 0, true));
        leader.receive(2, new AppendEntriesReply(term, 0, true, 1, 0, 0, false));
        assertThat(leader.status().commitIndex()).isEqualTo(1);
        leader.receive(2, new AppendEntriesReply(term, 0, true, 2, 0, 0, false));
        assertThat(leader.status().commitIndex()).isEqualTo(2);
    }

    private static LoneReplica leaderOfThree() {
        LoneReplica leader = new LoneReplica(3, 1, -1).lead();
        return leader.loopBack().acknowledge(1, 1).acknowledge(2, 1).clear();
    }

    /** One entry of a term at an index, after one of {@code prevTerm}. */
    private static AppendEntries append(long term, long index, long prevTerm, long commit) {
        long before = index == 1 ? 0 : index == 2 ? 7 : prevTerm;
        return new AppendEntries(term, index - 1, before, List.of(new Entry.NoOp(index, term)), commit, 0);
    }

    private static boolean vote(LoneReplica replica, int candidate, long term) {
        replica.clear().receive(candidate, new RequestVote(term, 20, 7, false, false));
        return replica.sentTo(candidate, RequestVoteReply.class).stream().anyMatch(RequestVoteReply::granted);
    }

    @Test
    void whoDoesNotLeadSetsNoFence() {
        LoneReplica follower = new LoneReplica(3, 1, -1);
        follower.receive(1, new EstimationQuery(7));
        assertThat(follower.rejections()).containsExactly("WRONG_ROLE");
    }

    private static LoneReplica wiped() {
        return new LoneReplica(3, new Event.RecoveredLog(List.of(), Event.LogIntegrity.LOST, NONCE));
    }
}
