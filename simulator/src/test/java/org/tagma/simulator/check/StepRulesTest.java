package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.ManifestAnswer;

/** Replica 2 of four does what it must, or does not. */
class StepRulesTest extends StepRulesFixture {

    // ---- the three phases ----

    @Test
    void properAgreementIsNotComplainedOf() {
        executes(1);
        executes(2);
        expectFine();
    }

    @Test
    void aProposalThatIsNotPreparedIsFound() {
        hear(0, new PrePrepare(0, 1, BATCH));
        expectFound("does not accept the proposal");
    }

    @Test
    void aPreparedCertificateWithoutACommitIsFound() {
        prepares(1);
        hear(1, new Prepare(0, 1, D));
        hear(3, new Prepare(0, 1, D));
        expectFound("has a prepared certificate");
    }

    @Test
    void whatIsWrittenDownAndNotSaidIsFound() {
        hear(0, new PrePrepare(0, 1, BATCH), persist(new PbftRecord.PrePrepared(0, 1, BATCH)));
        expectFound("does not say what it wrote down");
    }

    @Test
    void whatIsCommittedAndNotExecutedIsFound() {
        commits(1);
        IntStream.of(0, 1, 3).forEach(id -> hear(id, new Commit(0, 1, D)));
        expectFound("does not execute sequence 1");
    }

    @Test
    void aPrimaryThatTellsTwoStoriesAndIsKeptIsFound() {
        prepares(1);
        hear(1, new Prepare(0, 1, OTHER));
        expectFine();
        hear(3, new Prepare(0, 1, OTHER));
        expectFound("sent different batches");
    }

    @Test
    void aPrimaryThatIsLeftForTwoOthersThatDifferAmongThemselvesIsFound() {
        prepares(1);
        hear(1, new Prepare(0, 1, OTHER));
        Digest third = Digest.of(ByteString.copyFromUtf8("third"));
        List<VoteInfo> own = List.of(new VoteInfo(1, D, 0));
        hear(3, new Prepare(0, 1, third), left(leaving(1, NOTHING, own)));
        expectFound("has told one story");
    }

    @Test
    void aBatchThatIsExecutedAndNotWrittenDownIsFound() {
        hear(0, new Committed(1, D));
        hear(
                1,
                new Committed(1, D),
                new Action.Send(0, new FetchBatch(1, D)),
                new Action.Send(1, new FetchBatch(1, D)));
        hear(0, new BatchBody(1, BATCH), new Action.Commit(1, BATCH));
        expectFound("whose batch is not in its log");
    }

    @Test
    void aBatchThatNobodyAskedForAndIsTakenIsFound() {
        Event event = new Event.MessageReceived(from(3, new BatchBody(1, BATCH)));
        observer.stepping(2, event);
        assertThat(observer.comparesStates(event)).isTrue();
        observer.compared(2, event, List.of(), 7, () -> 8);
        assertThat(findings.first().map(Findings.Finding::property)).contains(Property.REFUSES_WHAT_IT_MUST);
    }

    // ---- view changes ----

    @Test
    void oneThatStaysWhereFPlusOneOthersAreAheadIsFound() {
        hear(0, leaving(1, NOTHING, NOTHING));
        expectFine();
        hear(3, leaving(1, NOTHING, NOTHING));
        expectFound("stays in view 0");
    }

    @Test
    void oneThatJoinsAndEntersIsNotComplainedOf() {
        leaves(1);
        enters(1);
        expectFine();
    }

    @Test
    void oneThatFollowsALoneReplicaIsFound() {
        hear(3, leaving(7, NOTHING, NOTHING), left(leaving(7, NOTHING, NOTHING)));
        expectFound("leaves view 0 for view 7");
    }

    @Test
    void aViewChangeThatLeavesOutWhatPreparedIsFound() {
        commits(1);
        VoteInfo entry = new VoteInfo(1, D, 0);
        hear(0, leaving(1, NOTHING, NOTHING));
        hear(3, leaving(1, NOTHING, NOTHING), left(leaving(1, NOTHING, List.of(entry))));
        expectFound("where it wrote down");
    }

    @Test
    void aNewViewThatFollowsAndIsNotEnteredIsFound() {
        leaves(1);
        hear(1, newView(1, List.of()), REJECT);
        expectFound("does not enter view 1");
    }

    @Test
    void aFalseNewViewWhosePrimaryIsNotBlamedIsFound() {
        leaves(1);
        hear(1, newView(1, List.of(new Reproposal(1, D))), left(leaving(2, NOTHING, NOTHING)));
        expectFound("does not blame replica 1");
    }

