package org.tagma.simulator.check;

import static org.tagma.simulator.check.RaftStepFixture.agrees;
import static org.tagma.simulator.check.RaftStepFixture.commit;
import static org.tagma.simulator.check.RaftStepFixture.send;
import static org.tagma.simulator.check.RaftStepFixture.toOthers;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.TimeoutNow;

class RaftReadRulesTest {

    /** Less than an election timeout of 500 ms but for a tick, at clocks that are 10 % apart. */
    private static final long LEASE_MILLIS = 405;

    private final RaftStepFixture replica = new RaftStepFixture();
    private final RaftStepFixture leaseHolder = new RaftStepFixture(3, true);

    private static Action[] round(long round) {
        return toOthers(3, new AppendEntries(1, 1, 1, List.of(), 1, round));
    }

    @Test
    void aReadThatAMajorityConfirmedIsNotComplainedOf() {
        replica.leadsAndHasCommitted(3);
        replica.step(new Event.ReadReceived(7));
        replica.drained(0, round(1));
        replica.hears(2, agrees(1, 1, 1), new Action.ReadReady(7, 1));
        replica.expectNothing();
    }

    @Test
    void aReadIsNotAnsweredBeforeAMajoritySpokeSinceItCame() {
        replica.leadsAndHasCommitted(3);
        replica.drained(0, round(1));
        replica.step(new Event.ReadReceived(7));
        replica.hears(2, agrees(1, 1, 1), new Action.ReadReady(7, 1));
        replica.expectFound("no majority has said since then that it leads");
    }

    @Test
    void nobodyIsAskedForReadsBeforeAnEntryOfTheTermIsCommitted() {
        replica.leads(3);
        replica.step(new Event.ReadReceived(7));
        replica.drained(0, toOthers(3, new AppendEntries(1, 1, 1, List.of(), 0, 1)));
        replica.expectFound("before an entry of its term is committed");
    }

    @Test
    void noReadIsAnsweredFromAStateThatIsNotThere() {
        replica.leads(3);
        replica.hears(1, agrees(1, 0, 1), commit(1));
        replica.step(new Event.ReadReceived(7), new Action.ReadReady(7, 1));
        replica.expectFound("from a state that it does not have");
    }

    @Test
    void readsThatWaitAreBounded() {
        for (int id = 0; id < 1000; id++) {
            replica.step(new Event.ReadReceived(id));
        }
        replica.step(new Event.ReadReceived(1000), new Action.RefuseRead(1000));
        replica.expectNothing();
        replica.step(new Event.ReadReceived(1001));
        replica.expectFound("has 1001 reads waiting, and takes more");
    }

    private void confirmsARoundThatBeganAt(long millis) {
        leaseHolder.leadsAndHasCommitted(3);
        leaseHolder.drained(millis, round(1));
        // The moment of a question is that of the turn before it, or of its own.
        leaseHolder.hears(2, agrees(1, 1, 1));
        leaseHolder.step(new Event.ReadReceived(7));
    }

    @Test
    void aReadUnderALeaseIsNotComplainedOf() {
        confirmsARoundThatBeganAt(1000);
        leaseHolder.drained(1000 + LEASE_MILLIS - 1, new Action.ReadReady(7, 1));
        leaseHolder.expectNothing();
    }

    @Test
    void aLeaseEndsAnElectionTimeoutAfterTheQuestionAndBeforeThatByTheDriftOfClocks() {
        confirmsARoundThatBeganAt(1000);
        leaseHolder.drained(1000 + LEASE_MILLIS, new Action.ReadReady(7, 1));
        leaseHolder.expectFound("no majority has said since then that it leads");
    }

    @Test
    void aLeaseIsMeasuredByAClockThatNobodySets() {
        confirmsARoundThatBeganAt(1000);
        leaseHolder.step(new Event.QueueDrained(1000, 1000 + LEASE_MILLIS), new Action.ReadReady(7, 1));
        leaseHolder.expectFound("no majority has said since then that it leads");
    }

    @Test
    void aLeaseEndsWhenAnotherIsToldToStand() {
        leaseHolder.leadsAndHasCommitted(3);
        leaseHolder.drained(1000, round(1));
        leaseHolder.hears(2, agrees(1, 1, 1));
        leaseHolder.step(new Event.LeadershipTransferRequested(1, 1), send(1, new TimeoutNow(1)));
        leaseHolder.step(new Event.ReadReceived(7));
        leaseHolder.drained(1001, new Action.ReadReady(7, 1));
        leaseHolder.expectFound("no majority has said since then that it leads");
    }
}
