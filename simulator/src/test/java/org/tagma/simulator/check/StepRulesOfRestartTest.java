package org.tagma.simulator.check;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.Memory;
import org.tagma.core.protocol.LogRecord;

/** A replica that starts again is held to what its log says, and to nothing that it cannot know. */
class StepRulesOfRestartTest extends StepRulesFixture {

    private static final long NONCE = 99;

    private void startsAgain(Memory memory, List<LogRecord> records, Action... actions) {
        step(new Event.Recovered(new Event.RecoveredLog(records, memory, NONCE)), actions);
        step(new Event.QueueDrained(1));
    }

    private void startsAgain(LogRecord... records) {
        startsAgain(Memory.WHOLE, List.of(records));
    }

    // ---- with its whole log ----

    @Test
    void whatItPrePreparedBeforeCountsAfterwards() {
        startsAgain(new PbftRecord.PrePrepared(0, 1, BATCH));
        hear(1, new Prepare(0, 1, D));
        expectFound("has a prepared certificate for sequence 1");
    }

    @Test
    void whatANewViewPlacedBeforeIsItsPrimarysPrepareAfterwards() {
        NewView newView = newView(1, List.of(new Reproposal(1, D)));
        startsAgain(new PbftRecord.Entered(1, from(1, newView)), new PbftRecord.Reproposed(1, 1, D));
        hear(3, new Prepare(1, 1, D));
        expectFound("has a prepared certificate for sequence 1");
    }

    @Test
    void itsOwnCommitCountsAfterwards() {
        startsAgain(new PbftRecord.PrePrepared(0, 1, BATCH), new PbftRecord.Prepared(0, 1, D));
        hear(0, new Commit(0, 1, D));
        expectFine();
        hear(3, new Commit(0, 1, D));
        expectFound("does not execute sequence 1");
    }

    @Test
    void aViewChangeThatLeavesOutWhatIsInTheLogIsFound() {
        startsAgain(new PbftRecord.PrePrepared(0, 1, BATCH), new PbftRecord.Prepared(0, 1, D));
        hear(0, leaving(1, NOTHING, NOTHING));
        ViewChange silent = leaving(1, NOTHING, List.of(new VoteInfo(1, D, 0)));
        hear(3, leaving(1, NOTHING, NOTHING), left(silent));
        expectFound("where it wrote down");
    }

    @Test
    void aViewThatMayHaveBeenOpenedBeforeIsNotOpenedAgain() {
        ViewChange own = leaving(2, NOTHING, NOTHING);
        startsAgain(Memory.WHOLE, List.of(new PbftRecord.LeftFor(2, own)), new Action.Broadcast(own));
        hear(0, leaving(2, NOTHING, NOTHING));
        hear(1, leaving(2, NOTHING, NOTHING));
        hear(2, own, new Action.Broadcast(newView(2, List.of())));
        expectFound("opens view 2, which is not its to open");
    }

    @Test
    void theNewViewByWhichItIsInItsViewIsRepeatedAfterwards() {
        startsAgain(new PbftRecord.Entered(1, from(1, newView(1, List.of()))));
        hear(3, new Status(0, false, 0, 0, 0));
        expectFound("does not repeat the new view 1");
    }

    // ---- without it ----

    @Test
    void whatItReservedIsWrittenDownAsForgotten() {
        startsAgain(Memory.SURVIVORS, List.of(new PbftRecord.Reservation(1, 9)));
        expectFound("does not write down that it may have voted");
    }

    @Test
    void whoForgotDoesNotVoteThere() {
        forgetsUpToNine();
        expectFine();
        step(new Event.QueueDrained(1), new Action.Broadcast(new Prepare(1, 10, D)));
        expectFine();
        step(new Event.QueueDrained(1), new Action.Broadcast(new Prepare(1, 9, D)));
        expectFound("says Prepare while it does not remember");
    }

    @Test
    void whoForgotSaysSo() {
        forgetsUpToNine();
        tick(new Action.Broadcast(new Status(1, true, 0, 0, 9)));
        expectFine();
        tick(new Action.Broadcast(new Status(1, true, 0, 0, 0)));
        expectFound("says that it forgot its votes up to 0");
    }

    @Test
    void whoForgotWaitsToBeShownTheWayIntoItsView() {
        forgetsUpToNine();
        tick(new Action.Broadcast(new Status(1, false, 0, 0, 9)));
        expectFound("where it waits for view 1");
    }

    private void forgetsUpToNine() {
        startsAgain(
                Memory.SURVIVORS, List.of(new PbftRecord.Reservation(1, 9)), persist(new PbftRecord.Forgotten(1, 9)));
    }

    @Test
    void whoLostItsDiskAsksForIt() {
        startsAgain(Memory.LOST, List.of());
        for (int tick = 1; tick < CONFIG.statusIntervalTicks(); tick++) {
            tick();
        }
        expectFine();
        tick();
        expectFound("does not ask where it may have voted");
    }

    @Test
    void enoughAnswersTellWhereItMayHaveVoted() {
        answers(0, 4, 0);
        answers(1, 3, 0);
        expectFine();
        answers(3, 2, 0, persist(new PbftRecord.Forgotten(5, 2L * CONFIG.logWindow())));
        expectFine();
    }

    @Test
    void anEstimateBelowWhatTheOthersSayIsFound() {
        answers(0, 4, 0);
        answers(1, 3, 0);
        answers(3, 2, 0, persist(new PbftRecord.Forgotten(4, 2L * CONFIG.logWindow())));
        expectFound("for where it may have voted, where Forgotten[view=5");
    }

    @Test
    void enoughAnswersAreNotWaitedBeyond() {
        answers(0, 4, 0);
        answers(1, 3, 0);
        answers(3, 2, 0);
        expectFound("does not write down that it may have voted");
    }

    @Test
    void anAnswerFromAboveACheckpointThatIsNotProvedDoesNotCount() {
        answers(0, 4, 0);
        answers(1, 3, 8);
        answers(3, 2, 0, persist(new PbftRecord.Forgotten(5, 2L * CONFIG.logWindow())));
        expectFound("it cannot know that yet");
    }

    private void answers(int replica, long view, long sequence, Action... actions) {
        if (replica == 0) {
            startsAgain(Memory.LOST, List.of());
        }
        hear(replica, new EstimationReply(NONCE, view, sequence), actions);
    }

    @Test
    void whoRemembersTellsHowFarItIs() {
        leaves(1);
        hear(0, new EstimationQuery(NONCE), new Action.Send(0, new EstimationReply(NONCE, 1, 0)));
        expectFine();
        hear(0, new EstimationQuery(NONCE), new Action.Send(0, new EstimationReply(NONCE, 0, 0)));
        expectFound("does not tell replica 0, which lost its memory");
    }

    // ---- checkpoints ----

    @Test
    void aStateThatOthersCertifiedBeforeItIsStableAtOnce() {
        Digest state = Digest.of(ByteString.copyFromUtf8("state"));
        int interval = CONFIG.checkpointInterval();
        List.of(0, 1, 3).forEach(id -> hear(id, new Checkpoint(interval, state)));
        expectFine();
        for (long sequence = 1; sequence < interval; sequence++) {
            executes(sequence);
        }
        executes(interval, new Action.TakeCheckpoint(interval));
        step(new Event.CheckpointTaken(interval, state), new Action.Broadcast(new Checkpoint(interval, state)));
        expectFound("has the certified state of sequence " + interval);
    }
}
