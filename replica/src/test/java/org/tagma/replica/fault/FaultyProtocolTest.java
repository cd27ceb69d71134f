package org.tagma.replica.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.protocol.Protocols;
import org.tagma.replica.fault.FaultInjection.Kind;

final class FaultyProtocolTest {

    private static final Event TICK = new Event.TimerFired(PbftTimer.TICK);
    private static final Action VOTE = new Action.Broadcast(new Prepare(0, 1, Digest.of(ByteString.EMPTY)));
    private static final Action TIMER = new Action.SetTimer(PbftTimer.TICK, 50);
    private static final Batch BATCH = Batch.of(1_000, List.of(request(1), request(2)));

    @TempDir
    Path folder;

    @Test
    void untilItBeginsNothingIsChanged() {
        Protocol protocol = faulty(Kind.SILENT, executed -> false, VOTE, TIMER);
        assertThat(protocol.step(drained(1))).containsExactly(VOTE, TIMER);
        assertThat(protocol.step(TICK)).containsExactly(VOTE, TIMER);
    }

    @Test
    void itBeginsWithAnAnnouncement() {
        Protocol protocol = faulty(Kind.SILENT, executed -> true, VOTE, TIMER);
        assertThat(protocol.step(drained(1)))
                .containsExactly(
                        new Action.Announce("FAULT INJECTION: from now on this replica misbehaves: silent"), TIMER);
        assertThat(protocol.step(TICK)).containsExactly(TIMER);
    }

    @Test
    void itBeginsAfterSoManyOperations() {
        FaultInjection injection = FaultInjection.afterOperations(Kind.SILENT, 2);
        Protocol protocol = injection.around(new Constant(List.of(VOTE)), Protocols.named("pbft"), 0, 4, 0);
        assertThat(protocol.step(drained(1))).containsExactly(VOTE);
        protocol.step(new Event.Executed(
                1, List.of(new RequestOutcome(request(1), true), new RequestOutcome(request(2), true))));
        assertThat(protocol.step(drained(2))).hasSize(1).doesNotContain(VOTE);
    }

    @Test
    void itBeginsWhenAFileIsThere() throws IOException {
        Path file = folder.resolve("now");
        Protocol protocol = FaultInjection.afterFile(Kind.SILENT, file)
                .around(new Constant(List.of(VOTE)), Protocols.named("pbft"), 0, 4, 0);
        assertThat(protocol.step(drained(1))).containsExactly(VOTE);
        Files.createFile(file);
        assertThat(protocol.step(drained(2))).doesNotContain(VOTE);
    }

    @Test
    void aReplicaThatIsCutOffHearsOnlyItselfAndItsClientsUntilTheFileHasGone() throws IOException {
        Path file = Files.createFile(folder.resolve("now"));
        Action toItself = new Action.Send(0, new Prepare(0, 1, Digest.of(ByteString.EMPTY)));
        Protocol protocol = FaultInjection.afterFile(Kind.CUT, file)
                .around(new Constant(List.of(VOTE, toItself)), Protocols.named("pbft"), 0, 4, 0);
        protocol.step(drained(1));

        assertThat(protocol.step(new Event.RequestReceived(request(1), -1))).containsExactly(toItself);
        assertThat(protocol.step(new Event.RequestReceived(request(1), 2))).isEmpty();
        assertThat(protocol.step(received(0))).containsExactly(toItself);
        assertThat(protocol.step(received(2))).isEmpty();

        Files.delete(file);
        assertThat(protocol.step(drained(2))).contains(VOTE, toItself).last().isInstanceOf(Action.Announce.class);
        assertThat(protocol.step(received(2))).containsExactly(VOTE, toItself);
    }

    private static Event received(int sender) {
        return new Event.MessageReceived(new Authenticated<>(
                sender, new Prepare(0, 1, Digest.of(ByteString.EMPTY)), ByteString.EMPTY, ByteString.EMPTY));
    }

    @Test
    void crashHalts() {
        Protocol protocol = faulty(Kind.CRASH, executed -> true, VOTE);
        assertThat(protocol.step(drained(1))).last().isInstanceOf(Action.Halt.class);
    }

    @Test
    void slowSendsEverythingLateAndInOrder() {
        List<Action> actions = new ArrayList<>(List.of(VOTE, TIMER));
        Protocol protocol = new FaultInjection(Kind.SLOW, executed -> true)
                .around(new Constant(actions), Protocols.named("pbft"), 0, 4, 100);
        assertThat(protocol.step(drained(1_000))).doesNotContain(VOTE).contains(TIMER);
        assertThat(protocol.step(TICK)).containsExactly(TIMER);
        actions.clear();
        assertThat(protocol.step(drained(1_099))).isEmpty();
        assertThat(protocol.step(drained(1_100))).containsExactly(VOTE, VOTE);
        assertThat(protocol.step(drained(2_000))).isEmpty();
    }