    @Test
    void aViewThatIsGivenUpBeforeItsTimeIsFound() {
        leaves(1);
        hear(2, leaving(1, NOTHING, NOTHING));
        tick(left(leaving(2, NOTHING, NOTHING)));
        expectFound("gives up view 1");
    }

    @Test
    void aTimerThatRunsOutForNothingIsFound() {
        leaves(1);
        hear(2, leaving(1, NOTHING, NOTHING));
        Authenticated<?> own = from(2, leaving(1, NOTHING, NOTHING));
        for (int tick = 1; tick < CONFIG.viewChangeTimeoutTicks(); tick++) {
            boolean due = tick % CONFIG.statusIntervalTicks() == 0;
            tick(
                    due
                            ? all(
                                    new Action.Broadcast(new Status(1, true, 0, 0, 0)),
                                    new Action.Forward(0, own),
                                    new Action.Forward(1, own),
                                    new Action.Forward(3, own))
                            : all());
        }
        expectFine();
        tick(new Action.Broadcast(new Status(1, true, 0, 0, 0)));
        expectFound("its timer ran out");
    }

    @Test
    void aNewViewThatIsNotRepeatedIsFound() {
        leaves(1);
        enters(1);
        hear(3, new Status(1, false, 0, 0, 0));
        expectFine();
        hear(0, new Status(0, false, 0, 0, 0));
        expectFound("does not repeat the new view 1");
    }

    // ---- requests ----

    @Test
    void aRequestThatIsNotHandedOnIsFound() {
        step(new Event.RequestReceived(request(1), -1), new Action.Relay(0, request(1)));
        expectFine();
        leaves(1);
        enters(1);
        expectFound("on to the primary of view 1");
    }

    @Test
    void aRequestThatIsNotHandedToTheFirstPrimaryIsFound() {
        step(new Event.RequestReceived(request(1), -1));
        expectFound("on to its primary");
    }

    @Test
    void oneThatLeavesThoughNobodyWaitsIsFound() {
        pass(1, 3);
        expectFine();
        tick(left(leaving(1, NOTHING, NOTHING)));
        expectFound("in which nobody waits");
    }

    @Test
    void aRequestThatWaitsForEverIsFound() {
        step(new Event.RequestReceived(request(1), -1), new Action.Relay(0, request(1)));
        step(new Event.Executed(1, List.of(new Event.RequestOutcome(request(1), true))));
        step(new Event.RequestReceived(request(2), -1), new Action.Relay(0, request(2)));
        int half = CONFIG.requestTimeoutTicks() / 2;
        pass(1, half - 1);
        tick(new Action.Broadcast(new Status(0, false, 0, 0, 0)), new Action.Relay(0, request(2)));
        pass(half + 1, half - 1);
        expectFine();
        pass(CONFIG.requestTimeoutTicks(), 1);
        expectFound("where a request has waited");
    }

    // ---- checkpoints, states, bounds ----

    @Test
    void aCertifiedCheckpointIsTakenForStable() {
        isAtCheckpoint(D);
        hear(3, new StableCheckpoint(certificate(D)), persist(new PbftRecord.Stable(certificate(D))));
        expectFine();
    }

    @Test
    void oneThatDivergedAndGoesOnIsFound() {
        isAtCheckpoint(D);
        hear(3, new StableCheckpoint(certificate(OTHER)), persist(new PbftRecord.Stable(certificate(OTHER))));
        expectFound("is not the certified one");
    }

    @Test
    void aDivergedReplicaThatIsNotNamedIsFound() {
        isAtCheckpoint(D);
        hear(3, new StableCheckpoint(certificate(D)), persist(new PbftRecord.Stable(certificate(D))));
        hear(1, new Checkpoint(CONFIG.checkpointInterval(), OTHER), REJECT);
        expectFound("does not name replica 1");
    }

    @Test
    void aLiarThatIsAskedAgainIsFound() {
        ByteString state = ByteString.copyFromUtf8("state");
        SnapshotManifest manifest = SnapshotManifest.of(state);
        tick(new Action.Send(1, new FetchManifest(40, manifest.digest())));
        hear(
                1,
                new ManifestAnswer(40, manifest.encode()),
                new Action.Send(3, new FetchChunk(40, manifest.digest(), 0)));
        hear(
                3,
                new ChunkAnswer(40, 0, ByteString.copyFromUtf8("STATE")),
                new Action.ReportEvidence(3, "it lied"),
                new Action.Send(1, new FetchChunk(40, manifest.digest(), 0)));
        expectFine();
        tick(new Action.Send(3, new FetchChunk(40, manifest.digest(), 0)));
        expectFound("asks replica 3 again");
    }
}
