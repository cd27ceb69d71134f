package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.pbft.quorum.NewViewRule;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.state.MerkleStateStore;

/** Schedules that a review of the protocol found to be dangerous. */
class ReviewFindingsTest {

    private static final long TIME_MILLIS = 1_000_000;

    /** One replica of four, driven by hand. */
    private static final class Hand {
        final int id;
        final PbftProtocol protocol;
        final List<Action> actions = new ArrayList<>();

        Hand(int id, Event.RecoveredLog log) {
            this.id = id;
            protocol = new PbftProtocol(PbftConfig.forTests(id, 4));
            step(new Event.Recovered(log));
            step(new Event.QueueDrained(TIME_MILLIS));
        }

        void step(Event event) {
            actions.addAll(protocol.step(event));
        }

        void receive(int sender, Message message) {
            step(new Event.MessageReceived(signed(sender, message)));
        }

        <M extends Message> List<M> broadcasts(Class<M> type) {
            return actions.stream()
                    .filter(action -> action instanceof Action.Broadcast)
                    .map(action -> ((Action.Broadcast) action).message())
                    .filter(type::isInstance)
                    .map(type::cast)
                    .toList();
        }

        void tick(int ticks) {
            for (int i = 0; i < ticks; i++) {
                step(new Event.TimerFired(PbftTimer.TICK));
            }
        }

        List<Action.Send> sends(Class<? extends Message> type) {
            return actions.stream()
                    .filter(Action.Send.class::isInstance)
                    .map(Action.Send.class::cast)
                    .filter(send -> type.isInstance(send.message()))
                    .toList();
        }

        List<LogRecord> log() {
            return actions.stream()
                    .filter(action -> action instanceof Action.Persist)
                    .map(action -> ((Action.Persist) action).record())
                    .toList();
        }
    }

    private static <M extends Message> Authenticated<M> signed(int sender, M message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    private static CheckpointCertificate certificate(long sequence, Digest digest) {
        return new CheckpointCertificate(
                sequence,
                digest,
                IntStream.of(1, 2, 3)
                        .mapToObj(sender -> signed(sender, new Checkpoint(sequence, digest)))
                        .toList());
    }

    private static NewView newView(long view, CheckpointCertificate stable) {
        ViewChange viewChange = new ViewChange(view, stable, List.of(), List.of());
        return new NewView(
                view,
                IntStream.of(1, 2, 3)
                        .mapToObj(sender -> signed(sender, viewChange))
                        .toList(),
                List.of());
    }

    private static Batch batch(long timeMillis) {
        return Batch.of(timeMillis, List.of());
    }

    @Test
    void aBackupDoesNotVoteBelowTheCheckpointThatItsViewStartsFrom() {
        Hand backup = new Hand(0, Event.RecoveredLog.empty());
        backup.receive(1, newView(1, certificate(8, Digest.of(ByteString.copyFromUtf8("state")))));
        assertThat(backup.protocol.status().view()).isEqualTo(1);
        backup.receive(1, new PrePrepare(1, 3, batch(TIME_MILLIS)));
        assertThat(backup.broadcasts(Prepare.class)).isEmpty();
    }

    /**
     * Two correct replicas restart with complete logs; the primary of the next view rewrites what they had
     * committed.
     */
    @Test
    void aBatchThatACheckpointCoversIsNotReplacedAtReplicasThatRestarted() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.faulty.add(1);
        cluster.tamper = (from, to, message) -> message instanceof Checkpoint && to != 3 ? List.of() : List.of(message);
        cluster.submitAll("op", 8);
        assertThat(cluster.node(3).protocol.status().stableCheckpoint()).isEqualTo(8);
        cluster.crash(1);
        cluster.restart(0);
        cluster.restart(2);
        // From here on the network is slow: only complaints, view changes, and what belongs to view 1, arrive.
        TreeMap<Integer, ViewChange> viewChanges = new TreeMap<>();
        cluster.tamper = (from, to, message) -> {
            if (message instanceof ViewChange own && own.view() == 1) {
                viewChanges.put(from, own);
            }
            return Byzantine.viewOf(message) == 1 || message instanceof Status ? List.of(message) : List.of();
        };
        cluster.submit("waiting");
        cluster.run(25);
        assertThat(viewChanges.keySet()).containsExactly(0, 2, 3);
        NewView newView = new NewView(
                1,
                viewChanges.entrySet().stream()
                        .map(entry -> signed(entry.getKey(), entry.getValue()))
                        .toList(),
                NewViewRule.decide(
                                viewChanges.values(), PbftConfig.forTests(0, 4).quorums())
                        .orElseThrow()
                        .reproposals());
        Batch other = batch(cluster.timeMillis);
        for (int victim : new int[] {0, 2}) {
            cluster.inject(1, victim, newView);
        }
        cluster.deliverAll();
        assertThat(cluster.view(0)).isEqualTo(1);
        for (int victim : new int[] {0, 2}) {
            cluster.inject(1, victim, new PrePrepare(1, 1, other));
            cluster.inject(1, victim, new Commit(1, 1, other.digest()));
        }
        // The cluster itself checks agreement at every commit.
        cluster.deliverAll();
        assertThat(cluster.node(0).protocol.status().lastCommitted()).isZero();
        assertThat(cluster.node(2).protocol.status().lastCommitted()).isZero();
    }

