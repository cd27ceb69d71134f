package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.service.TransferLimits;

/** Log replication as etcd's Raft is known to do it; each test names the one of etcd's that it restates. */
class RaftThirdPartyReplicationTest {

    private static long[] terms(String terms) {
        return terms == null
                ? new long[0]
                : Arrays.stream(terms.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    private static List<Long> committed(LoneReplica replica) {
        return replica.of(Action.Commit.class).stream()
                .map(Action.Commit::sequence)
                .toList();
    }

    /**
     * TestLeaderStartReplication, TestLeaderAcknowledgeCommit: committed as soon as a majority has it, itself included.
     */
    @ParameterizedTest
    @CsvSource({"3,0,false", "3,1,true", "3,2,true", "5,0,false", "5,1,false", "5,2,true", "5,3,true", "5,4,true"})
    void anEntryIsCommittedWhenAMajorityHasIt(int replicas, int acceptors, boolean commits) {
        LoneReplica leader = new LoneReplica(replicas, 1, -1).lead(replicas);
        for (int follower = 1; follower < replicas; follower++) {
            leader.acknowledge(follower, 1);
        }
        leader.clear().submit(1, "x");
        for (int follower = 1; follower < replicas; follower++) {
            AppendEntries sent = leader.sentTo(follower, AppendEntries.class).get(0);
            assertThat(sent.prevLogIndex()).isEqualTo(1);
            assertThat(sent.entries()).hasSize(1);
        }
        leader.loopBack();
        for (int follower = 1; follower <= acceptors; follower++) {
            leader.acknowledge(follower, 2);
        }
        assertThat(leader.status().commitIndex()).isEqualTo(commits ? 2 : 1);
        assertThat(committed(leader)).isEqualTo(commits ? List.of(2L) : List.of());
    }

    /** TestLeaderCommitEntry: the next message tells the followers what is committed. */
    @Test
    void followersAreToldWhatIsCommitted() {
        LoneReplica leader = new LoneReplica(3, 1, -1).lead(3).acknowledge(1, 1).acknowledge(2, 1);
        leader.submit(1, "x").loopBack().acknowledge(1, 2).clear().acknowledge(2, 2);
        leader.step(new org.tagma.core.protocol.Event.QueueDrained(2));
        assertThat(leader.sent(AppendEntries.class))
                .hasSize(2)
                .allMatch(message -> message.leaderCommit() == 2 && message.prevLogIndex() == 2);
    }

    /** TestLeaderCommitPrecedingEntries: with its own no-op all that earlier leaders left. */
    @ParameterizedTest
    @ValueSource(strings = {"", "2", "1 2", "1"})
    void aLeaderCommitsWhatEarlierLeadersLeft(String left) {
        long[] terms = left.isEmpty() ? new long[0] : terms(left);
        LoneReplica leader = new LoneReplica(3, 2, -1, terms).lead(3);
        long last = terms.length + 1L;
        assertThat(leader.status().lastIndex()).isEqualTo(last);
        leader.acknowledge(1, last);
        List<Long> all = new ArrayList<>();
        for (long index = 1; index <= last; index++) {
            all.add(index);
        }
        assertThat(committed(leader)).isEqualTo(all);
    }

    /** TestLeaderOnlyCommitsLogFromCurrentTerm. */
    @ParameterizedTest
    @CsvSource({"1,0", "2,0", "3,3"})
    void onlyAnEntryOfTheTermIsCommittedByCounting(long acknowledged, long commit) {
        LoneReplica leader = new LoneReplica(3, 2, -1, 1, 2).lead(3);
        assertThat(leader.status().term()).isEqualTo(3);
        leader.acknowledge(1, acknowledged).acknowledge(2, acknowledged);
        assertThat(leader.status().commitIndex()).isEqualTo(commit);
    }

    /** TestFollowerCommitEntry. */
    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "2,1", "3,0", "2,9"})
    void aFollowerDeliversWhatIsCommittedInOrder(int entries, long leaderCommit) {
        LoneReplica follower = new LoneReplica(3, 1, -1);
        long[] terms = IntStream.range(0, entries).mapToLong(i -> 1).toArray();
        follower.receive(1, new AppendEntries(1, 0, 0, LoneReplica.entries(1, terms), leaderCommit, 0));
        List<Long> expected = new ArrayList<>();
        for (long index = 1; index <= Math.min(entries, leaderCommit); index++) {
            expected.add(index);
        }
        assertThat(committed(follower)).isEqualTo(expected);
    }

    /** TestFollowerCheckMsgApp, with the hints of this implementation: the last entry that can agree, and its term. */
    @ParameterizedTest
    @CsvSource({"0,0,true,0,0", "1,1,true,0,0", "2,2,true,0,0", "1,2,false,1,1", "2,1,false,1,1", "3,3,false,2,2"})
    void aFollowerTakesOnlyWhatContinuesItsLog(long index, long term, boolean success, long hint, long hintTerm) {
        LoneReplica follower = new LoneReplica(3, 2, -1, 1, 2).clear();
        follower.receive(1, new AppendEntries(3, index, term, List.of(), 0, 7));
        assertThat(follower.sentTo(1, AppendEntriesReply.class))
                .containsExactly(new AppendEntriesReply(3, 7, success, index, hint, hintTerm, false));
    }

