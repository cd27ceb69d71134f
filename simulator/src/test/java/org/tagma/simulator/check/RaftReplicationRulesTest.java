package org.tagma.simulator.check;

import static org.tagma.simulator.check.RaftStepFixture.HEARTBEAT_TICKS;
import static org.tagma.simulator.check.RaftStepFixture.agrees;
import static org.tagma.simulator.check.RaftStepFixture.commit;
import static org.tagma.simulator.check.RaftStepFixture.persist;
import static org.tagma.simulator.check.RaftStepFixture.send;
import static org.tagma.simulator.check.RaftStepFixture.toOthers;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.Configuration;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Snapshotted;
import org.tagma.core.raft.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.SnapshotMeta;
import org.tagma.core.service.TransferMessage;

class RaftReplicationRulesTest {

    private static final Digest STATE = Digest.of(ByteString.copyFromUtf8("state"));

    private final RaftStepFixture replica = new RaftStepFixture();

    private static Entry noOp(long index, long term) {
        return new Entry.NoOp(index, term);
    }

    private static AppendEntries append(long previous, long term, long commit, Entry... entries) {
        return new AppendEntries(term, previous, previous == 0 ? 0 : term, List.of(entries), commit, 1);
    }

    // Followers

    @Test
    void aFollowerHasTheLeaderGoBackNoFurtherThanItMust() {
        replica.follows(3, 6);
        replica.hears(
                1,
                new AppendEntries(3, 9, 3, List.of(), 0, 2),
                send(1, new AppendEntriesReply(3, 2, false, 9, 4, 3, 0)));
        replica.expectFound("has the leader go back further than index 5");
    }

    @Test
    void aLeaderThatIsRefusedTriesAgainAtOnce() {
        replica.leads(3);
        replica.tick(send(2, new AppendEntries(1, 1, 1, List.of(), 0, 1)));
        replica.hears(2, new AppendEntriesReply(1, 0, false, 5, 0, 0, 0));
        replica.expectNothing();
        replica.hears(2, new AppendEntriesReply(1, 1, false, 1, 0, 0, 0));
        replica.expectFound("was refused entries after 1 by replica 2, and waits");
    }

    @Test
    void nothingIsToldTwiceForNothing() {
        replica.leadsAndHasCommitted(3);
        replica.expectNothing();
        replica.drained(0, send(1, new AppendEntries(1, 1, 1, List.of(), 1, 0)));
        replica.expectFound("tells replica 1 again what it has told it");
    }

    @Test
    void whatAFollowerOfThePaperDoesIsNotComplainedOf() {
        replica.follows(1, 3);
        replica.hears(1, append(3, 1, 2, noOp(4, 1)), persist(new Appended(noOp(4, 1))), send(1, agrees(1, 1, 4)));
        replica.hears(1, append(2, 1, 2, noOp(3, 1)), send(1, agrees(1, 1, 3)));
        replica.hears(1, append(7, 1, 2), send(1, new AppendEntriesReply(1, 1, false, 7, 4, 1, 0)));
        replica.expectNothing();
    }

    @Test
    void whatIsThereAndAgreesIsNotReplaced() {
        replica.follows(1, 3);
        replica.hears(
                1,
                append(1, 1, 0, noOp(2, 1)),
                persist(new SuffixRemoved(2, 3)),
                persist(new Appended(noOp(2, 1))),
                send(1, agrees(1, 1, 2)));
        replica.expectFound("removes entries that contradict nothing");
    }

    @Test
    void theTermBeforeTheEntriesIsCompared() {
        replica.follows(1, 3);
        replica.hears(
                1,
                new AppendEntries(1, 3, 0, List.of(noOp(4, 1)), 0, 1),
                persist(new Appended(noOp(4, 1))),
                send(1, agrees(1, 1, 4)));
        replica.expectFound("that are not in its log");
    }

    @Test
    void entriesThatFitAreNotRefused() {
        replica.follows(1, 3);
        replica.hears(1, append(3, 1, 0), send(1, new AppendEntriesReply(1, 1, false, 3, 2, 1, 0)));
        replica.expectFound("refuses entries that fit");
    }

    @Test
    void nothingIsTakenThatNobodySent() {
        replica.follows(1, 3);
        replica.hears(1, append(3, 1, 0), persist(new Appended(noOp(4, 1))), send(1, agrees(1, 1, 3)));
        replica.expectFound("which no leader has sent");
    }

    @Test
    void theLogIsBoundedWhileNothingIsExecuted() {
        replica.follows(1, 3);
        replica.hears(1, append(3, 1, 3), send(1, agrees(1, 1, 3)), commit(1), commit(2), commit(3));
        for (long index = 4; index <= RaftStepFixture.WINDOW; index++) {
            replica.hears(
                    1,
                    append(index - 1, 1, 3, noOp(index, 1)),
                    persist(new Appended(noOp(index, 1))),
                    send(1, agrees(1, 1, index)));
        }
        replica.expectNothing();
        replica.hears(1, append(64, 1, 3, noOp(65, 1)), persist(new Appended(noOp(65, 1))), send(1, agrees(1, 1, 65)));
        replica.expectFound("though it has executed no further than 0");
    }

    @Test
    void indexesAreExecutedInOrder() {
        replica.follows(1, 3);
        replica.hears(1, append(3, 1, 3), send(1, agrees(1, 1, 3)), commit(2));
        replica.expectFound("executes index 2 after index 0");
    }

    @Test
    void whatIsAcknowledgedIsReserved() {
        replica.follows(1, 3);
        replica.hears(1, append(3, 1, 0), send(1, agrees(1, 1, 101)));
        replica.expectFound("with only 100 reserved");
    }

