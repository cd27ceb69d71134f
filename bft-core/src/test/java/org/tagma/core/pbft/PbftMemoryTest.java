package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.drops;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;

/** What the window takes is bounded in bytes, however few and large the batches are. */
class PbftMemoryTest {

    private static final int VALUE_BYTES = 1_000;
    static final MemoryBounds BOUNDS = new MemoryBounds(32_000, 20_000, 5_000);
    /** A body, with what is around it. */
    private static final long BODY_BYTES = 2 * VALUE_BYTES;

    private static CoreCluster cluster(long seed) {
        return new CoreCluster(4, seed, PbftMemoryTest::tight);
    }

    /** Numbers that bound nothing, and bytes that do. */
    static PbftConfig tight(PbftConfig config) {
        return new PbftConfig(
                config.replica(),
                config.quorums(),
                100,
                400,
                config.pipelineDepth(),
                1,
                config.maxBatchBytes(),
                config.tickMillis(),
                config.requestTimeoutTicks(),
                config.viewChangeTimeoutTicks(),
                config.statusIntervalTicks(),
                config.maxClockSkewMillis(),
                config.maxPendingRequests(),
                config.maxPendingPerClient(),
                1_000,
                BOUNDS,
                config.transfer());
    }

    private static final PbftConfig CONFIG = tight(PbftConfig.forTests(1, 4));

    private static final long ACCEPTED_BYTES = WindowRoom.ACCEPTED * CONFIG.intervalBytes();
    private static final long HELD_BYTES = WindowRoom.HELD * CONFIG.intervalBytes();

    static String value(int number) {
        return number + "." + "x".repeat(VALUE_BYTES / 2);
    }

    private static Batch batch(int number) {
        return Batch.of(
                SoloReplica.TIME_MILLIS,
                List.of(CoreCluster.request(0, 1, number, value(number) + "y".repeat(VALUE_BYTES / 2))));
    }

    private static SoloReplica backup() {
        return new SoloReplica(CONFIG);
    }

    private static void expectBounded(CoreCluster cluster) {
        assertThat(cluster.correctNodes())
                .allSatisfy(node -> assertThat(node.protocol.heldBytes() - BOUNDS.pendingBytesPerClient())
                        .isLessThanOrEqualTo(ACCEPTED_BYTES + BODY_BYTES));
    }

    private static List<String> propose(SoloReplica backup, int sequence) {
        return backup.receive(0, new PrePrepare(0, sequence, batch(sequence)));
    }

    @Test
    void aPrimaryThatProposesLargeBatchesAcrossTheWindowFillsItsBudgetAndNoMore() {
        SoloReplica backup = backup();
        List<String> reasons = new ArrayList<>();
        for (int sequence = 400; sequence >= 2; sequence--) {
            reasons.addAll(propose(backup, sequence));
        }
        assertThat(reasons).contains("TOO_LARGE", "NO_ROOM").hasSizeGreaterThan(380);
        assertThat(backup.protocol.heldBytes()).isBetween(ACCEPTED_BYTES - 3 * BODY_BYTES, ACCEPTED_BYTES);
    }

    @Test
    void oneIntervalTakesItsShareAndNoMore() {
        SoloReplica backup = backup();
        for (int sequence = 1; sequence <= 100; sequence++) {
            propose(backup, sequence);
        }
        assertThat(backup.protocol.heldBytes()).isBetween(CONFIG.intervalBytes() - BODY_BYTES, CONFIG.intervalBytes());
        assertThat(propose(backup, 50)).containsExactly("TOO_LARGE");
        assertThat(propose(backup, 101)).isEmpty();
    }

    /** However full the window is. */
    @Test
    void whatComesNextHasRoomUpToTheNextCheckpoint() {
        SoloReplica backup = backup();
        for (int sequence = 400; sequence >= 101; sequence--) {
            propose(backup, sequence);
        }
        propose(backup, 5);
        propose(backup, 4);
        assertThat(propose(backup, 3)).containsExactly("NO_ROOM");
        assertThat(propose(backup, 1)).isEmpty();
        assertThat(backup.sent(Prepare.class)).anyMatch(prepare -> ((Prepare) prepare).sequence() == 1);
    }

