package org.tagma.simulator.check;

import static org.tagma.simulator.check.RaftStepFixture.ELECTION_TICKS;
import static org.tagma.simulator.check.RaftStepFixture.persist;
import static org.tagma.simulator.check.RaftStepFixture.send;
import static org.tagma.simulator.check.RaftStepFixture.toOthers;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Forgotten;
import org.tagma.core.raft.RaftRecord.HardState;

class RaftElectionRulesTest {

    private final RaftStepFixture replica = new RaftStepFixture();

    private static Action grants(int to, long term, boolean preVote) {
        return send(to, new RequestVoteReply(preVote ? term - 1 : term, term, preVote, true));
    }

    @Test
    void anElectionAsThePaperHasItIsNotComplainedOf() {
        replica.leadsAndHasCommitted(3);
        replica.expectNothing();
    }

    @Test
    void aVoteAsThePaperHasItIsNotComplainedOf() {
        replica.follows(1, 2);
        replica.ticks(ELECTION_TICKS);
        replica.hears(2, new RequestVote(2, 2, 1, true, false), send(2, new RequestVoteReply(1, 2, true, true)));
        replica.hears(2, new RequestVote(2, 2, 1, false, false), persist(new HardState(2, 2)), grants(2, 2, false));
        replica.expectNothing();
    }

    @Test
    void aLongerLogOfAnEarlierTermGetsNoVote() {
        replica.follows(3, 2);
        replica.ticks(ELECTION_TICKS);
        replica.hears(2, new RequestVote(4, 9, 2, false, false), persist(new HardState(4, 2)), grants(2, 4, false));
        replica.expectFound("whose log is older than its own");
    }

    @Test
    void nobodyThatHearsALeaderVotes() {
        replica.follows(1, 2);
        replica.hears(2, new RequestVote(2, 2, 1, false, false), persist(new HardState(2, 2)), grants(2, 2, false));
        replica.expectFound("though it hears a leader");
    }

    @Test
    void aLeaderDoesNotGiveUpForACandidate() {
        replica.leads(3);
        replica.hears(2, new RequestVote(2, 1, 1, false, false), persist(new HardState(2, -1)));
        replica.expectFound("goes on to the term of replica 2");
    }

    @Test
    void whoHasAMajorityOfPreVotesStandsAtOnce() {
        replica.ticks(ELECTION_TICKS);
        replica.tick(RaftStepFixture.toOthers(3, new RequestVote(1, 0, 0, true, false)));
        replica.hears(0, new RequestVoteReply(0, 1, true, true));
        replica.hears(1, new RequestVoteReply(0, 1, true, true));
        replica.expectFound("has a majority of pre-votes, and does not go on");
    }

    @Test
    void aVoteIsNotRefusedForNoReason() {
        replica.hears(2, new RequestVote(1, 0, 0, false, false), persist(new HardState(1, -1)));
        replica.expectFound("refuses its vote to replica 2 for no reason");
    }

    @Test
    void thereIsOneVoteInATermAlsoForQuestions() {
        replica.recovers(new HardState(2, 1));
        replica.hears(2, new RequestVote(2, 0, 0, true, false), send(2, new RequestVoteReply(2, 2, true, true)));
        replica.expectFound("in the term in which it voted for 1");
    }

    @Test
    void aVoteIsNotTakenBack() {
        replica.recovers(new HardState(2, 1));
        replica.hears(2, new RequestVote(2, 0, 0, false, false), persist(new HardState(2, 2)), grants(2, 2, false));
        replica.expectFound("takes back its vote in term 2");
    }

    @Test
    void aVoteIsRememberedInTheNextLife() {
        replica.recovers(new HardState(2, 1));
        replica.hears(1, new RequestVote(2, 0, 0, false, false), persist(new HardState(2, 1)), grants(1, 2, false));
        replica.expectFound("has forgotten how it voted");
    }

    @Test
    void aCandidacyThatNobodyHeardOfIsGoneWithItsDisk() {
        replica.ticks(ELECTION_TICKS);
        replica.tick(toOthers(3, new RequestVote(1, 0, 0, true, false)));
        replica.hears(0, new RequestVoteReply(0, 1, true, true));
        replica.hears(1, new RequestVoteReply(0, 1, true, true), persist(new HardState(1, 0)));
        replica.step(new Event.Recovered(new Event.RecoveredLog(List.of(), Event.Memory.LOST)));
        replica.hears(1, new EstimationReply(0, 0, 0));
        replica.hears(2, new EstimationReply(0, 0, 0), persist(new Forgotten(0, 0)));
        replica.hears(2, new RequestVote(1, 0, 0, false, false), persist(new HardState(1, 2)), grants(2, 1, false));
        replica.expectNothing();
    }

    @Test
    void aVoteIsDecidedToBeWrittenBeforeItIsDecidedToBeSaid() {
        replica.hears(2, new RequestVote(1, 0, 0, false, false), grants(2, 1, false), persist(new HardState(1, 2)));
        replica.expectFound("before it decides to write that");
    }

    @Test
    void nobodyGetsAVoteThatHasNotAskedForIt() {
        replica.tick(persist(new HardState(1, 2)));
        replica.expectFound("which has not asked for it");
    }

    @Test
    void whoeverHearsOfALaterTermGoesOnToIt() {
        replica.hears(2, new RequestVoteReply(5, 1, true, false));
        replica.expectFound("stays in term 0 after it heard of term 5");
    }

    @Test
    void nobodyStandsBeforeAnElectionTimeoutIsOver() {
        replica.ticks(ELECTION_TICKS - 2);
        replica.tick(toOthers(3, new RequestVote(1, 0, 0, true, false)));
        replica.expectFound("stands before an election timeout is over");
    }

    @Test
    void somebodyStandsWhenTwoElectionTimeoutsAreOver() {
        replica.ticks(2 * ELECTION_TICKS + 1);
        replica.expectFound("does not stand");
    }

    @Test
    void electionTimeoutsAreRandom() {
        for (int i = 0; i < 20; i++) {
            replica.expectNothing();
            replica.ticks(ELECTION_TICKS - 1);
            replica.tick(toOthers(3, new RequestVote(1, 0, 0, true, false)));
        }
        replica.expectFound("always wait as long for a leader");
    }

    @Test
    void electionTimeoutsThatDifferAreRandom() {
        for (int i = 0; i < 30; i++) {
            replica.ticks(ELECTION_TICKS - 1 + i % 2);
            replica.tick(toOthers(3, new RequestVote(1, 0, 0, true, false)));
        }
        replica.expectNothing();
    }

    @Test
    void whoeverAsksTellsOfItsOwnLog() {
        replica.ticks(ELECTION_TICKS);
        replica.tick(toOthers(3, new RequestVote(1, 7, 1, true, false)));
        replica.expectFound("in the name of a log that is not its own");
    }

    @Test
    void nobodyLeadsWithoutAMajority() {
        replica.hears(
                1,
                new RequestVoteReply(0, 1, true, true),
                persist(new HardState(1, 0)),
                send(1, new AppendEntries(1, 0, 0, List.of(new Entry.NoOp(1, 1)), 0, 0)),
                persist(new Appended(new Entry.NoOp(1, 1))));
        replica.expectFound("without a majority of pre-votes");
    }
}
