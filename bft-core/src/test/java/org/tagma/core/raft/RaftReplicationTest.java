package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftRecord;

/** Log replication (Raft 5.3): conflicts, flow control, durability. */
class RaftReplicationTest {

    /**
     * The follower's log is 1 1 2 2 2; what it says to a message after (prevIndex, prevTerm), and where it sends the
     * leader.
     */
    @ParameterizedTest
    @CsvSource({
        "0,0,true,0,0,0",
        "2,1,true,2,0,0",
        "5,2,true,5,0,0",
        "6,3,false,6,5,2",
        "9,2,false,9,5,2",
        "9,1,false,9,2,1",
        "5,3,false,5,5,2",
        "4,1,false,4,2,1",
        "3,1,false,3,2,1"
    })
    void aConflictIsNarrowedDownByTerm(
            long prevIndex, long prevTerm, boolean success, long index, long hintIndex, long hintTerm) {
        LoneReplica follower = new LoneReplica(3, 4, -1, 1, 1, 2, 2, 2).clear();
        follower.receive(1, new AppendEntries(4, prevIndex, prevTerm, List.of(), 0, 9));
        assertThat(follower.sent(AppendEntriesReply.class))
                .containsExactly(new AppendEntriesReply(4, 9, success, index, hintIndex, hintTerm, false));
    }