    @Test
    void authenticatorsThatNoGoodRequestHasAreRefused() {
        SoloReplica backup = backup();
        Batch bloated = authenticated(batch(1), 400);
        assertThat(backup.receive(0, new PrePrepare(0, 1, bloated))).containsExactly("TOO_LARGE");
        backup.receive(2, new Committed(1, bloated.digest()));
        backup.receive(3, new Committed(1, bloated.digest()));
        assertThat(backup.receive(2, new BatchBody(1, bloated))).containsExactly("TOO_LARGE");
        assertThat(backup.receive(2, new BatchBody(1, authenticated(batch(1), 300))))
                .isEmpty();
    }

    @Test
    void whatIsCommittedAndFetchedIsBoundedTooAndTheLowestOfItAlwaysHasRoom() {
        SoloReplica backup = backup();
        List<Batch> batches = new ArrayList<>();
        for (int sequence = 1; sequence <= 60; sequence++) {
            Batch batch = batch(sequence);
            batches.add(batch);
            backup.receive(2, new Committed(sequence, batch.digest()));
            backup.receive(3, new Committed(sequence, batch.digest()));
        }
        for (int sequence = 60; sequence >= 2; sequence--) {
            backup.receive(2, new BatchBody(sequence, batches.get(sequence - 1)));
        }
        assertThat(backup.protocol.heldBytes()).isBetween(HELD_BYTES - BODY_BYTES, HELD_BYTES);
        assertThat(backup.receive(2, new BatchBody(1, batches.get(0)))).isEmpty();
        assertThat(backup.protocol.status().lastCommitted()).isEqualTo(1);
    }

    @Test
    void aSlotKeepsTheBodiesOfWhatPreparedAndOfWhatItAcceptedLastHoweverManyViewsPropose() {
        WindowRoom room = new WindowRoom(new PbftState(CONFIG));
        Slot slot = new Slot(1, 4, room);
        Batch prepared = batch(0);
        slot.addBody(prepared);
        slot.accept(0, prepared.digest(), 0);
        slot.setPrepared(0, prepared.digest());
        for (int view = 1; view <= 100; view++) {
            Batch proposed = batch(view);
            slot.enter(view, Optional.empty());
            slot.addBody(proposed);
            slot.accept(view, proposed.digest(), 0);
            assertThat(room.held()).isEqualTo(room.weight(prepared) + room.weight(proposed));
        }
        assertThat(slot.body(prepared.digest())).isPresent();
        slot.enter(101, Optional.empty());
        assertThat(room.held()).isEqualTo(room.weight(prepared));
        slot.release();
        assertThat(room.held()).isZero();
    }

    /** Its view change would be refused everywhere else: the codec takes no more digests than this. */
    @Test
    void aPrimaryThatProposesSomethingElseInEachOfManyViewsMakesNoViewChangeTooLarge() {
        Slot slot = new Slot(1, 4, new WindowRoom(new PbftState(CONFIG)));
        for (int view = 0; view < 17; view++) {
            slot.accept(view, batch(view).digest(), 0);
        }
        assertThat(slot.prePreparedInfo())
                .hasSize(PbftConfig.MAX_DIGESTS_PER_SEQUENCE)
                .contains(new VoteInfo(1, batch(16).digest(), 16))
                .doesNotContain(new VoteInfo(1, batch(0).digest(), 0));
        slot.setPrepared(16, batch(16).digest());
        assertThat(slot.prePreparedInfo())
                .containsExactly(new VoteInfo(1, batch(16).digest(), 16));
    }

    @Test
    void afterLargeBatchesThePrimaryGoesOnToTheNextCheckpointWithEmptyOnes() {
        CoreCluster cluster = cluster(1);
        for (int i = 0; i < 100; i++) {
            cluster.submit(value(i));
            cluster.deliverAll();
            expectBounded(cluster);
        }
        cluster.run(10);
        assertThat(cluster.nodes).allSatisfy(node -> {
            assertThat(node.protocol.status().stableCheckpoint()).isGreaterThan(900);
            assertThat(node.protocol.heldBytes()).isLessThanOrEqualTo(CONFIG.intervalBytes());
        });
        cluster.assertView(0);
        cluster.assertEqualJournals();
    }