    /** TestHandleMsgApp, TestHandleHeartbeat: the table of what becomes of log and commit index. */
    @ParameterizedTest
    @CsvSource({
        "2,3,3,,false,2,0",
        "3,3,3,,false,2,0",
        "1,1,1,,true,2,1",
        "0,0,1,2,true,1,1",
        "2,2,3,2 2,true,4,3",
        "2,2,4,2,true,3,3",
        "1,1,4,2,true,2,2",
        "1,1,3,,true,2,1",
        "1,1,3,2,true,2,2",
        "2,2,3,,true,2,2",
        "2,2,4,,true,2,2"
    })
    void theTableOfAppendedEntries(
            long prev, long prevTerm, long leaderCommit, String terms, boolean success, long last, long commit) {
        LoneReplica follower = new LoneReplica(3, 2, -1, 1, 2).clear();
        List<Entry> entries = LoneReplica.entries(prev + 1, terms(terms));
        follower.receive(1, new AppendEntries(3, prev, prevTerm, entries, leaderCommit, 0));
        assertThat(follower.sentTo(1, AppendEntriesReply.class).get(0).success())
                .isEqualTo(success);
        assertThat(follower.status().lastIndex()).isEqualTo(last);
        assertThat(follower.status().commitIndex()).isEqualTo(commit);
        follower.receive(1, new AppendEntries(3, 0, 0, List.of(), 0, 0));
        assertThat(follower.status().commitIndex())
                .as("a late heartbeat takes nothing back")
                .isEqualTo(commit);
    }

    /** TestCommit: what a majority stores. */
    @ParameterizedTest
    @CsvSource({"1,1", "2 1 1,1", "2 1 2,2", "2 1 1 1,1", "2 1 1 2,1", "2 1 2 2,2", "5 4 3 2 1,3"})
    void theHighestIndexThatAMajorityStores(String matches, long expected) {
        long[] match = terms(matches);
        assertThat(Configuration.ofFirst(match.length).reachedByQuorum(replica -> match[replica]))
                .isEqualTo(expected);
    }

    /** TestLeaderAppResp: of the answers to probes only the one that is awaited moves anything. */
    @Test
    void aLeaderMovesOnlyOnAnswersThatSaySomethingNew() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1, 1).lead(3).clear();
        assertThat(leader.follower(1)).isEqualTo(new RaftStatus.FollowerStatus(1, 0, 3, "probe", 0));

        leader.refuse(1, 3, 0, 0);
        assertThat(leader.follower(1).next()).as("not what was asked").isEqualTo(3);
        assertThat(leader.sentTo(1, AppendEntries.class)).isEmpty();

        leader.refuse(1, 2, 0, 0);
        assertThat(leader.follower(1).next()).isEqualTo(1);
        AppendEntries again = leader.sentTo(1, AppendEntries.class).get(0);
        assertThat(again.prevLogIndex()).isZero();
        assertThat(again.entries()).hasSize(3);

        leader.clear().refuse(1, 2, 0, 0);
        assertThat(leader.sentTo(1, AppendEntries.class)).as("said twice").isEmpty();

        leader.acknowledge(1, 3);
        assertThat(leader.follower(1)).isEqualTo(new RaftStatus.FollowerStatus(1, 3, 4, "replicate", 0));
        leader.acknowledge(1, 2).refuse(1, 1, 0, 0);
        assertThat(leader.follower(1))
                .as("late answers")
                .isEqualTo(new RaftStatus.FollowerStatus(1, 3, 4, "replicate", 0));
    }

    // Flow control

    /** A group of three whose leader's pipeline is no limit, with two messages in flight to a follower. */
    private static LoneReplica streaming() {
        RaftConfig small = RaftConfig.forTests(0, 3);
        RaftConfig config = new RaftConfig(
                0,
                small.membership(),
                1,
                8,
                4,
                64,
                32,
                1,
                1 << 20,
                1 << 16,
                2,
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
        return new LoneReplica(config, 1, -1)
                .lead(3)
                .acknowledge(1, 1)
                .acknowledge(2, 1)
                .clear();
    }

    /** TestMsgAppFlowControlFull, TestMsgAppFlowControlMoveForward. */
    @Test
    void soManyMessagesAreInFlightAndNoMore() {
        LoneReplica leader = streaming();
        for (long number = 1; number <= 6; number++) {
            leader.submit(number, "x");
        }
        assertThat(leader.sentTo(2, AppendEntries.class)).hasSize(2);
        assertThat(leader.follower(2).inflightMessages()).isEqualTo(2);

        leader.clear().acknowledge(2, 1);
        assertThat(leader.sentTo(2, AppendEntries.class))
                .as("nothing new: no room")
                .isEmpty();
        leader.acknowledge(2, 2);
        assertThat(leader.sentTo(2, AppendEntries.class)).hasSize(1);
        assertThat(leader.sentTo(2, AppendEntries.class).get(0).entries())
                .as("what gathered meanwhile goes together")
                .hasSize(4);
        leader.clear().acknowledge(2, 7);
        assertThat(leader.follower(2)).isEqualTo(new RaftStatus.FollowerStatus(2, 7, 8, "replicate", 0));
    }

    /** TestMsgAppFlowControlRecvHeartbeat: what was lost is found out at the next heartbeat. */
    @Test
    void aFullPipelineWhoseMessagesWereLostIsFreedByAHeartbeat() {
        LoneReplica leader = streaming();
        leader.submit(1, "x").submit(2, "x").submit(3, "x").clear().tick(2);
        AppendEntries beat = leader.sentTo(2, AppendEntries.class).get(0);
        assertThat(beat.entries()).isEmpty();
        assertThat(beat.prevLogIndex()).isEqualTo(3);
        leader.clear().refuse(2, 3, 1, 2);
        assertThat(leader.follower(2).mode()).isEqualTo("probe");
        AppendEntries resent = leader.sentTo(2, AppendEntries.class).get(0);
        assertThat(resent.prevLogIndex()).isEqualTo(1);
        assertThat(resent.entries()).hasSize(3);
    }
}