    /** The follower's log is 1 2 2; entries arrive after (prevIndex, prevTerm). */
    @ParameterizedTest
    @CsvSource({"1,1,2,2 2,3", "1,1,2,2,3", "3,2,4,3,4", "2,2,3,3,3", "1,1,2,3 3 3,4"})
    void onlyWhatConflictsIsReplaced(long prevIndex, long prevTerm, long first, String terms, long lastAfter) {
        LoneReplica follower = new LoneReplica(3, 4, -1, 1, 2, 2).clear();
        long[] entryTerms = java.util.Arrays.stream(terms.split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        follower.receive(1, new AppendEntries(4, prevIndex, prevTerm, LoneReplica.entries(first, entryTerms), 0, 0));
        assertThat(follower.status().lastIndex()).isEqualTo(lastAfter);
        assertThat(follower.rejections()).isEmpty();
    }

    /** Figure 7 of the paper: whatever a follower's log lacks or has too much, the leader's overrides it. */
    /** A long message that was on its way while a shorter one, or a state, came first. */
    @Test
    void ofAMessageThatBeginsBelowWhatIsCommittedTheRestIsTaken() {
        LoneReplica follower = new LoneReplica(3, 1, -1);
        follower.receive(1, new AppendEntries(2, 0, 0, LoneReplica.entries(1, 1, 2), 2, 0))
                .clear();
        follower.receive(1, new AppendEntries(2, 0, 0, LoneReplica.entries(1, 1, 2, 2, 2), 3, 1));
        assertThat(follower.sent(AppendEntriesReply.class))
                .containsExactly(new AppendEntriesReply(2, 1, true, 4, 0, 0, false));
        assertThat(follower.status().commitIndex()).isEqualTo(3);
        follower.clear().receive(1, new AppendEntries(2, 0, 0, LoneReplica.entries(1, 1, 1, 1), 3, 2));
        assertThat(follower.rejections()).containsExactly("CONTRADICTS_COMMITTED");
    }

    @Test
    void theLogsOfFigureSevenAreAllMadeEqualToTheLeaders() {
        RaftCluster cluster = new RaftCluster(7, 1);
        long[][] logs = {
            {1, 1, 1, 4, 4, 5, 5, 6, 6, 6},
            {1, 1, 1, 4, 4, 5, 5, 6, 6},
            {1, 1, 1, 4},
            {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
            {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
            {1, 1, 1, 4, 4, 4, 4},
            {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}
        };
        for (int id = 0; id < logs.length; id++) {
            cluster.restartWith(id, 7, LoneReplica.entries(1, logs[id]));
        }
        cluster.elect(0);
        cluster.run(10);
        assertThat(cluster.nodes).allSatisfy(node -> {
            assertThat(node.status().lastIndex()).isEqualTo(11);
            assertThat(node.status().lastTerm()).isEqualTo(8);
            assertThat(node.status().commitIndex()).isEqualTo(11);
        });
    }

    @Test
    void theLeaderSendsBeforeItWritesAndCountsItselfOnlyAfterIt() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1).lead();
        List<Action> actions = leader.actions();
        int sends = lastIndexOf(
                actions, action -> action instanceof Action.Send send && send.message() instanceof AppendEntries);
        int writes = firstIndexOf(
                actions,
                action -> action instanceof Action.Persist persist && persist.record() instanceof RaftRecord.Appended);
        assertThat(sends).isBetween(0, writes - 1);
        leader.receive(1, new AppendEntriesReply(2, 0, true, 2, 0, 0, false));
        assertThat(leader.status().commitIndex())
                .as("one follower and no own write")
                .isZero();
        leader.loopBack();
        assertThat(leader.status().commitIndex()).isEqualTo(2);
    }

    @Test
    void twoFollowersCommitEvenBeforeTheLeadersOwnWrite() {
        LoneReplica leader = new LoneReplica(3, 1, -1, 1).lead();
        leader.receive(1, new AppendEntriesReply(2, 0, true, 2, 0, 0, false));
        leader.receive(2, new AppendEntriesReply(2, 0, true, 2, 0, 0, false));
        assertThat(leader.status().commitIndex()).isEqualTo(2);
    }

    @Test
    void aLostMessageInThePipelineIsSentAgain() {
        RaftCluster cluster = new RaftCluster(3, 6);
        cluster.elect(0);
        boolean[] lost = {false};
        cluster.filter = (from, to, message) -> {
            boolean loses = !lost[0]
                    && to == 2
                    && message instanceof AppendEntries append
                    && !append.entries().isEmpty();
            lost[0] |= loses;
            return !loses;
        };
        cluster.submitAll("op", 5);
        assertThat(lost[0]).isTrue();
        cluster.runUntil(() -> cluster.executedEverywhere("op4"), 10);
        cluster.assertEqualJournals();
    }

    /** Its client would have to wait for its own time to ask again: longer than an election takes. */
    @Test
    void whatComesWhileALeaderIsElectedIsOrderedAsSoonAsThereIsOne() {
        RaftCluster cluster = new RaftCluster(3, 1);
        cluster.elect(0);
        cluster.submitAll("op", 1);
        cluster.crash(0);
        for (int id = 1; id < 3; id++) {
            cluster.node(id).step(new Event.PeerDisconnected(0));
        }
        cluster.submitTo(1, "at one");
        cluster.give(2, RaftCluster.request(7, 1, "at the other"));
        cluster.up().forEach(node -> node.step(new Event.PeerUnreachable(0)));
        cluster.run(3);
        assertThat(cluster.executedEverywhere("at one")).isTrue();
        assertThat(cluster.executedEverywhere("at the other")).isTrue();
    }

    @Test
    void whatWaitedForAConnectionToTheLeaderGoesThereOnceThereIsOne() {
        LoneReplica replica = new LoneReplica(3, 1, -1, 1);
        replica.receive(2, new AppendEntries(1, 1, 1, List.of(), 0, 0)).step(new Event.PeerDisconnected(2));
        replica.clear().step(new Event.RequestReceived(RaftCluster.request(0, 1, "x"), -1));
        assertThat(replica.actions()).isEmpty();
        replica.step(new Event.PeerConnected(2));
        assertThat(replica.of(Action.Relay.class)).containsExactly(new Action.Relay(2, RaftCluster.request(0, 1, "x")));
    }

    @Test
    void whatABrokenPeerSaysIsRefusedAndChangesNothing() {
        LoneReplica follower = new LoneReplica(3, 4, -1, 1, 2, 2);
        follower.receive(1, new AppendEntries(4, 3, 2, List.of(), 3, 0)).clear();
        long before = follower.protocol.stateHash();
        follower.receive(2, new AppendEntries(4, 3, 2, List.of(), 3, 0));
        follower.receive(1, new AppendEntries(4, 3, 3, LoneReplica.entries(4, 4), 3, 0));
        follower.receive(1, new AppendEntries(4, 3, 2, LoneReplica.entries(6, 4), 3, 0));
        follower.receive(1, new AppendEntries(4, 3, 2, LoneReplica.entries(4, 5), 3, 0));
        follower.receive(1, new AppendEntries(4, 3, 2, LoneReplica.entries(4, 4, 3), 3, 0));
        assertThat(follower.rejections())
                .containsExactly("SECOND_LEADER", "CONTRADICTS_COMMITTED", "MALFORMED", "MALFORMED", "MALFORMED");
        assertThat(follower.of(Action.ReportEvidence.class)).hasSize(5);
        assertThat(follower.protocol.stateHash()).isEqualTo(before);
    }

    @Test
    void aFollowerRelaysToTheLeaderOnceAndRefusesWhenNobodyWasElected() {
        LoneReplica replica = new LoneReplica(3, 1, -1, 1).clear();
        replica.step(new Event.RequestReceived(RaftCluster.request(0, 1, "x"), -1));
        assertThat(replica.of(Action.Refuse.class))
                .as("there may be a leader soon")
                .isEmpty();
        replica.tick(20);
        assertThat(replica.of(Action.Refuse.class).get(0).reason()).isEqualTo(Action.Refusal.NO_LEADER);
        replica.receive(2, new AppendEntries(1, 1, 1, List.of(), 0, 0)).clear();
        replica.step(new Event.RequestReceived(RaftCluster.request(0, 1, "x"), -1));
        assertThat(replica.of(Action.Relay.class).get(0).to()).isEqualTo(2);
        replica.clear().step(new Event.RequestReceived(RaftCluster.request(0, 1, "x"), 1));
        assertThat(replica.of(Action.Relay.class)).isEmpty();
        assertThat(replica.of(Action.Refuse.class)).hasSize(1);
    }

    @Test
    void theSameEventsGiveTheSameActions() {
        RaftCluster cluster = new RaftCluster(3, 7);
        cluster.nodes.forEach(node -> cluster.restart(node.id));
        cluster.recordsHistory = true;
        cluster.nodes.forEach(node -> cluster.restart(node.id));
        cluster.awaitLeader();
        cluster.submitAll("op", 30);
        cluster.read(cluster.leader().orElseThrow().id);
        cluster.run(20);
        cluster.assertDeterministic();
    }

    private static int firstIndexOf(List<Action> actions, java.util.function.Predicate<Action> which) {
        return java.util.stream.IntStream.range(0, actions.size())
                .filter(i -> which.test(actions.get(i)))
                .findFirst()
                .orElse(-1);
    }

    private static int lastIndexOf(List<Action> actions, java.util.function.Predicate<Action> which) {
        return java.util.stream.IntStream.range(0, actions.size())
                .filter(i -> which.test(actions.get(i)))
                .max()
                .orElse(-1);
    }
}