    @Test
    void aBackupForgetsTheSessionsThatHaveNothingWaiting() {
        RequestPool pool = new RequestPool(PbftConfig.forTests(1, 4));
        for (int session = 1; session <= 20_000; session++) {
            var request = CoreCluster.request(0, session, 1, "x");
            pool.admit(request, -1);
            pool.executed(new Event.RequestOutcome(request, true), 0);
        }
        assertThat(pool.turns().sessions()).isLessThanOrEqualTo(2_000);
    }

    /**
     * Known bug 19, from the other side: a backup that relays what was executed long ago must not take up the
     * primary's turns.
     */
    @Test
    void whatIsOrderedOnceMoreKeepsNothingNewOut() {
        RequestPool pool = new RequestPool(PbftConfig.forTests(0, 4));
        for (int session = 1; session <= 40; session++) {
            pool.executed(new Event.RequestOutcome(CoreCluster.request(0, session, 1, "old"), true), 0);
        }
        for (int number = 1; number <= 30; number++) {
            pool.admit(CoreCluster.request(7, 1, number, "new"), -1);
            pool.admit(CoreCluster.request(8, 1, number, "new"), -1);
        }
        int old = 0;
        for (int tick = 100; tick < 190; tick++) {
            for (int session = 1; session <= 40; session++) {
                pool.orderAgain(CoreCluster.request(0, session, 1, "old"), tick, 10);
            }
            old += pool.turns()
                                    .nextBatch(1, 1 << 20, Long.MAX_VALUE)
                                    .get(0)
                                    .session()
                                    .client()
                            == 0
                    ? 1
                    : 0;
        }
        assertThat(old).isEqualTo(30);
        assertThat(pool.turns()
                        .nextBatch(1, 1 << 20, Long.MAX_VALUE)
                        .get(0)
                        .session()
                        .client())
                .as("now there is nothing else to do")
                .isZero();
    }

    @Test
    void aSessionIsOrderedOnceMoreOnlyOnceInAWhile() {
        RequestPool pool = new RequestPool(PbftConfig.forTests(0, 4));
        var old = CoreCluster.request(0, 1, 1, "old");
        pool.executed(new Event.RequestOutcome(old, true), 0);
        int again = 0;
        for (int tick = 100; tick < 200; tick++) {
            pool.orderAgain(old, tick, 10);
            again += pool.turns().nextBatch(16, 1 << 20, Long.MAX_VALUE).size();
        }
        assertThat(again).isEqualTo(10);
    }

    @Test
    void aRequestOfASessionThatTheInstalledStateNoLongerKnowsIsNotWaitedFor() {
        RequestPool pool = new RequestPool(PbftConfig.forTests(1, 4));
        pool.admit(CoreCluster.request(0, 1, 1, "x"), -1);
        // Session 1 was executed and then evicted, while this replica was away.
        pool.restore(List.of(new Event.SessionProgress(new SessionId(0, 70), 2, 0)), 5);
        assertThat(pool.hasWaiting()).isFalse();
    }

