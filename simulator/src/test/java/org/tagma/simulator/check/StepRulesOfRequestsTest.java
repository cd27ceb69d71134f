package org.tagma.simulator.check;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.TransferMessage.FetchManifest;

/** What is ordered for clients, what there is room for, and what a replica may let go of. */
class StepRulesOfRequestsTest extends StepRulesFixture {

    private static final Digest STATE = Digest.of(ByteString.copyFromUtf8("state"));

    private void receives(Request request, Action... actions) {
        step(new Event.RequestReceived(request, -1), actions);
    }

    private void hasExecuted(Request request) {
        step(new Event.Executed(1, List.of(new Event.RequestOutcome(request, true))));
    }

    @Test
    void aRequestThatIsRefusedWhereThereIsRoomIsFound() {
        receives(request(1), new Action.Refuse(request(1), Action.Refusal.OVERLOADED));
        expectFound("refuses");
    }

    @Test
    void aRequestFarAheadThatIsNotRefusedIsFound() {
        hasExecuted(request(1));
        Request far = request(2 + CONFIG.sessionPipeline());
        receives(far, new Action.Refuse(far, Action.Refusal.OUT_OF_WINDOW));
        expectFine();
        receives(far, new Action.Relay(0, far));
        expectFound("does not refuse");
    }

    @Test
    void aRequestBeforeItsTurnIsHandedOnWhereThereIsRoom() {
        hasExecuted(request(1));
        receives(request(3), new Action.Relay(0, request(3)));
        expectFine();
        receives(request(5));
        expectFound("does not hand request");
    }

    @Test
    void aRequestThatWaitsForHalfOfItsTimeAndIsNotHandedOnOnceMoreIsFound() {
        hasExecuted(request(1));
        receives(request(2), new Action.Relay(0, request(2)));
        int half = CONFIG.requestTimeoutTicks() / 2;
        pass(1, half - 1);
        expectFine();
        tick(new Action.Broadcast(new Status(0, false, 0, 0, 0)));
        expectFound("does not hand request");
    }

    @Test
    void aReplicaThatIsBehindAndLeavesForThatIsFound() {
        prepares(1);
        hear(0, new StableCheckpoint(certificate(D)));
        int patience = CONFIG.requestTimeoutTicks();
        pass(1, patience);
        expectFine();
        List<VoteInfo> own = List.of(new VoteInfo(1, D, 0));
        tick(left(leaving(1, NOTHING, own)));
        expectFound("in which nobody waits for anything");
    }

    @Test
    void aPrimaryThatProposesNothingThoughARequestWaitsIsFound() {
        leaves(2);
        enters(2);
        receives(request(1));
        step(new Event.QueueDrained(2));
        expectFound("does not propose");
    }

    @Test
    void aPrimaryThatProposesWhatWaitsIsNotComplainedOf() {
        leaves(2);
        enters(2);
        receives(request(1));
        Batch batch = Batch.of(2, List.of(request(1)));
        step(
                new Event.QueueDrained(2),
                persist(new PbftRecord.PrePrepared(2, 1, batch)),
                new Action.Broadcast(new PrePrepare(2, 1, batch)));
        expectFine();
    }

    @Test
    void aPrimaryThatProposesTheSameTwiceIsFound() {
        leaves(2);
        enters(2);
        hasExecuted(request(1));
        proposes(1, request(2));
        expectFine();
        proposes(2, request(2));
        expectFound("proposes");
    }

    @Test
    void whatWasExecutedIsOrderedOnceMoreOnlyForSomebodyWhoWaits() {
        leaves(2);
        enters(2);
        hasExecuted(request(1));
        pass(1, 4);
        proposes(1, request(1));
        expectFound("once more, which nobody waits for");
    }

    private void proposes(long sequence, Request request) {
        Batch batch = Batch.of(sequence, List.of(request));
        step(
                new Event.QueueDrained(2),
                persist(new PbftRecord.PrePrepared(2, sequence, batch)),
                new Action.Broadcast(new PrePrepare(2, sequence, batch)));
    }

    private void itsFirstCheckpointIsStable() {
        isAtCheckpoint(STATE);
        hear(
                0,
                new StableCheckpoint(certificate(STATE)),
                persist(new PbftRecord.Stable(certificate(STATE))),
                new Action.Truncate(CONFIG.checkpointInterval()));
    }

    @Test
    void aStateIsNotAskedForAgainWhenItIsThere() {
        itsFirstCheckpointIsStable();
        tick(new Action.Send(1, new FetchManifest(CONFIG.checkpointInterval(), STATE)));
        expectFound("asks for the state at sequence");
    }

    @Test
    void aBatchThatIsAskedOfTooFewIsFound() {
        tick(new Action.Send(1, new FetchBatch(1, D)));
        expectFound("asks only [1] for the batch");
    }

    @Test
    void oneThatIsBlamedAgainAndAgainIsFound() {
        tick(new Action.ReportEvidence(3, "it lies"));
        expectFine();
        tick(new Action.ReportEvidence(3, "it lies"));
        expectFound("blames replica 3 more than once");
    }

    @Test
    void aLogThatIsLetGoOfBeforeACheckpointCoversItIsFound() {
        tick(new Action.Truncate(CONFIG.checkpointInterval()));
        expectFound("lets go of its log");
    }

    @Test
    void aStateThatIsLetGoOfWhileItIsTheStableOneIsFound() {
        tick(new Action.ReleaseCheckpoints(CONFIG.checkpointInterval()));
        expectFound("lets go of states");
    }

    @Test
    void aVoteThatAStableCheckpointCoversIsNotRepeated() {
        itsFirstCheckpointIsStable();
        expectFine();
        tick(new Action.Send(0, new Commit(0, 1, D)));
        expectFound("speaks of sequence 1 by a Commit");
    }
}
