package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** Replica 2 of four helps who is behind, asks for what it lacks, and goes on with what it said before, or does not. */
class StepRulesOfHelpTest extends StepRulesFixture {

    private static Status statusOf(long lastCommitted, long stable) {
        return new Status(0, false, lastCommitted, stable, 0);
    }

    /** It hears itself say what it said. */
    private void commitsAndHearsIt() {
        commits(1);
        hear(2, new Prepare(0, 1, D));
        hear(2, new Commit(0, 1, D));
    }

    private void isSeenToBeStuck(Action... answer) {
        hear(3, statusOf(0, 0));
        pass(1, CONFIG.statusIntervalTicks());
        expectFine();
        hear(3, statusOf(0, 0), answer);
    }

    @Test
    void votesThatAreNotRepeatedAreFound() {
        commitsAndHearsIt();
        isSeenToBeStuck();
        expectFound("does not repeat its commit of sequence 1");
    }

    @Test
    void votesThatAreRepeatedAreNotComplainedOf() {
        commitsAndHearsIt();
        isSeenToBeStuck(new Action.Send(3, new Commit(0, 1, D)), new Action.Send(3, new Prepare(0, 1, D)));
        expectFine();
    }

    @Test
    void anAnswerToEveryStatusIsFound() {
        hear(3, statusOf(0, 0));
        hear(3, statusOf(0, 0), new Action.Send(3, new Prepare(0, 1, D)));
        expectFound("more than once in a status interval");
    }

    @Test
    void aCheckpointVoteThatIsNotRepeatedIsFound() {
        isAtCheckpoint(D);
        hear(2, new Checkpoint(CONFIG.checkpointInterval(), D));
        hear(3, statusOf(CONFIG.checkpointInterval(), 0));
        expectFound("does not repeat its Checkpoint");
    }

    @Test
    void aBatchThatIsNotAskedOfAllIsFound() {
        for (int id : List.of(0, 1)) {
            hear(id, new Commit(0, 1, D));
        }
        hear(
                3,
                new Commit(0, 1, D),
                new Action.Send(0, new FetchBatch(1, D)),
                new Action.Send(1, new FetchBatch(1, D)));
        pass(1, 40);
        expectFine();
        pass(41, 1);
        expectFound("lacks the batch that is committed at sequence 1");
    }

    @Test
    void aCertifiedCheckpointBeyondTheWindowThatIsNotFetchedIsFound() {
        long far = 2L * CONFIG.logWindow();
        Checkpoint vote = new Checkpoint(far, D);
        CheckpointCertificate certificate = new CheckpointCertificate(
                far, D, IntStream.of(0, 1, 3).mapToObj(id -> from(id, vote)).toList());
        hear(3, new StableCheckpoint(certificate));
        expectFound("does not fetch the state");
    }

    @Test
    void aProposalThatWaitsForEverIsFound() {
        prepares(1);
        pass(1, CONFIG.requestTimeoutTicks() - 1);
        expectFine();
        pass(CONFIG.requestTimeoutTicks(), 1);
        expectFound("where a proposal has waited");
    }

    @Test
    void aSecondCheckpointVoteThatIsTakenIsFound() {
        hear(3, new Checkpoint(CONFIG.checkpointInterval(), D));
        Event event = new Event.MessageReceived(from(3, new Checkpoint(CONFIG.checkpointInterval(), OTHER)));
        observer.stepping(2, event);
        assertThat(observer.comparesStates(event)).isTrue();
        observer.compared(2, event, List.of(), 7, () -> 8);
        assertThat(findings.first().map(Findings.Finding::property)).contains(Property.REFUSES_WHAT_IT_MUST);
    }

    @Test
    void aRestartThatSwallowsAViewChangeIsFound() {
        PbftRecord left = new PbftRecord.LeftFor(1, leaving(1, NOTHING, NOTHING));
        Event restart = new Event.Recovered(new Event.RecoveredLog(List.of(left), Event.Memory.WHOLE));
        step(restart, new Action.Broadcast(leaving(1, NOTHING, NOTHING)));
        expectFine();
        step(restart);
        expectFound("does not say again");
    }

    @Test
    void aViewThatIsOpenedInTwoWaysIsFound() {
        observer.left(2, -1, newView(2, List.of()));
        expectFine();
        observer.left(2, -1, newView(2, List.of(new Reproposal(1, D))));
        assertThat(findings.first().map(Findings.Finding::property)).contains(Property.NO_CONFLICTING_VOTES);
    }
}
