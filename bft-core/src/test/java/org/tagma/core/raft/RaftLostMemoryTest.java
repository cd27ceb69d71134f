package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.RequestVoteReply;

/** Replicas whose disk was wiped. */
final class RaftLostMemoryTest {

    private static final long NONCE = 42;

    @Test
    void aReplicaWithAWipedDiskRejoinsOnceItHasHeardAllOthers() {
        RaftCluster cluster = new RaftCluster(3, 8);
        cluster.elect(0);
        cluster.submitAll("op", 5);
        cluster.deliverAll();
        long term = cluster.node(0).status().term();
        cluster.crash(2);
        cluster.crash(1);
        cluster.restartWiped(2, NONCE);
        cluster.submitTo(0, "alone");
        cluster.run(20);
        assertThat(cluster.node(2).status().recoveringUpTo())
                .as("one voter is down")
                .isPositive();
        assertThat(cluster.node(0).journal.has("alone")).as("it does not count").isFalse();
        cluster.restart(1);
        cluster.runUntil(() -> cluster.node(2).status().recoveringUpTo() == 0, 200);
        assertThat(cluster.node(2).log.records())
                .as("it voted in term %s", term)
                .anyMatch(record -> record instanceof RaftRecord.Forgotten found && found.term() >= term);
        cluster.leader().ifPresent(leader -> cluster.crash(leader.id == 2 ? 1 : leader.id));
        cluster.awaitLeader();
        cluster.submitAll("after", 1);
        cluster.run(20);
        assertThat(cluster.node(2).journal.has("after0")).isTrue();
        cluster.assertEqualJournals();
    }

    /** Trap 27: it may have voted in the highest term that anybody knows, so it does not vote there again. */
    @Test
    void itDoesNotVoteInATermInWhichItMayHaveVoted() {
        RaftProtocol wiped = wiped();
        receive(wiped, 1, new EstimationReply(NONCE, 7, 0));
        assertThat(granted(receive(wiped, 1, new RequestVote(8, 20, 7, false, false))))
                .as("the other voter has not answered")
                .isFalse();
        List<Action> decided = receive(wiped, 2, new EstimationReply(NONCE, 9, 0));
        assertThat(decided).contains(new Action.Persist(new RaftRecord.Forgotten(9, 0)));
        assertThat(granted(receive(wiped, 1, new RequestVote(9, 20, 7, false, false))))
                .isFalse();
        assertThat(granted(receive(wiped, 1, new RequestVote(10, 20, 7, false, false))))
                .isTrue();
    }

    /** Trap 27: the leader elected by its forgotten vote, on its way still, lacks what an earlier one has stored with it now. */
    @Test
    void itTakesNothingFromALeaderOfATermBelowOneInWhichItMayHaveVoted() {
        RaftProtocol wiped = wiped();
        receive(wiped, 1, new AppendEntries(1, 0, 0, List.of(new Entry.NoOp(1, 1)), 1, 0));
        receive(wiped, 1, new EstimationReply(NONCE, 1, 1));
        List<Action> decided = receive(wiped, 2, new EstimationReply(NONCE, 2, 1));
        assertThat(decided).contains(new Action.Persist(new RaftRecord.HardState(2, -1)));
        assertThat(wiped.raftStatus().recoveringUpTo()).isZero();
        List<Action> answer = receive(wiped, 1, new AppendEntries(1, 1, 1, List.of(new Entry.NoOp(2, 1)), 1, 0));
        assertThat(wiped.raftStatus().lastIndex()).isEqualTo(1);
        assertThat(answer).contains(new Action.Send(1, new AppendEntriesReply(2, 0, false, 0, 0, 0, 0)));
    }

    @Test
    void answersToAnEarlierLifeCountForNothing() {
        RaftProtocol wiped = wiped();
        receive(wiped, 1, new EstimationReply(NONCE - 1, 7, 0));
        receive(wiped, 2, new EstimationReply(NONCE - 1, 7, 0));
        assertThat(wiped.raftStatus().recoveringUpTo()).isPositive();
    }

    @Test
    void whatItFoundOutIsKeptThroughAnotherRestart() {
        RaftProtocol again = new RaftProtocol(RaftConfig.forTests(0, 3));
        again.step(new Event.Recovered(
                new Event.RecoveredLog(List.of(new RaftRecord.Forgotten(9, 33)), Event.Memory.WHOLE)));
        assertThat(again.raftStatus().recoveringUpTo()).isEqualTo(33);
        assertThat(granted(receive(again, 1, new RequestVote(10, 90, 9, false, false))))
                .isFalse();
    }

    /** Trap 22: what it learns while it asks, a later term first of all, says nothing of what it said before. */
    @Test
    void stoppedWhileItAsksItAsksAgain() {
        RaftProtocol wiped = wiped();
        List<LogRecord> written = persisted(receive(wiped, 1, new RequestVote(8, 20, 7, false, false)));
        assertThat(written).contains(new RaftRecord.HardState(8, -1));
        RaftProtocol again = new RaftProtocol(RaftConfig.forTests(0, 3));
        again.step(new Event.Recovered(new Event.RecoveredLog(written, Event.Memory.LOST, NONCE + 1)));
        assertThat(again.raftStatus().recoveringUpTo()).isPositive();
        assertThat(granted(receive(again, 1, new RequestVote(8, 20, 7, false, false))))
                .as("it may have voted in term 8 before its disk was lost")
                .isFalse();
    }

    @Test
    void aReplicaThatForgotItselfAnswersNobody() {
        assertThat(receive(wiped(), 1, new EstimationQuery(7))).noneMatch(action -> action instanceof Action.Send);
    }

    private static RaftProtocol wiped() {
        RaftProtocol wiped = new RaftProtocol(RaftConfig.forTests(0, 3));
        wiped.step(new Event.Recovered(new Event.RecoveredLog(List.of(), Event.Memory.LOST, NONCE)));
        return wiped;
    }

    private static List<Action> receive(RaftProtocol protocol, int from, Message message) {
        return protocol.step(new Event.MessageReceived(RaftCluster.sign(from, message)));
    }

    private static List<LogRecord> persisted(List<Action> actions) {
        return actions.stream()
                .filter(action -> action instanceof Action.Persist)
                .map(action -> ((Action.Persist) action).record())
                .toList();
    }

    private static boolean granted(List<Action> actions) {
        return actions.stream()
                .filter(action -> action instanceof Action.Send)
                .map(action -> ((Action.Send) action).message())
                .anyMatch(message -> message instanceof RequestVoteReply reply && reply.granted());
    }
}
