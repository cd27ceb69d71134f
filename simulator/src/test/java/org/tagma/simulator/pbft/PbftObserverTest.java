package org.tagma.simulator.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Rejection;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.properties.AgreedTimeChecker;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations;

/** Four replicas, of which 0, 1 and 2 are correct: so a quorum of three needs two of those. */
class PbftObserverTest {

    private enum Refused implements Rejection {
        OUTSIDE_WINDOW,
        WRONG_ROLE
    }

    private static final Batch BATCH = Batch.of(1, List.of());
    private static final Digest D = BATCH.digest();
    private static final SimulatedProtocol GROUP =
            SimulatedProtocol.of("pbft", 4).tuned(new Tuning(4, 8, 16, 16));

    private final Violations violations = new Violations();
    private final PbftObserver observer = new PbftObserver(violations, GROUP.template());

    @BeforeEach
    void threeCorrectReplicasStart() {
        IntStream.range(0, 3).forEach(id -> observer.stepping(id, new Event.Recovered(Event.RecoveredLog.empty())));
    }

    private static Authenticated<?> signed(int sender, Message message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> Authenticated<M> from(int sender, M message) {
        return (Authenticated<M>) signed(sender, message);
    }

    private void decide(int replica, Message message) {
        observer.decided(replica, new Action.Broadcast(message));
    }

    /** Votes, and the vote leaves. */
    private void commits(int replica, long view, long sequence) {
        decide(replica, new Commit(view, sequence, D));
        observer.left(replica, -1, new Commit(view, sequence, D));
    }

    private void prepareByTwo(long view, long sequence) {
        decide(0, new Prepare(view, sequence, D));
        decide(1, new Prepare(view, sequence, D));
    }

    private void expectFound(Property property) {
        assertThat(violations.first().map(Violations.Violation::property)).contains(property);
    }

    @Test
    void properCommitIsNotComplainedOf() {
        prepareByTwo(0, 1);
        commits(0, 0, 1);
        commits(1, 0, 1);
        observer.decided(2, new Action.Commit(1, BATCH));

        assertThat(violations.first()).isEmpty();
    }

    @Test
    void commitVoteWithTooFewPreparesIsFound() {
        decide(0, new Prepare(0, 1, D));
        decide(0, new Commit(0, 1, D));

        expectFound(PbftProperties.CERTIFICATES);
    }

    @Test
    void executionWithTooFewCommitsIsFound() {
        prepareByTwo(0, 1);
        commits(0, 0, 1);
        observer.decided(0, new Action.Commit(1, BATCH));

        expectFound(PbftProperties.CERTIFICATES);
    }

    @Test
    void stableCheckpointWithTooFewVotesIsFound() {
        decide(0, new Checkpoint(8, D));
        List<Authenticated<Checkpoint>> votes = IntStream.range(0, 3)
                .mapToObj(id -> from(id, new Checkpoint(8, D)))
                .toList();
        observer.decided(0, new Action.Persist(new PbftRecord.Stable(new CheckpointCertificate(8, D, votes))));

        expectFound(PbftProperties.CERTIFICATES);
    }

    @Test
    void newViewThatForgetsWhatMayHaveCommittedIsFound() {
        prepareByTwo(0, 1);
        commits(0, 0, 1);
        commits(1, 0, 1);
        enterView1(List.of(new Reproposal(1, D)));
        assertThat(violations.first()).isEmpty();

        enterView1(List.of(new Reproposal(1, Digest.NULL)));
        expectFound(PbftProperties.CERTIFICATES);
    }

    private void enterView1(List<Reproposal> reproposals) {
        List<VoteInfo> claim = List.of(new VoteInfo(1, D, 0));
        ViewChange viewChange = new ViewChange(1, CheckpointCertificate.GENESIS, claim, claim);
        decide(0, viewChange);
        decide(1, viewChange);
        List<Authenticated<ViewChange>> shown =
                IntStream.range(0, 3).mapToObj(id -> from(id, viewChange)).toList();
        NewView newView = new NewView(1, shown, reproposals);
        observer.decided(0, new Action.Persist(new PbftRecord.Entered(1, from(1, newView))));
    }

    @Test
    void viewChangeFurtherThanAnyCorrectReplicaIsFound() {
        ViewChange far = new ViewChange(1L << 60, CheckpointCertificate.GENESIS, List.of(), List.of());
        observer.decided(0, new Action.Persist(new PbftRecord.LeftFor(far.view(), far)));

        expectFound(PbftProperties.CERTIFICATES);
    }

    @Test
    void keptMessageFromTheFarFutureIsFound() {
        Event event = new Event.MessageReceived(signed(3, new Prepare(0, 1_000, D)));
        observer.stepped(0, event, List.of(new Action.Reject(3, Refused.OUTSIDE_WINDOW)));
        assertThat(violations.first()).isEmpty();

        observer.stepped(0, event, List.of());
        expectFound(Property.BOUNDED_MEMORY);
    }

    @Test
    void agreedTimeThatGoesBackOrRunsAheadIsFound() {
        AgreedTimeChecker time = new AgreedTimeChecker(violations, () -> 1_000, 100);
        time.executed(0, 1, 900);
        time.executed(0, 2, 1_050);
        time.executed(1, 1, 900);
        assertThat(violations.first()).isEmpty();

        time.executed(0, 3, 1_049);
        expectFound(Property.AGREED_TIME);
        Violations others = new Violations();
        new AgreedTimeChecker(others, () -> 1_000, 100).executed(0, 1, 1_101);
        assertThat(others.isEmpty()).isFalse();
    }
}
