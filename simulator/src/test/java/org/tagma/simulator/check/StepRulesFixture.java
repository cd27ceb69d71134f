package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
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

/** Replica 2 of four, the only one that is known to be correct, as a test has it act. */
abstract class StepRulesFixture {

    static final PbftConfig CONFIG = PbftConfig.forTests(2, 4);
    static final Batch BATCH = Batch.of(1, List.of());
    static final Digest D = BATCH.digest();
    static final Digest OTHER = Digest.of(ByteString.copyFromUtf8("other"));
    static final List<VoteInfo> NOTHING = List.of();
    static final Action REJECT = new Action.Reject(3, "no");

    final Findings findings = new Findings();
    final PbftObserver observer = new PbftObserver(findings, CONFIG);

    @BeforeEach
    void itStarts() {
        step(new Event.Recovered(Event.RecoveredLog.empty()));
        step(new Event.QueueDrained(1));
    }

    void step(Event event, Action... actions) {
        List<Action> all = List.of(actions);
        observer.stepping(2, event);
        observer.stepped(2, event, all);
        all.forEach(action -> observer.decided(2, action));
        observer.ends(2, event, all);
    }

    static <M extends Message> Authenticated<M> from(int sender, M message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    void hear(int sender, Message message, Action... actions) {
        step(new Event.MessageReceived(from(sender, message)), actions);
    }

    void tick(Action... actions) {
        step(new Event.TimerFired(PbftTimer.TICK), actions);
    }

    /** So many ticks, with a status whenever one is due; none of them the last of what a test is about. */
    void pass(int first, int ticks) {
        for (int tick = first; tick < first + ticks; tick++) {
            boolean due = tick % CONFIG.statusIntervalTicks() == 0;
            tick(due ? new Action[] {new Action.Broadcast(new Status(0, false, 0, 0, 0))} : new Action[0]);
        }
    }

    void expectFine() {
        assertThat(findings.first()).isEmpty();
    }

    void expectFound(String what) {
        assertThat(findings.first()).hasValueSatisfying(finding -> {
            assertThat(finding.property()).isEqualTo(Property.DOES_WHAT_IT_MUST);
            assertThat(finding.details()).contains(what);
        });
    }

    static Action persist(PbftRecord record) {
        return new Action.Persist(record);
    }

    static Action[] all(Action... actions) {
        return actions;
    }

    void prepares(long sequence) {
        hear(
                0,
                new PrePrepare(0, sequence, BATCH),
                persist(new PbftRecord.PrePrepared(0, sequence, BATCH)),
                new Action.Broadcast(new Prepare(0, sequence, D)));
    }

    void commits(long sequence) {
        prepares(sequence);
        hear(1, new Prepare(0, sequence, D));
        hear(
                3,
                new Prepare(0, sequence, D),
                persist(new PbftRecord.Prepared(0, sequence, D)),
                new Action.Broadcast(new Commit(0, sequence, D)));
    }

    void executes(long sequence, Action... besides) {
        commits(sequence);
        hear(0, new Commit(0, sequence, D));
        hear(1, new Commit(0, sequence, D));
        List<Action> actions = new ArrayList<>(List.of(new Action.Commit(sequence, BATCH)));
        actions.addAll(Arrays.asList(besides));
        hear(3, new Commit(0, sequence, D), actions.toArray(Action[]::new));
    }

    static ViewChange leaving(long view, List<VoteInfo> prepared, List<VoteInfo> prePrepared) {
        return new ViewChange(view, CheckpointCertificate.GENESIS, prepared, prePrepared);
    }

    static Action[] left(ViewChange viewChange) {
        return all(
                persist(new PbftRecord.Reservation(viewChange.view(), 0)),
                persist(new PbftRecord.LeftFor(viewChange.view(), viewChange)),
                new Action.Broadcast(viewChange));
    }

    void leaves(long view) {
        hear(0, leaving(view, NOTHING, NOTHING));
        hear(3, leaving(view, NOTHING, NOTHING), left(leaving(view, NOTHING, NOTHING)));
    }

    static NewView newView(long view, List<Reproposal> reproposals) {
        List<Authenticated<ViewChange>> shown = IntStream.of(0, 1, 3)
                .mapToObj(id -> from(id, leaving(view, NOTHING, NOTHING)))
                .toList();
        return new NewView(view, shown, reproposals);
    }

    void enters(long view, Action... besides) {
        NewView newView = newView(view, List.of());
        int primary = (int) (view % 4);
        List<Action> actions = new ArrayList<>(List.of(
                persist(new PbftRecord.Reservation(view, 0)),
                persist(new PbftRecord.Entered(view, from(primary, newView)))));
        actions.addAll(Arrays.asList(besides));
        hear(primary, newView, actions.toArray(Action[]::new));
    }

    static Request request(long number) {
        ByteString payload = ByteString.copyFromUtf8("request " + number);
        return Request.of(new SessionId(1, 1), number, RetrySemantics.EXACTLY_ONCE, payload, payload, ByteString.EMPTY);
    }

    void isAtCheckpoint(Digest state) {
        for (long sequence = 1; sequence < CONFIG.checkpointInterval(); sequence++) {
            executes(sequence);
        }
        executes(CONFIG.checkpointInterval(), new Action.TakeCheckpoint(CONFIG.checkpointInterval()));
        step(
                new Event.CheckpointTaken(CONFIG.checkpointInterval(), state),
                new Action.Broadcast(new Checkpoint(CONFIG.checkpointInterval(), state)));
    }

    static CheckpointCertificate certificate(Digest state) {
        Checkpoint vote = new Checkpoint(CONFIG.checkpointInterval(), state);
        return new CheckpointCertificate(
                vote.sequence(),
                state,
                IntStream.of(0, 1, 3).mapToObj(id -> from(id, vote)).toList());
    }
}