    @Test
    void aBackupThatWasAwayCatchesUp() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = cluster(seed);
            cluster.isolate(3);
            for (int i = 0; i < 60; i++) {
                cluster.submit(value(i));
                cluster.deliverAll();
                expectBounded(cluster);
            }
            cluster.heal();
            cluster.run(60);
            assertThat(cluster.node(3).protocol.status().lastExecuted())
                    .isEqualTo(cluster.node(0).protocol.status().lastExecuted());
            cluster.assertEqualJournals();
        });
    }

    @Test
    void replicasThatAreRestartedHoldNoMoreThanBefore() {
        CoreCluster cluster = cluster(3);
        for (int i = 0; i < 30; i++) {
            cluster.submit(value(i));
            cluster.deliverAll();
            if (i % 7 == 3) {
                int restarted = 1 + i % 3;
                cluster.crash(restarted);
                cluster.restart(restarted);
            }
            cluster.run(2);
            expectBounded(cluster);
        }
        cluster.run(40);
        assertThat(cluster.nodes).allSatisfy(node -> {
            assertThat(node.protocol.status().stableCheckpoint()).isGreaterThanOrEqualTo(300);
        });
        cluster.assertEqualJournals();
    }

    @Test
    void whatADeposedPrimaryProposedAndNobodyPreparedIsGivenBack() {
        CoreCluster cluster = cluster(4).byzantine(0, Byzantine.silent());
        for (int backup = 1; backup <= 3; backup++) {
            for (int sequence = 5; sequence <= 400; sequence++) {
                // Each a story of its own.
                cluster.inject(0, backup, new PrePrepare(0, sequence, batch(1000 * backup + sequence)));
            }
        }
        cluster.deliverAll();
        assertThat(cluster.node(1).protocol.heldBytes()).isGreaterThan(ACCEPTED_BYTES - 3 * BODY_BYTES);
        cluster.submit("x");
        cluster.runUntilExecuted("x", 60);
        cluster.run(5);
        assertThat(cluster.correctNodes())
                .allSatisfy(node -> assertThat(node.protocol.heldBytes()).isLessThan(BODY_BYTES));
    }

    /**
     * The primary of view 0 gave its batch to replica 1 alone, and later swears that it prepared. Replica 1
     * vouches for that and has long let go of the body.
     */
    @Test
    void aBatchThatOnlyALiarHasKeepsNoViewFromBeingOpened() {
        CoreCluster cluster = cluster(5);
        Batch hidden = batch(77);
        VoteInfo claim = new VoteInfo(1, hidden.digest(), 0);
        cluster.byzantine(
                0,
                (from, to, message) -> message instanceof ViewChange change && change.view() >= 2
                        ? List.of(new ViewChange(change.view(), change.stable(), List.of(claim), List.of(claim)))
                        : message instanceof ViewChange ? List.of(message) : List.of());
        cluster.tamper = drops((from, to, message) -> isVoteIn(1, message));
        cluster.inject(0, 1, new PrePrepare(0, 1, hidden));
        cluster.deliverAll();
        cluster.submit("x");
        cluster.runUntilExecuted("x", 400);
        cluster.assertView(2);
        cluster.assertEqualJournals();
    }

    private static boolean isVoteIn(long view, Message message) {
        return (message instanceof Prepare prepare && prepare.view() == view)
                || (message instanceof Commit commit && commit.view() == view);
    }

    /** View changes of which one, a liar's, says that a batch prepared, and another one vouches for it. */
    private static NewView carriesOver(Batch batch) {
        List<VoteInfo> claim = List.of(new VoteInfo(1, batch.digest(), 0));
        List<Authenticated<ViewChange>> viewChanges = new ArrayList<>();
        viewChanges.add(signed(0, claim, claim));
        viewChanges.add(signed(1, List.of(), List.of()));
        viewChanges.add(signed(3, List.of(), claim));
        return new NewView(1, viewChanges, List.of(new Reproposal(1, batch.digest())));
    }

    private static Authenticated<ViewChange> signed(int sender, List<VoteInfo> prepared, List<VoteInfo> prePrepared) {
        ViewChange message = new ViewChange(1, CheckpointCertificate.GENESIS, prepared, prePrepared);
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    @Test
    void nobodyVotesForWhatIsCarriedOverBeforeItsBodyIsHere() {
        SoloReplica backup = new SoloReplica(tight(PbftConfig.forTests(2, 4)));
        Batch batch = batch(1);
        assertThat(backup.receive(1, carriesOver(batch))).isEmpty();
        assertThat(backup.sent(Prepare.class)).isEmpty();
        assertThat(backup.receive(3, new BatchBody(1, batch))).isEmpty();
        assertThat(backup.sent(Prepare.class)).containsExactly(new Prepare(1, 1, batch.digest()));
    }

    @Test
    void aPrimaryThatHidesWhatItCarriedOverIsSuspected() {
        SoloReplica backup = new SoloReplica(tight(PbftConfig.forTests(2, 4)));
        backup.receive(1, carriesOver(batch(1)));
        for (int tick = 0; tick < 20 * CONFIG.requestTimeoutTicks(); tick++) {
            backup.step(new Event.TimerFired(PbftTimer.TICK));
            backup.receive(1, new Status(1, false, 0, 0, 0, false));
        }
        assertThat(backup.sent(Status.class)).anyMatch(message -> ((Status) message).suspects());
    }

    /** A MAC vector at one, a signature at the other: two copies of one request. */
    @Test
    void aBatchWeighsTheSameHoweverItsRequestsAreAuthenticated() {
        WindowRoom room = new WindowRoom(new PbftState(CONFIG));
        assertThat(room.weight(authenticated(batch(1), 128))).isEqualTo(room.weight(batch(1)));
    }

    private static Batch authenticated(Batch batch, int bytes) {
        return Batch.of(
                batch.timeMillis(),
                batch.requests().stream()
                        .map(each -> Request.of(
                                each.session(),
                                each.number(),
                                each.semantics(),
                                each.operation(),
                                each.payload(),
                                ByteString.copyFrom(new byte[bytes])))
                        .toList());
    }

    /** Two are wanted at one number, of which a liar keeps one. */
    @Test
    void whatALiarKeepsDoesNotHinderThatTheOtherIsFetched() {
        PbftState state = new PbftState(CONFIG);
        BatchFetcher fetcher = new BatchFetcher(state);
        Batch kept = batch(1);
        Batch given = batch(2);
        fetcher.wantToOpen(List.of(new Reproposal(1, kept.digest()), new Reproposal(1, given.digest())));
        state.takeActions();
        Set<Integer> askedForKept = new TreeSet<>();
        Set<Integer> askedForGiven = new TreeSet<>();
        for (int tick = 0; tick < 20; tick++) {
            state.tick++;
            fetcher.onTick();
            fetcher.wantToOpen(List.of(new Reproposal(1, kept.digest()), new Reproposal(1, given.digest())));
            for (Action action : state.takeActions()) {
                if (action instanceof Action.Send send && send.message() instanceof FetchBatch fetch) {
                    (fetch.digest().equals(kept.digest()) ? askedForKept : askedForGiven).add(send.to());
                }
            }
        }
        assertThat(askedForGiven).containsExactly(0, 2, 3);
        assertThat(askedForKept).containsExactly(0, 2, 3);
        assertThat(fetcher.onBatchBody(new BatchBody(1, given))).isEqualTo(PbftVerdict.ACCEPT);
        fetcher.wantToOpen(List.of());
        assertThat(fetcher.onBatchBody(new BatchBody(1, kept))).as("withdrawn").isEqualTo(PbftVerdict.UNEXPECTED);
    }
}