    /**
     * A client fills its share of the primary's pool with requests that cannot run, and asks the backups for
     * another.
     */
    @Test
    void aClientThatLeavesOutNumbersDoesNotMakeACorrectPrimaryLookFaulty() {
        CoreCluster cluster = new CoreCluster(4, 2);
        for (int session = 1; session <= 17; session++) {
            cluster.submit(CoreCluster.request(9, session, 1, "open" + session));
        }
        cluster.run(1);
        for (int session = 1; session <= 17; session++) {
            for (int number = 3; number <= 33; number++) {
                cluster.submitTo(0, CoreCluster.request(9, session, number, "gap" + session + "." + number));
            }
        }
        for (int backup = 1; backup <= 3; backup++) {
            cluster.submitTo(backup, CoreCluster.request(9, 18, 1, "good"));
        }
        cluster.run(25);
        assertThat(cluster.view(1)).isZero();
    }

    @Test
    void clientsThatLeaveOutNumbersDoNotKeepOthersOut() {
        CoreCluster cluster = new CoreCluster(4, 3);
        for (int client = 8; client <= 9; client++) {
            for (int session = 1; session <= 17; session++) {
                cluster.submit(CoreCluster.request(client, session, 1, "open" + client + "." + session));
            }
        }
        cluster.run(1);
        for (int client = 8; client <= 9; client++) {
            for (int session = 1; session <= 17; session++) {
                for (int number = 3; number <= 33; number++) {
                    cluster.submit(CoreCluster.request(client, session, number, client + "." + session + "." + number));
                }
            }
        }
        cluster.run(1);
        for (int retry = 0; retry < 5; retry++) {
            cluster.submit(CoreCluster.request(0, 1, 1, "honest"));
            cluster.run(10);
        }
        assertThat(cluster.executedEverywhere("honest")).isTrue();
    }

    @Test
    void aCheckpointThatWasInstalledIsStableEvenIfANewerOneBecameKnownMeanwhile() {
        Hand replica = new Hand(0, Event.RecoveredLog.empty());
        ServiceSnapshot snapshot = ServiceSnapshot.of(40, ByteString.copyFromUtf8("state"));
        replica.receive(1, new StableCheckpoint(certificate(40, snapshot.stateDigest())));
        replica.receive(1, new ManifestAnswer(40, snapshot.manifest().encode()));
        for (int source = 1; source <= 3; source++) {
            replica.receive(source, new ChunkAnswer(40, 0, snapshot.chunk(0)));
        }
        assertThat(replica.actions).anyMatch(action -> action instanceof Action.InstallState);
        replica.receive(1, new StableCheckpoint(certificate(48, Digest.of(ByteString.copyFromUtf8("newer")))));
        replica.step(new Event.StateInstalled(40, snapshot.stateDigest(), List.of()));
        assertThat(replica.protocol.status().stableCheckpoint()).isEqualTo(40);
    }

    /** A state that changes faster than it is fetched would never arrive otherwise. */
    @Test
    void aTransferThatGetsAheadIsNotGivenUpForANewerCheckpoint() {
        MerkleStateStore store = new MerkleStateStore();
        for (int key = 0; key < 5_000; key++) {
            store.put(ByteString.copyFromUtf8("key " + key), ByteString.copyFrom(new byte[100]));
        }
        SnapshotKeeper keeper = new SnapshotKeeper();
        keeper.keep(ServiceSnapshot.of(40, ByteString.EMPTY, Optional.of(store.tree())));
        Digest digest = keeper.newest().orElseThrow().stateDigest();
        Hand replica = new Hand(0, Event.RecoveredLog.empty());
        replica.receive(1, new StableCheckpoint(certificate(40, digest)));
        Answer manifest = keeper.answer(0, new FetchManifest(40, digest)).orElseThrow();
        for (int source = 1; source <= 3; source++) {
            replica.receive(source, manifest);
        }
        List<Action.Send> asked = replica.sends(FetchPiece.class);
        assertThat(asked).isNotEmpty();

        replica.actions.clear();
        replica.receive(1, new StableCheckpoint(certificate(80, Digest.of(ByteString.EMPTY))));
        replica.tick(2);
        Action.Send first = asked.get(0);
        replica.receive(
                first.to(), keeper.answer(0, (FetchPiece) first.message()).orElseThrow());
        replica.tick(20);
        assertThat(replica.sends(FetchManifest.class)).isEmpty();

        replica.tick(1);
        assertThat(replica.sends(FetchManifest.class))
                .as("nobody answers about the old one any more")
                .extracting(send -> ((FetchManifest) send.message()).sequence())
                .containsExactly(80L);
    }