    @Test
    void nothingComesOfAMessageThatIsRefused() {
        replica.follows(1, 3);
        replica.hears(2, append(3, 1, 3), new Action.Reject(2, "SECOND_LEADER"), commit(1));
        replica.expectFound("acts on a message that it refuses");
    }

    // States

    private static SnapshotMeta state(long index) {
        return new SnapshotMeta(index, 1, STATE, Configuration.ofFirst(3));
    }

    @Test
    void aStateThatTheLogCoversIsNotFetched() {
        replica.follows(1, 3);
        TransferMessage.Question question = new TransferMessage.FetchManifest(2, STATE);
        replica.hears(1, new InstallSnapshot(1, state(2)), send(1, question));
        replica.expectFound("fetches the state at 2, though its log has all up to there");
    }

    @Test
    void aStateNamesTheGroupAsOfItsIndex() {
        replica.follows(1, 3);
        SnapshotMeta another = new SnapshotMeta(2, 1, STATE, Configuration.ofFirst(2));
        replica.step(
                new Event.CheckpointTaken(2, STATE),
                persist(new Snapshotted(another)),
                new Action.Truncate(0),
                new Action.ReleaseCheckpoints(0));
        replica.expectFound("of another group than the one there");
    }

    @Test
    void theLogIsCompactedNoFurtherThanTheState() {
        replica.follows(1, 3);
        replica.step(
                new Event.CheckpointTaken(2, STATE),
                persist(new Snapshotted(state(2))),
                new Action.Truncate(0),
                new Action.ReleaseCheckpoints(0));
        replica.expectNothing();
        replica.step(new Event.CheckpointTaken(2, STATE), new Action.Truncate(3));
        replica.expectFound("lets go of entries up to 3");
    }

    @Test
    void aTailOfTheLogStaysForFollowers() {
        replica.follows(1, 3);
        replica.step(
                new Event.CheckpointTaken(2, STATE),
                persist(new Snapshotted(state(2))),
                new Action.Truncate(2),
                new Action.ReleaseCheckpoints(0));
        replica.expectFound("lets go of entries up to 2, which followers may lack");
    }

    @Test
    void whatAStateCoversGoes() {
        replica.follows(1, 3);
        replica.step(new Event.CheckpointTaken(2, STATE), persist(new Snapshotted(state(2))));
        replica.expectFound("keeps its log before that");
    }

    @Test
    void whatFollowsAStateThatTheLogAgreesWithStays() {
        replica.follows(1, 3);
        replica.step(new Event.StateInstalled(2, STATE, List.of()), persist(new SuffixRemoved(1, 3)));
        replica.expectFound("removes what is committed");
    }

    // Leaders

    @Test
    void aLeaderIsHeardOfInEveryHeartbeatInterval() {
        replica.leadsAndHasCommitted(3);
        replica.ticks(HEARTBEAT_TICKS - 1);
        replica.tick(toOthers(3, new AppendEntries(1, 1, 1, List.of(), 1, 1)));
        replica.ticks(HEARTBEAT_TICKS - 1);
        replica.expectNothing();
        replica.tick(send(1, new AppendEntries(1, 1, 1, List.of(), 1, 2)));
        replica.expectFound("does not say so to all");
    }

    @Test
    void followersAreToldWhatIsCommitted() {
        replica.leads(3);
        replica.hears(1, agrees(1, 0, 1), commit(1));
        replica.drained(0);
        replica.expectFound("does not tell replica 1 that all up to 1 is committed");
    }

    @Test
    void nothingIsToldAsCommittedThatIsNot() {
        replica.leads(3);
        replica.drained(0, send(1, new AppendEntries(1, 1, 1, List.of(), 1, 0)));
        replica.expectFound("as committed before it is");
    }

    @Test
    void nothingIsCommittedWithoutAMajority() {
        replica.leads(3);
        replica.hears(0, agrees(1, 0, 1), commit(1));
        replica.expectFound("without a majority that stores");
    }

    @Test
    void aTermBeginsWithANoOp() {
        replica.leads(3, new Entry.Requests(1, 1, Batch.NULL));
        replica.expectFound("begins its term with something else than a no-op");
    }

    @Test
    void aRefusalIsGoneBackFrom() {
        replica.leadsAndHasCommitted(3);
        AppendEntriesReply refusal = new AppendEntriesReply(1, 0, false, 1, 0, 0, 0);
        replica.hears(2, refusal, send(2, new AppendEntries(1, 1, 1, List.of(), 1, 0)));
        replica.expectFound("does not go back to 0");
    }

    @Test
    void messagesUnderWayAreBounded() {
        replica.leadsAndHasCommitted(3);
        for (long index = 2; index <= 5; index++) {
            proposes(index);
        }
        replica.expectNothing();
        proposes(6);
        replica.expectFound("on their way to replica 2, and sends more");
    }

    private void proposes(long index) {
        replica.drained(
                0,
                send(1, new AppendEntries(1, index - 1, 1, List.of(noOp(index, 1)), index - 1, 0)),
                send(2, new AppendEntries(1, index - 1, 1, List.of(noOp(index, 1)), index - 1, 0)),
                persist(new Appended(noOp(index, 1))));
        replica.hears(0, agrees(1, 0, index));
        replica.hears(1, agrees(1, 0, index), commit(index));
        replica.drained(0, send(1, new AppendEntries(1, index, 1, List.of(), index, 0)));
    }

    @Test
    void entriesGoToMembersOnly() {
        replica.leadsAndHasCommitted(3);
        replica.drained(0, send(4, new AppendEntries(1, 1, 1, List.of(), 1, 0)));
        replica.expectFound("to replica 4, which is outside of the group");
    }
}
