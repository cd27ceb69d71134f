package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.pbft.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.ManifestAnswer;

/** Replica 2 of four, the only one that is known to be correct, does what it must or does not. */
class StepRulesTest {

    private static final PbftConfig CONFIG = PbftConfig.forTests(2, 4);
    private static final Batch BATCH = Batch.of(1, List.of());
    private static final Digest D = BATCH.digest();
    private static final Digest OTHER = Digest.of(ByteString.copyFromUtf8("other"));
    private static final List<VoteInfo> NOTHING = List.of();
    private static final Action REJECT = new Action.Reject(3, "no");

    private final Findings findings = new Findings();
    private final PbftObserver observer = new PbftObserver(findings, CONFIG);

    @BeforeEach
    void itStarts() {
        step(new Event.Recovered(Event.RecoveredLog.empty()));
        step(new Event.QueueDrained(1));
    }

    private void step(Event event, Action... actions) {
        List<Action> all = List.of(actions);
        observer.stepping(2, event);
        observer.stepped(2, event, all);
        all.forEach(action -> observer.decided(2, action));
        observer.ends(2, event, all);
    }

    private static <M extends Message> Authenticated<M> from(int sender, M message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    private void hear(int sender, Message message, Action... actions) {
        step(new Event.MessageReceived(from(sender, message)), actions);
    }

    private void tick(Action... actions) {
        step(new Event.TimerFired(PbftTimer.TICK), actions);
    }

    /** So many ticks, with a status whenever one is due; none of them the last of what a test is about. */
    private void pass(int first, int ticks) {
        for (int tick = first; tick < first + ticks; tick++) {
            boolean due = tick % CONFIG.statusIntervalTicks() == 0;
            tick(due ? new Action[] {new Action.Broadcast(new Status(0, false, 0, 0, 0))} : new Action[0]);
        }
    }

    private void expectFine() {
        assertThat(findings.first()).isEmpty();
    }

    private void expectFound(String what) {
        assertThat(findings.first()).hasValueSatisfying(finding -> {
            assertThat(finding.property()).isEqualTo(Property.DOES_WHAT_IT_MUST);
            assertThat(finding.details()).contains(what);
        });
    }

    private static Action persist(PbftRecord record) {
        return new Action.Persist(record);
    }

    private static Action[] all(Action... actions) {
        return actions;
    }

    // ---- the three phases ----

    private void prepares(long sequence) {
        hear(
                0,
                new PrePrepare(0, sequence, BATCH),
                persist(new PbftRecord.PrePrepared(0, sequence, BATCH)),
                new Action.Broadcast(new Prepare(0, sequence, D)));
    }

    private void commits(long sequence) {
        prepares(sequence);
        hear(1, new Prepare(0, sequence, D));
        hear(
                3,
                new Prepare(0, sequence, D),
                persist(new PbftRecord.Prepared(0, sequence, D)),
                new Action.Broadcast(new Commit(0, sequence, D)));
    }

    private void executes(long sequence, Action... besides) {
        commits(sequence);
        hear(0, new Commit(0, sequence, D));
        hear(1, new Commit(0, sequence, D));
        List<Action> actions = new ArrayList<>(List.of(new Action.Commit(sequence, BATCH)));
        actions.addAll(Arrays.asList(besides));
        hear(3, new Commit(0, sequence, D), actions.toArray(Action[]::new));
    }

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
    void aBatchThatNobodyAskedForAndIsTakenIsFound() {
        Event event = new Event.MessageReceived(from(3, new BatchBody(1, BATCH)));
        observer.stepping(2, event);
        assertThat(observer.comparesStates(event)).isTrue();
        observer.compared(2, event, List.of(), 7, () -> 8);
        assertThat(findings.first().map(Findings.Finding::property)).contains(Property.REFUSES_WHAT_IT_MUST);
    }

    // ---- view changes ----

    private static ViewChange leaving(long view, List<VoteInfo> prepared, List<VoteInfo> prePrepared) {
        return new ViewChange(view, CheckpointCertificate.GENESIS, prepared, prePrepared);
    }

    private static Action[] left(ViewChange viewChange) {
        return all(
                persist(new PbftRecord.Reservation(viewChange.view(), 0)),
                persist(new PbftRecord.LeftFor(viewChange.view(), viewChange)),
                new Action.Broadcast(viewChange));
    }

    private void leaves(long view) {
        hear(0, leaving(view, NOTHING, NOTHING));
        hear(3, leaving(view, NOTHING, NOTHING), left(leaving(view, NOTHING, NOTHING)));
    }

    private static NewView newView(long view, List<Reproposal> reproposals) {
        List<Authenticated<ViewChange>> shown = IntStream.of(0, 1, 3)
                .mapToObj(id -> from(id, leaving(view, NOTHING, NOTHING)))
                .toList();
        return new NewView(view, shown, reproposals);
    }

    private void enters(long view, Action... besides) {
        NewView newView = newView(view, List.of());
        int primary = (int) (view % 4);
        List<Action> actions = new ArrayList<>(List.of(
                persist(new PbftRecord.Reservation(view, 0)),
                persist(new PbftRecord.Entered(view, from(primary, newView)))));
        actions.addAll(Arrays.asList(besides));
        hear(primary, newView, actions.toArray(Action[]::new));
    }

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

    private static Request request(long number) {
        ByteString payload = ByteString.copyFromUtf8("request " + number);
        return Request.of(new SessionId(1, 1), number, RetrySemantics.EXACTLY_ONCE, payload, payload, ByteString.EMPTY);
    }

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
        pass(1, CONFIG.requestTimeoutTicks() - 1);
        expectFine();
        pass(CONFIG.requestTimeoutTicks(), 1);
        expectFound("where a request has waited");
    }

    // ---- checkpoints, states, bounds ----

    private void isAtCheckpoint(Digest state) {
        for (long sequence = 1; sequence < CONFIG.checkpointInterval(); sequence++) {
            executes(sequence);
        }
        executes(CONFIG.checkpointInterval(), new Action.TakeCheckpoint(CONFIG.checkpointInterval()));
        step(
                new Event.CheckpointTaken(CONFIG.checkpointInterval(), state),
                new Action.Broadcast(new Checkpoint(CONFIG.checkpointInterval(), state)));
    }

    private static CheckpointCertificate certificate(Digest state) {
        Checkpoint vote = new Checkpoint(CONFIG.checkpointInterval(), state);
        return new CheckpointCertificate(
                vote.sequence(),
                state,
                IntStream.of(0, 1, 3).mapToObj(id -> from(id, vote)).toList());
    }

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

    @Test
    void answersWithoutEndAreFound() {
        FetchManifest question = new FetchManifest(8, D);
        for (int i = 0; i < 64; i++) {
            hear(3, question, new Action.ServeState(3, question));
        }
        expectFine();
        hear(3, question, new Action.ServeState(3, question));
        expectFound("answers 65 questions");
    }
}