    /**
     * Found by the simulator: the others let go of the batches that it lacks, so it fetches the state before
     * they lose timeouts.
     */
    @Test
    void aPrimaryThatIsBehindACheckpointFetchesTheStateSoonAndABackupGivesBatchesMoreTime() {
        Digest digest = Digest.of(ByteString.copyFromUtf8("state"));
        for (int id = 0; id <= 1; id++) {
            Hand replica = new Hand(id, Event.RecoveredLog.empty());
            replica.receive(2, new StableCheckpoint(certificate(8, digest)));
            replica.tick(5);
            assertThat(replica.sends(FetchManifest.class)).hasSize(id == 0 ? 1 : 0);
            replica.tick(10);
            assertThat(replica.sends(FetchManifest.class)).isNotEmpty();
        }
    }

    /** Found by the simulator: the first one asked was silent, and when the next had its turn, all had let go of it. */
    @Test
    void aBodyIsAskedOfThePrimaryAndSoManyThatOneOfThemIsCorrect() {
        Batch batch = batch(TIME_MILLIS);
        List<VoteInfo> entry = List.of(new VoteInfo(1, batch.digest(), 0));
        ViewChange viewChange = new ViewChange(2, CheckpointCertificate.GENESIS, entry, entry);
        List<Authenticated<ViewChange>> shown = IntStream.of(1, 2, 3)
                .mapToObj(sender -> signed(sender, viewChange))
                .toList();
        Hand backup = new Hand(0, Event.RecoveredLog.empty());
        backup.receive(2, new NewView(2, shown, List.of(new Reproposal(1, batch.digest()))));
        assertThat(backup.sends(FetchBatch.class)).extracting(Action.Send::to).containsExactly(2, 3);
        backup.tick(4);
        assertThat(backup.sends(FetchBatch.class)).extracting(Action.Send::to).containsExactly(2, 3, 1, 2);
    }

    /**
     * Found by the simulator: proposals that overtook the NEW-VIEW were sent again after more than half the
     * timeout.
     */
    @Test
    void oneStallIsOneStrikeHoweverManyRequestsWereLate() {
        Hand backup = new Hand(1, Event.RecoveredLog.empty());
        for (int client = 2; client < 10; client++) {
            backup.step(new Event.RequestReceived(CoreCluster.request(client, 1, 1, "late"), -1));
        }
        backup.tick(15);
        for (int client = 2; client < 10; client++) {
            RequestOutcome late = new RequestOutcome(CoreCluster.request(client, 1, 1, "late"), true);
            backup.step(new Event.Executed(client, List.of(late)));
        }
        assertThat(backup.broadcasts(ViewChange.class)).isEmpty();
    }

    /** Found by the simulator: a malicious client sent it to this backup only, and lower ones to the primary. */
    @Test
    void aBackupDoesNotWaitForANumberBelowWhichAnotherWasTriedInVain() {
        for (boolean triedInVain : List.of(true, false)) {
            Hand backup = new Hand(1, Event.RecoveredLog.empty());
            backup.step(new Event.RequestReceived(CoreCluster.request(9, 1, 6, "unknown to the others"), -1));
            RequestOutcome lower = new RequestOutcome(CoreCluster.request(9, 1, 3, "not its turn either"), false);
            backup.step(new Event.Executed(1, triedInVain ? List.of(lower) : List.of()));
            backup.tick(PbftConfig.forTests(1, 4).requestTimeoutTicks());
            assertThat(backup.broadcasts(Status.class).stream().noneMatch(Status::suspects))
                    .isEqualTo(triedInVain);
        }
    }