    @Test
    void equivocationTellsTwoHalvesDifferentBatchesOfTheSameRealRequests() {
        Action proposal = new Action.Broadcast(new PrePrepare(0, 7, BATCH));
        Map<Integer, PrePrepare> told =
                told(faulty(Kind.EQUIVOCATE, executed -> true, proposal).step(drained(1)));
        assertThat(told).containsOnlyKeys(0, 1, 2, 3);
        assertThat(told.values()).allSatisfy(each -> {
            assertThat(each.view()).isZero();
            assertThat(each.sequence()).isEqualTo(7);
            assertThat(each.batch().requests()).containsExactlyInAnyOrderElementsOf(BATCH.requests());
        });
        Digest first = told.get(1).batch().digest();
        assertThat(told.get(0).batch().digest()).isEqualTo(first);
        assertThat(told.get(2).batch().digest())
                .isEqualTo(told.get(3).batch().digest())
                .isNotEqualTo(first);
    }

    @Test
    void equivocationSticksToItsStories() {
        Protocol protocol = faulty(
                Kind.EQUIVOCATE,
                executed -> true,
                new Action.Broadcast(new PrePrepare(0, 7, BATCH)),
                new Action.Send(3, new PrePrepare(0, 7, BATCH)));
        List<Action> actions = protocol.step(drained(1));
        assertThat(actions.get(actions.size() - 1))
                .isEqualTo(new Action.Send(3, told(actions).get(3)));
    }

    @Test
    void equivocationLeavesNullBatchesAndVotesAlone() {
        Action nothing = new Action.Broadcast(new PrePrepare(0, 7, Batch.NULL));
        Protocol protocol = faulty(Kind.EQUIVOCATE, executed -> true, nothing, VOTE);
        assertThat(protocol.step(drained(1))).contains(nothing, VOTE);
    }

    @Test
    void censorshipHearsNothingOfOneClientFromWhomeverItComes() {
        Protocol protocol = faulty(Kind.CENSOR, executed -> true, VOTE);
        protocol.step(drained(1));
        Request ofTheClient = requestOf(Censorship.CLIENT);
        assertThat(protocol.step(new Event.RequestReceived(ofTheClient, -1))).isEmpty();
        assertThat(protocol.step(new Event.RequestReceived(ofTheClient, 2))).isEmpty();
        assertThat(protocol.step(new Event.RequestReceived(requestOf(Censorship.CLIENT + 1), -1)))
                .containsExactly(VOTE);
    }

    @Test
    void darknessLeavesOutOneReplicaAndTellsAllToTheOthers() {
        Action toAll = new Action.Broadcast(new PrePrepare(0, 7, BATCH));
        Action toVictim = new Action.Send(3, new PrePrepare(0, 7, BATCH));
        Protocol protocol = faulty(Kind.DARK, executed -> true, toAll, toVictim, TIMER);
        List<Action> actions = protocol.step(drained(1));
        assertThat(told(actions)).containsOnlyKeys(0, 1, 2);
        assertThat(actions).contains(TIMER);
    }

    @Test
    void aFloodRepeatsWhatWasSaidLastSoManyTimesASecond() {
        List<Action> actions = new ArrayList<>(List.of(VOTE, TIMER));
        Protocol protocol = new FaultInjection(Kind.FLOOD, executed -> true)
                .around(new Constant(actions), Protocols.named("pbft"), 0, 4, 0);
        protocol.step(drained(1_000));
        actions.clear();
        assertThat(protocol.step(drained(1_010))).hasSize(20).containsOnly(VOTE);
        assertThat(protocol.step(drained(1_010))).isEmpty();
        assertThat(protocol.step(drained(9_000))).hasSize(100).containsOnly(VOTE);
    }

    @Test
    void aFaultIsNamedInAnyCase() {
        assertThat(Kind.named("Equivocate")).isEqualTo(Kind.EQUIVOCATE);
        assertThatThrownBy(() -> Kind.named("lazy"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no fault is called 'lazy'");
    }

    private static Map<Integer, PrePrepare> told(List<Action> actions) {
        Map<Integer, PrePrepare> told = new TreeMap<>();
        for (Action action : actions) {
            if (action instanceof Action.Send send && send.message() instanceof PrePrepare prePrepare) {
                told.putIfAbsent(send.to(), prePrepare);
            }
        }
        return told;
    }

    private static Protocol faulty(Kind kind, LongPredicate begins, Action... actions) {
        return new FaultInjection(kind, begins)
                .around(new Constant(List.of(actions)), Protocols.named("pbft"), 0, 4, 100);
    }

    private static Event drained(long timeMillis) {
        return new Event.QueueDrained(timeMillis);
    }

    private static Request request(long number) {
        return request(0, number);
    }

    private static Request requestOf(int client) {
        return request(client, 1);
    }

    private static Request request(int client, long number) {
        ByteString payload = ByteString.copyFromUtf8("request " + number);
        return Request.of(
                new SessionId(client, 1), number, RetrySemantics.EXACTLY_ONCE, payload, payload, ByteString.EMPTY);
    }

    /** Wants the same done at every event. */
    private record Constant(List<Action> actions) implements Protocol {
        @Override
        public List<Action> step(Event event) {
            return List.copyOf(actions);
        }

        @Override
        public ProtocolStatus status() {
            return new ProtocolStatus("constant", 0, 0, ReplicaMode.NORMAL, 0, 0, 0, 0);
        }

        @Override
        public long stateHash() {
            return 0;
        }
    }
}
