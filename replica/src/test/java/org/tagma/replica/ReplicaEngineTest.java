package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.Protocols;
import org.tagma.replica.engine.ReplicaEngine;
import org.tagma.replica.inbound.Inbound;
import org.tagma.replica.settings.AuthenticationPolicy;

final class ReplicaEngineTest {

    private enum Refused implements Rejection {
        WRONG_VIEW
    }

    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES);
    private static final Digest DIGEST = Digest.of(ByteString.copyFromUtf8("batch"));
    private static final Event TICK = new Event.TimerFired(PbftTimer.TICK);

    private final RecordingPorts ports = new RecordingPorts();

    @Test
    void startsWithWhatTheLogHeld() {
        ports.recovered =
                new Event.RecoveredLog(List.of(new PbftRecord.Reservation(2, 30)), Event.LogIntegrity.PARTIAL);
        ScriptedProtocol protocol = new ScriptedProtocol(event -> List.of());
        start(protocol);
        assertThat(protocol.events)
                .containsExactly(new Event.Recovered(ports.recovered), new Event.QueueDrained(1_000));
        assertThat(ports.calls).containsExactly("recover", "view 0 serving", "flush");
    }

    @Test
    void stepsEveryEventThenSaysThatTheQueueIsDrained() {
        ScriptedProtocol protocol = new ScriptedProtocol(event -> List.of());
        ReplicaEngine engine = start(protocol);
        protocol.events.clear();
        Event request = new Event.RequestReceived(TestCluster.request(0, 1, POLICY, "x"), -1);
        engine.turn(List.of(request, TICK));
        assertThat(protocol.events).containsExactly(request, TICK, new Event.QueueDrained(1_000));
    }

    @Test
    void nothingLeavesBeforeTheBarrierAndThereIsOneBarrierAndOneFlushATurn() {
        ReplicaEngine engine = started(onTick(
                new Action.Send(1, new Prepare(0, 1, DIGEST)),
                new Action.Persist(record(1)),
                new Action.Send(2, new Prepare(0, 1, DIGEST)),
                new Action.Commit(7, Batch.NULL)));
        engine.turn(List.of(TICK, TICK, TICK));
        assertThat(ports.calls)
                .containsExactly(
                        "append 1",
                        "append 1",
                        "append 1",
                        "barrier",
                        "to replica 1",
                        "to replica 2",
                        "commit 7",
                        "to replica 1",
                        "to replica 2",
                        "commit 7",
                        "to replica 1",
                        "to replica 2",
                        "commit 7",
                        "flush");
    }

    @Test
    void whatMayLeaveBeforeTheRecordsLeavesBeforeTheBarrierIfThatTakesTime() {
        Function<Event, List<Action>> leader = onTick(
                new Action.Send(1, new Prepare(0, 1, DIGEST)),
                new Action.FlushBeforeSync(),
                new Action.Persist(record(1)),
                new Action.Send(2, new Prepare(0, 1, DIGEST)));
        ReplicaEngine engine = started(leader);
        engine.turn(List.of(TICK));
        assertThat(ports.calls)
                .containsExactly("to replica 1", "flush", "append 1", "barrier", "to replica 2", "flush");

        ports.waitsForDisk = false;
        ports.calls.clear();
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("append 1", "barrier", "to replica 1", "to replica 2", "flush");
    }

    @Test
    void nothingOvertakesARecordThatWaitsForTheBarrierAlready() {
        ReplicaEngine engine = started(onTick(
                new Action.Persist(record(1)),
                new Action.Send(1, new Prepare(0, 1, DIGEST)),
                new Action.FlushBeforeSync()));
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("append 1", "barrier", "to replica 1", "flush");
    }

    @Test
    void answersForThoseWhoWaitGoToTheExecutionAndARefusalTellsWhoLeadsNow() {
        ScriptedProtocol protocol = new ScriptedProtocol(onTick(
                new Action.ReadReady(7, 3),
                new Action.RefuseRead(8),
                new Action.RefuseRead(9),
                new Action.AnswerOperator(5, true, "done")));
        ReplicaEngine engine = start(protocol);
        protocol.view = 2;
        ports.calls.clear();
        engine.turn(List.of(TICK));
        assertThat(ports.calls)
                .containsExactly(
                        "answer read 7 at 3",
                        "view 2 serving",
                        "refuse read 8",
                        "refuse read 9",
                        "answer operator 5 true done",
                        "flush");
    }

    /** Only a leader answers: one that leads alone commits in the turn in which it is elected. */
    @Test
    void theExecutionKnowsWhoLeadsBeforeItExecutesWhatThatOneCommits() {
        ScriptedProtocol protocol =
                new ScriptedProtocol(onTick(new Action.Announce("leader of term 3"), new Action.Commit(7, Batch.NULL)));
        ReplicaEngine engine = start(protocol);
        protocol.view = 3;
        ports.calls.clear();
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsSubsequence("view 3 serving", "commit 7", "flush");
    }

    @Test
    void withoutARecordThereIsNoBarrier() {
        ReplicaEngine engine = started(onTick(new Action.SetTimer(PbftTimer.TICK, 50)));
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("set TICK 50", "flush");
    }

    @Test
    void aBroadcastGoesToTheOthersAndComesBackAfterTheBarrierInTheSameTurn() {
        List<Event> cameBack = new ArrayList<>();
        ReplicaEngine engine = started(event -> {
            if (event.equals(TICK)) {
                return List.of(new Action.Persist(record(1)), new Action.Broadcast(new Prepare(0, 1, DIGEST)));
            }
            if (event instanceof Event.MessageReceived received
                    && received.message().message() instanceof Prepare) {
                ports.calls.add("own prepare");
                cameBack.add(event);
                return List.of(new Action.Persist(record(2)), new Action.Broadcast(new Commit(0, 1, DIGEST)));
            }
            return List.of();
        });
        engine.turn(List.of(TICK));
        assertThat(ports.calls)
                .containsExactly(
                        "append 1",
                        "barrier",
                        "to replica 1",
                        "to replica 2",
                        "to replica 3",
                        "own prepare",
                        "append 2",
                        "barrier",
                        "to replica 1",
                        "to replica 2",
                        "to replica 3",
                        "flush");
        Authenticated<?> own = ((Event.MessageReceived) cameBack.get(0)).message();
        assertThat(own.sender()).isZero();
        // What came back is, byte for byte, what the others can verify.
        Inbound atReplica2 = TestCluster.verifier(2, POLICY).verify(new PeerId.Replica(0), ports.frames.get(1));
        assertThat(atReplica2).isEqualTo(new Inbound.ForEngine(cameBack.get(0)));
    }

    @Test
    void aMessageToItselfIsLoopedBackAndNotSent() {
        ScriptedProtocol protocol = new ScriptedProtocol(onTick(new Action.Send(0, new FetchBatch(3, DIGEST))));
        ReplicaEngine engine = start(protocol);
        ports.calls.clear();
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("flush");
        assertThat(protocol.events)
                .anySatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                Event.MessageReceived.class,
                                received ->
                                        assertThat(received.message().message()).isEqualTo(new FetchBatch(3, DIGEST))));
    }

    @Test
    void everyActionReachesItsPortInOrder() {
        Request request = TestCluster.request(0, 1, POLICY, "x");
        Authenticated<?> others = TestCluster.sealed(1, POLICY, new Prepare(0, 1, DIGEST));
        ReplicaEngine engine = started(onTick(
                new Action.Forward(2, others),
                new Action.Relay(3, request),
                new Action.CancelTimer(PbftTimer.TICK),
                new Action.Truncate(8),
                new Action.TakeCheckpoint(9),
                new Action.ReleaseCheckpoints(4),
                new Action.InstallState(16, DIGEST, ByteString.EMPTY, Optional.empty()),
                new Action.ServeState(1, new FetchManifest(8, DIGEST)),
                new Action.ResendReply(request),
                new Action.Refuse(request, Action.Refusal.OVERLOADED),
                new Action.Reject(1, Refused.WRONG_VIEW),
                new Action.ReportEvidence(2, () -> "equivocates")));
        engine.turn(List.of(TICK));
        assertThat(ports.calls)
                .containsExactly(
                        "to replica 2",
                        "to replica 3",
                        "cancel TICK",
                        "truncate 8",
                        "checkpoint 9",
                        "release 4",
                        "install 16",
                        "serve 1",
                        "resend 0/1#1",
                        "to client 0/1",
                        "rejected 1 WRONG_VIEW",
                        "evidence 2 equivocates",
                        "flush");
        assertThat(ports.frames.get(1)).isEqualTo(TestCluster.sealer(0, POLICY).frameOf(request));
    }

    @Test
    void aFailingBarrierStopsTheReplicaAndNothingLeaves() {
        ReplicaEngine engine =
                started(onTick(new Action.Persist(record(1)), new Action.Broadcast(new Prepare(0, 1, DIGEST))));
        ports.barrierFailure = new IOException("disk full");
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("append 1", "barrier", "stopped the log cannot be written: disk full");
        assertThat(engine.isStopped()).isTrue();
        // Known bug 34: it is never tried again, even though it would now succeed.
        ports.barrierFailure = null;
        ports.calls.clear();
        engine.turn(List.of(TICK));
        assertThat(ports.calls).isEmpty();
    }

    @Test
    void aBrokenInvariantStopsTheReplicaAndNothingOfTheTurnLeaves() {
        ReplicaEngine engine = started(
                event -> {
                    if (event instanceof Event.QueueDrained) {
                        throw new IllegalStateException("two batches at one number");
                    }
                    return event.equals(TICK) ? List.of(new Action.Broadcast(new Prepare(0, 1, DIGEST))) : List.of();
                },
                false);
        assertThat(engine.isStopped()).isTrue();
        ports.calls.clear();
        engine.turn(List.of(TICK));
        assertThat(ports.calls).isEmpty();
    }

    @Test
    void anErrorStopsTheReplica() {
        ReplicaEngine engine = started(event -> {
            if (event.equals(TICK)) {
                throw new OutOfMemoryError("scripted");
            }
            return List.of();
        });
        engine.turn(List.of(TICK));
        assertThat(ports.calls).singleElement().asString().startsWith("stopped a broken invariant");
    }

    @Test
    void haltStopsWithItsReasonAndSkipsWhatFollows() {
        ReplicaEngine engine =
                started(onTick(new Action.Halt(() -> "diverged"), new Action.Send(1, new Prepare(0, 1, DIGEST))));
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("stopped diverged");
    }

    @Test
    void aProtocolThatAnswersItselfWithoutEndIsStopped() {
        ReplicaEngine engine = started(event -> event instanceof Event.MessageReceived || event.equals(TICK)
                ? List.of(new Action.Send(0, new FetchBatch(1, DIGEST)))
                : List.of());
        engine.turn(List.of(TICK));
        assertThat(ports.calls).singleElement().asString().contains("without end");
    }

    @Test
    void queriesAreClosedWhileTheReplicaRecoversAndOpenWhenItIsThrough() {
        ScriptedProtocol protocol = new ScriptedProtocol(event -> List.of());
        protocol.mode = ReplicaMode.RECOVERING;
        ReplicaEngine engine = start(protocol);
        assertThat(ports.calls).contains("view 0 not serving");
        protocol.mode = ReplicaMode.NORMAL;
        protocol.view = 3;
        ports.wallMillis += 200;
        engine.turn(List.of(TICK));
        assertThat(ports.calls).contains("view 3 serving");
        assertThat(engine.status().view()).isEqualTo(3);
    }

    @Test
    void aStatusThatATurnLeftForLaterIsDueThoughNothingElseHappens() {
        ScriptedProtocol protocol = new ScriptedProtocol(event -> List.of());
        ReplicaEngine engine = start(protocol);
        protocol.view = 3;
        engine.turn(List.of(TICK));
        assertThat(engine.status().view()).isZero();
        assertThat(engine.isStatusDue()).isFalse();
        assertThat(engine.nanosToStatus()).isEqualTo(200_000_000);
        ports.wallMillis += 200;
        assertThat(engine.isStatusDue()).isTrue();
        engine.turn(List.of());
        assertThat(engine.status().view()).isEqualTo(3);
        assertThat(engine.isStatusDue()).isFalse();
        assertThat(engine.nanosToStatus()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anAnnouncementPublishesTheStatusAtOnce() {
        ScriptedProtocol protocol = new ScriptedProtocol(onTick(new Action.Announce("entered view 1")));
        ReplicaEngine engine = start(protocol);
        ports.calls.clear();
        protocol.view = 1;
        engine.turn(List.of(TICK));
        assertThat(ports.calls).containsExactly("announced entered view 1", "view 1 serving", "flush");
    }

    private static PbftRecord record(long sequence) {
        return new PbftRecord.Prepared(0, sequence, DIGEST);
    }

    private static Function<Event, List<Action>> onTick(Action... actions) {
        return event -> event.equals(TICK) ? List.of(actions) : List.of();
    }

    private ReplicaEngine started(Function<Event, List<Action>> script) {
        return started(script, true);
    }

    private ReplicaEngine started(Function<Event, List<Action>> script, boolean mustRun) {
        ReplicaEngine engine = start(new ScriptedProtocol(script));
        assertThat(engine.isStopped()).isNotEqualTo(mustRun);
        ports.calls.clear();
        return engine;
    }

    private ReplicaEngine start(ScriptedProtocol protocol) {
        ReplicaEngine engine = new ReplicaEngine(protocol, TestCluster.sealer(0, POLICY), ports.asPorts());
        try {
            engine.start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return engine;
    }
}
