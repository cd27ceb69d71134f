package org.tagma.examples.primarybackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.TransferLimits;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Settings;

/** The state machines of three replicas, and messages carried by hand. */
final class BackupProtocolTest {

    private static final int REPLICAS = 3;

    /** More than a replica may be silent. */
    private static final int LONG = 12;

    private record Sent(int from, int to, Message message) {}

    private final List<BackupProtocol> replicas = new ArrayList<>();
    private final List<List<String>> decided = new ArrayList<>();
    private final Queue<Sent> underWay = new ArrayDeque<>();
    /** They neither send nor receive. */
    private final Set<Integer> cutOff = new HashSet<>();

    BackupProtocolTest() {
        for (int id = 0; id < REPLICAS; id++) {
            replicas.add(replica(id));
            decided.add(new ArrayList<>());
            step(id, new Event.Recovered(new Event.RecoveredLog(List.of(), Event.LogIntegrity.FRESH)));
        }
        tickAll(1);
    }

    @Test
    void whatEveryBackupHasIsDecidedEverywhere() {
        submit(0, "a", 1);
        assertThat(decided.get(0)).as("before anybody has it").isEmpty();
        deliverAll();
        assertThat(decided).allSatisfy(each -> assertThat(each).containsExactly("a"));
    }

    @Test
    void aSilentBackupIsWaitedForUntilItIsTakenForDead() {
        cutOff.add(2);
        submit(0, "a", 1);
        deliverAll();
        assertThat(decided.get(0)).isEmpty();

        tickAll(LONG);
        assertThat(decided.get(0)).containsExactly("a");
        assertThat(decided.get(1)).containsExactly("a");
    }

    @Test
    void aSuccessorHasAllThatWasDecidedAndGoesOn() {
        submit(0, "a", 1);
        deliverAll();
        cutOff.add(0);
        tickAll(LONG);

        assertThat(replicas.get(1).status().leader()).isEqualTo(1);
        assertThat(replicas.get(2).status().leader()).isEqualTo(1);
        submit(1, "b", 2);
        deliverAll();
        assertThat(decided.get(1)).containsExactly("a", "b");
        assertThat(decided.get(2)).containsExactly("a", "b");
    }

    @Test
    void whatOneBackupHasAndAnotherHasNotIsDecidedByTheSuccessor() {
        submit(0, "a", 1);
        underWay.removeIf(sent -> sent.to() == 2);
        deliverAll();
        assertThat(decided.get(0)).isEmpty();
        cutOff.add(0);
        tickAll(LONG);
        assertThat(decided.get(1)).containsExactly("a");
        assertThat(decided.get(2)).containsExactly("a");
    }

    @Test
    void aBackupPassesARequestOnAndRefusesReads() {
        assertThat(step(2, new Event.RequestReceived(request("a", 1), -1)))
                .singleElement()
                .isEqualTo(new Action.Relay(0, request("a", 1)));
        assertThat(step(2, new Event.ReadReceived(7))).containsExactly(new Action.RefuseRead(7));
        assertThat(step(0, new Event.ReadReceived(7))).containsExactly(new Action.ReadReady(7, 0));
    }

    /** What the simulator finds where delays have no bound. */
    @Test
    void thoseWhoCannotHearEachOtherTakeEachOtherForDeadAndDecideDifferentThings() {
        cutOff.add(0);
        tickAll(LONG);
        submit(0, "a", 1);
        submit(1, "b", 1);
        deliverAll();
        assertThat(decided.get(0)).containsExactly("a");
        assertThat(decided.get(1)).containsExactly("b");
    }

    @Test
    void whoeverFindsThatItHasRunBeforeStaysAway() {
        for (Event.RecoveredLog log : List.of(
                new Event.RecoveredLog(List.<LogRecord>of(new Begun()), Event.LogIntegrity.COMPLETE),
                new Event.RecoveredLog(List.of(), Event.LogIntegrity.LOST))) {
            BackupProtocol again = replica(1);
            assertThat(again.step(new Event.Recovered(log))).singleElement().isInstanceOf(Action.Halt.class);
            assertThat(again.step(new Event.QueueDrained(1, 0))).isEmpty();
        }
    }

    @Test
    void thatItRunsIsDurableBeforeItSaysAnything() {
        assertThat(replica(1).step(new Event.Recovered(new Event.RecoveredLog(List.of(), Event.LogIntegrity.FRESH))))
                .first()
                .isEqualTo(new Action.Persist(new Begun()));
    }

    @Test
    void settingsThatContradictEachOtherAreRefusedWithTheirName() {
        PrimaryBackup definition = new PrimaryBackup();
        Settings settings = Settings.standard(definition.settings()).with(PrimaryBackup.DEAD_AFTER, 100);
        assertThatThrownBy(() -> definition.check(settings, 2)).hasMessageContaining("deadAfterMillis");
    }

    private static BackupProtocol replica(int id) {
        ProtocolDefinition definition = new PrimaryBackup();
        return new BackupProtocol(new ReplicaContext(
                id,
                new Quorums(REPLICAS, 2),
                1,
                new ReplicaContext.Timing(2_000, 2_000, 100, 60_000),
                new ReplicaContext.Sizes(128, 512, 1, 512, 1 << 20, 20_000, 2_048, 256),
                MemoryBounds.DEFAULT,
                TransferLimits.DEFAULT,
                Settings.standard(definition.settings())));
    }

    private static Request request(String operation, long number) {
        ByteString bytes = ByteString.copyFromUtf8(operation);
        return Request.of(new SessionId(0, 1), number, RetrySemantics.EXACTLY_ONCE, bytes, bytes, ByteString.EMPTY);
    }

    private void submit(int replica, String operation, long number) {
        step(replica, new Event.RequestReceived(request(operation, number), -1));
        step(replica, new Event.QueueDrained(number, 0));
    }

    private List<Action> step(int replica, Event event) {
        List<Action> actions = replicas.get(replica).step(event);
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                underWay.add(new Sent(replica, send.to(), send.message()));
            } else if (action instanceof Action.Commit commit) {
                commit.batch()
                        .requests()
                        .forEach(request ->
                                decided.get(replica).add(request.operation().toStringUtf8()));
            }
        }
        return actions;
    }

    private void deliverAll() {
        while (!underWay.isEmpty()) {
            Sent sent = underWay.remove();
            if (!cutOff.contains(sent.from()) && !cutOff.contains(sent.to())) {
                step(
                        sent.to(),
                        new Event.MessageReceived(
                                new Authenticated<>(sent.from(), sent.message(), ByteString.EMPTY, ByteString.EMPTY)));
            }
        }
    }

    private void tickAll(int times) {
        for (int time = 0; time < times; time++) {
            for (int id = 0; id < REPLICAS; id++) {
                step(id, new Event.TimerFired(BackupProtocol.Timer.TICK));
            }
            deliverAll();
        }
    }
}