    @Test
    void aPrimaryThatRestartsGoesOnWhereItsViewGoesOnAndNotWhereAnOlderViewEnded() {
        List<LogRecord> log = new ArrayList<>();
        log.add(new PbftRecord.Reservation(0, 9));
        for (int sequence = 1; sequence <= 5; sequence++) {
            log.add(new PbftRecord.PrePrepared(0, sequence, batch(TIME_MILLIS)));
        }
        // None of the five prepared anywhere, so the new view carries nothing over.
        log.add(new PbftRecord.Reservation(1, 9));
        log.add(new PbftRecord.Entered(1, signed(1, newView(1, CheckpointCertificate.GENESIS))));
        Hand primary = new Hand(1, new Event.RecoveredLog(log, Event.LogIntegrity.COMPLETE));
        assertThat(primary.protocol.status().mode().label()).isEqualTo("catching-up");
        primary.step(new Event.RequestReceived(CoreCluster.request(0, 1, 1, "x"), -1));
        primary.step(new Event.QueueDrained(TIME_MILLIS));
        assertThat(primary.broadcasts(PrePrepare.class))
                .extracting(PrePrepare::sequence)
                .containsExactly(1L);
    }

    @Test
    void aPrimaryThatCrashedWhenItOpenedAViewDoesNotOpenItInAnotherWay() {
        Batch batch = batch(TIME_MILLIS);
        List<VoteInfo> entry = List.of(new VoteInfo(1, batch.digest(), 0));
        ViewChange prePrepared = new ViewChange(1, CheckpointCertificate.GENESIS, List.of(), entry);
        Hand before = new Hand(1, Event.RecoveredLog.empty());
        before.receive(0, new PrePrepare(0, 1, batch));
        before.receive(2, prePrepared);
        before.receive(3, prePrepared);
        before.receive(1, before.broadcasts(ViewChange.class).get(0));
        assertThat(before.broadcasts(NewView.class)).hasSize(1);
        // That left; then it crashed, before it heard it itself. Now it hears first of a replica where the batch
        // prepared.
        Hand after = new Hand(1, new Event.RecoveredLog(before.log(), Event.LogIntegrity.COMPLETE));
        after.receive(1, after.broadcasts(ViewChange.class).get(0));
        after.receive(0, new ViewChange(1, CheckpointCertificate.GENESIS, entry, entry));
        after.receive(2, prePrepared);
        NewView first = before.broadcasts(NewView.class).get(0);
        assertThat(after.broadcasts(NewView.class)).allMatch(first::equals);
    }

    /** A status is small, and the answer to it may be the bodies of the whole window. */
    @Test
    void aReplicaThatAsksInEveryTickIsNotSentTheWindowInEveryTick() {
        CoreCluster cluster = new CoreCluster(4, 4);
        cluster.faulty.add(3);
        for (int i = 0; i < 7; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        int[] bodies = {0};
        cluster.tamper = (from, to, message) -> {
            if (from == 0 && to == 3 && message instanceof PrePrepare) {
                bodies[0]++;
            }
            return List.of(message);
        };
        int intervals = 8;
        int ticks = intervals * PbftConfig.forTests(0, 4).statusIntervalTicks();
        for (int tick = 0; tick < ticks; tick++) {
            cluster.post(3, 0, new Status(0, false, 0, 0, 0, false));
            cluster.run(1);
        }
        assertThat(bodies[0]).isLessThanOrEqualTo(7 * (intervals + 1));
    }

    /**
     * Else what prepared at one replica finds no f+1 vouchers (TOCS 2002, 4.5.2, A2), and no later view can be
     * opened.
     */
    @Test
    void aSlotRemembersWhatItPrePreparedHoweverManyPrimariesComeAfter() {
        Slot slot = new Slot(1, 4, new WindowRoom(new PbftState(PbftConfig.forTests(0, 4))));
        Digest first = batch(0).digest();
        slot.accept(0, first, 0);
        for (int view = 1; view <= 8; view++) {
            slot.accept(view, batch(view).digest(), 0);
        }
        assertThat(slot.prePreparedInfo()).contains(new VoteInfo(1, first, 0));
    }
}
