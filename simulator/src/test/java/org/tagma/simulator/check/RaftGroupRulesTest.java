package org.tagma.simulator.check;

import static org.tagma.simulator.check.RaftStepFixture.agrees;
import static org.tagma.simulator.check.RaftStepFixture.commit;
import static org.tagma.simulator.check.RaftStepFixture.persist;
import static org.tagma.simulator.check.RaftStepFixture.send;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.Configuration;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage.TimeoutNow;
import org.tagma.core.raft.RaftRecord.Appended;

class RaftGroupRulesTest {

    private static final Configuration THREE = Configuration.ofFirst(3);
    private static final Configuration TWO = Configuration.ofFirst(2);
    private static final Configuration LEARNER = new Configuration(List.of(0, 1, 2), List.of(), List.of(3));
    private static final Configuration FOUR = Configuration.ofFirst(4);

    private final RaftStepFixture replica = new RaftStepFixture();

    private static Action changesTo(long index, Configuration group) {
        return persist(new Appended(new Entry.Reconfiguration(index, 1, group)));
    }

    private static Event wants(int id, List<Integer> voters) {
        return new Event.MembershipRequested(id, voters, List.of());
    }

    private void stored(long index, Action... actions) {
        replica.hears(0, agrees(1, 0, index));
        replica.hears(1, agrees(1, 0, index), actions);
    }

    @Test
    void anOperatorIsAnsweredOnce() {
        replica.leadsAndHasCommitted(3);
        replica.step(new Event.LeadershipTransferRequested(7, 0), new Action.AnswerOperator(7, true, "leads already"));
        replica.expectNothing();
        replica.tick(new Action.AnswerOperator(7, false, "did not take over"));
        replica.expectFound("answers an operator who has got an answer");
    }

    @Test
    void aChangeAsThePaperHasItIsNotComplainedOf() {
        replica.leadsAndHasCommitted(3);
        replica.step(wants(1, List.of(0, 1)), changesTo(2, THREE.jointTo(TWO)));
        stored(2, commit(2), changesTo(3, TWO));
        stored(3, commit(3), new Action.AnswerOperator(1, true, ""));
        replica.tick();
        replica.expectNothing();
    }

    @Test
    void noChangeBeginsBeforeAnEntryOfTheTermIsCommitted() {
        replica.leads(3);
        replica.step(wants(1, List.of(0, 1)));
        replica.expectFound("before an entry of its term is committed");
    }

    @Test
    void oneChangeAtATime() {
        replica.leadsAndHasCommitted(3);
        replica.step(wants(1, List.of(0, 1)), changesTo(2, THREE.jointTo(TWO)));
        replica.step(wants(2, List.of(0, 2)), new Action.AnswerOperator(2, false, ""));
        replica.expectNothing();
        replica.step(wants(3, List.of(0, 2)));
        replica.expectFound("while another is under way");
    }

    @Test
    void theNewGroupComesAfterTheJointOneIsCommitted() {
        replica.leadsAndHasCommitted(3);
        replica.step(wants(1, List.of(0, 1)), changesTo(2, THREE.jointTo(TWO)));
        replica.hears(0, agrees(1, 0, 2), changesTo(3, TWO));
        replica.expectFound("changes the group while a change is not committed");
    }

    @Test
    void aGroupIsNotChangedAtOnce() {
        replica.leadsAndHasCommitted(3);
        replica.step(wants(1, List.of(0, 1)), changesTo(2, TWO));
        replica.expectFound("changes the group at once");
    }

    @Test
    void aNewcomerHasTheLogBeforeItVotes() {
        replica.leadsAndHasCommitted(3);
        for (long index = 2; index <= 6; index++) {
            replica.step(new Event.QueueDrained(0), persist(new Appended(new Entry.Requests(index, 1, Batch.NULL))));
            stored(index, commit(index));
            replica.step(new Event.Executed(index, List.of()));
        }
        replica.step(wants(1, List.of(0, 1, 2, 3)), changesTo(7, LEARNER));
        stored(7, commit(7));
        replica.expectNothing();
        replica.hears(3, agrees(1, 0, 2), changesTo(8, LEARNER.jointTo(FOUR)));
        replica.expectFound("gives replica 3 a vote, which lacks 5 entries");
    }

    @Test
    void aJointGroupIsNotLeftAsItIs() {
        replica.leadsAndHasCommitted(3);
        replica.step(wants(1, List.of(0, 1)), changesTo(2, THREE.jointTo(TWO)));
        stored(2, commit(2));
        replica.tick();
        replica.expectFound("leaves a joint configuration as it is");
    }

    @Test
    void aLeaderThatIsRemovedLeadsOnNoLonger() {
        replica.leadsAndHasCommitted(3);
        Configuration others = Configuration.of(List.of(1, 2));
        replica.step(wants(1, List.of(1, 2)), changesTo(2, THREE.jointTo(others)));
        replica.hears(2, agrees(1, 0, 2));
        stored(2, commit(2), changesTo(3, others));
        replica.hears(2, agrees(1, 0, 3));
        stored(3, commit(3));
        replica.tick();
        replica.expectFound("leads on in a group of which it is no voter");
    }

    @Test
    void whoIsToTakeOverHasTheWholeLog() {
        replica.leadsAndHasCommitted(3);
        replica.step(new Event.LeadershipTransferRequested(1, 1), send(1, new TimeoutNow(1)));
        replica.expectNothing();
        replica.step(new Event.LeadershipTransferRequested(2, 2), new Action.AnswerOperator(2, false, ""));
        replica.expectNothing();
        RaftStepFixture other = new RaftStepFixture();
        other.leadsAndHasCommitted(3);
        other.step(new Event.LeadershipTransferRequested(1, 2), send(2, new TimeoutNow(1)));
        other.expectFound("before it has the whole log");
    }

    @Test
    void nothingNewIsProposedWhileTheLeadIsHandedOver() {
        replica.leadsAndHasCommitted(3);
        replica.step(new Event.LeadershipTransferRequested(1, 2));
        replica.drained(0, persist(new Appended(new Entry.Requests(2, 1, Batch.NULL))));
        replica.expectFound("proposes something new while it hands over");
    }
}
