package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.delays;
import static org.tagma.core.pbft.Byzantine.drops;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.TransferLimits;

/**
 * How a primary is judged: by what it can do, by f+1, and by nothing that one client or one replica can bring about.
 */
class PrimaryJudgedTest {

    private static final int EXPECTED_TICKS = 10;

    // Clients

    /** Known bug 39: what backups time and what the primary must take add up, whatever a client sends to whom. */
    @Test
    void aClientThatFillsEveryReplicaWithOtherRequestsDeposesNobody() {
        CoreCluster cluster = new CoreCluster(4, 1, PrimaryJudgedTest::oneRequestInABatch);
        for (int round = 0; round < 12; round++) {
            for (int replica = 0; replica < 4; replica++) {
                for (int session = 1; session <= 16; session++) {
                    for (int number = 1; number <= 8; number++) {
                        cluster.submitTo(
                                replica,
                                CoreCluster.request(9, 100L * (4 * round + replica) + session, number, "flood"));
                    }
                }
            }
            String honest = "honest" + round;
            cluster.submit(honest);
            cluster.run(1);
            cluster.runUntilExecuted(honest, EXPECTED_TICKS);
        }
        cluster.assertView(0);
    }

    /** Small batches and a short pool, so that a client can fill it. */
    private static PbftConfig oneRequestInABatch(PbftConfig config) {
        return new PbftConfig(
                config.replica(),
                config.quorums(),
                config.checkpointInterval(),
                config.logWindow(),
                config.pipelineDepth(),
                config.maxBatchRequests(),
                config.maxBatchBytes(),
                config.tickMillis(),
                config.requestTimeoutTicks(),
                config.viewChangeTimeoutTicks(),
                config.statusIntervalTicks(),
                config.maxClockSkewMillis(),
                400,
                120,
                config.sessionPipeline(),
                config.memory(),
                TransferLimits.DEFAULT);
    }

    @Test
    void whatAllBackupsMayHandOverFitsWhatThePrimaryMustTake() {
        RequestPool primary = new RequestPool(oneRequestInABatch(PbftConfig.forTests(0, 4)));
        fillFromClient(primary, 9, 0);
        for (int backup = 1; backup < 4; backup++) {
            RequestPool pool = new RequestPool(oneRequestInABatch(PbftConfig.forTests(backup, 4)));
            fillFromClient(pool, 9, 1_000 * backup);
            int relayedBy = backup;
            assertThat(pool.handOver(1))
                    .isNotEmpty()
                    .allMatch(request -> primary.admit(request, relayedBy) == Admission.ADDED);
        }
    }

    /** The primary gets to relayed requests in their turn, so what it is timed for must take it little time. */
    @Test
    void ofOneClientABackupRelaysAFewRequestsAtOnce() {
        PbftConfig config = PbftConfig.forTests(1, 4);
        RequestPool pool = new RequestPool(config);
        fillFromClient(pool, 9, 0);
        fillFromClient(pool, 10, 0);
        List<Request> handed = pool.handOver(1);
        for (int client = 9; client <= 10; client++) {
            int asked = client;
            assertThat(handed)
                    .filteredOn(request -> request.session().client() == asked)
                    .hasSizeBetween(1, config.maxPendingPerClient() / 150);
        }
        assertThat(pool.handOver(2)).as("the next when these are executed").isEmpty();
    }

    private static void fillFromClient(RequestPool pool, int client, long firstSession) {
        for (int session = 1; session <= 200; session++) {
            pool.admit(CoreCluster.request(client, firstSession + session, 1, "x"), -1);
        }
    }

    @Test
    void whatWasHandedToOnePrimaryIsHandedToTheNext() {
        RequestPool pool = new RequestPool(PbftConfig.forTests(1, 4));
        var request = CoreCluster.request(0, 1, 1, "x");
        pool.admit(request, -1);
        assertThat(pool.handOver(1)).containsExactly(request);
        assertThat(pool.handOver(2)).isEmpty();
        pool.takeBack();
        assertThat(pool.handOver(9)).containsExactly(request);
        assertThat(pool.longestHandedOverTicks(12, 0)).as("timed anew").isEqualTo(3);
    }

    // f+1

    @Test
    void aLoneReplicaThatCannotReachThePrimaryDeposesNobodyAndServes() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.crash(3);
        cluster.tamper = drops((from, to, message) -> from == 0 && to == 1 && message instanceof PbftMessage.Status);
        cluster.node(1).step(new Event.PeerUnreachable(0));
        cluster.run(1);
        assertThat(cluster.node(1).announcements).anyMatch(text -> text.contains("it refuses connections"));
        // Without replica 1 there would be no quorum.
        cluster.submit("x");
        cluster.runUntilExecuted("x", 1);
        cluster.assertView(0);
    }

    @Test
    void whoMerelyHearsNoMoreOfThePrimaryStaysAndServesOnceHealed() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.connected = (from, to) -> !(from == 0 && to == 1) && !(from == 1 && to == 0);
        cluster.run(100);
        assertThat(cluster.node(1).announcements).anyMatch(text -> text.startsWith("suspects replica 0"));
        cluster.heal();
        cluster.crash(3);
        cluster.submit("x");
        cluster.runUntilExecuted("x", 5);
        cluster.assertView(0);
    }

    @Test
    void aPrimaryThatRefusesConnectionsOfFPlusOneIsReplacedAtOnce() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submit("before");
        cluster.deliverAll();
        cluster.crash(0);
        cluster.node(1).step(new Event.PeerUnreachable(0));
        cluster.node(2).step(new Event.PeerUnreachable(0));
        cluster.submit("after");
        cluster.runUntilExecuted("after", 1);
        cluster.assertView(1);
        cluster.assertEqualJournals();
    }

    /** On a busy replica the news that it ended comes long before the last that it said. */
    @Test
    void whatADeadPrimarySaidBeforeIsNoSignOfLife() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.node(1).step(new Event.PeerUnreachable(0));
        // Longer than others remember a complaint that was made once.
        cluster.run(3 * PbftConfig.forTests(0, 4).requestTimeoutTicks());
        cluster.node(2).step(new Event.PeerUnreachable(0));
        cluster.run(1);
        cluster.assertView(1);
    }

    /** One that knows already what another finds leaves at once, and never says that it finds fault. */
    @Test
    void whoHasLeftAViewFindsFaultWithItsPrimary() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.crash(0);
        cluster.node(1).step(new Event.PeerUnreachable(0));
        cluster.deliverAll();
        cluster.node(2).step(new Event.PeerUnreachable(0));
        cluster.deliverAll();
        cluster.assertView(1);
    }

    /** Both find fault with it for a moment, and not at the same time. */
    @Test
    void aPrimaryWithANewConnectionIsBelievedAgain() {
        CoreCluster cluster = new CoreCluster(4, 1);
        for (int replica = 1; replica < 4; replica++) {
            cluster.node(replica).step(new Event.PeerUnreachable(0));
            cluster.node(replica).step(new Event.PeerConnected(0));
            cluster.run(2 * PbftConfig.forTests(0, 4).requestTimeoutTicks());
        }
        cluster.assertView(0);
    }

    /** Anybody may pass on what it signed, as often as he likes. */
    @Test
    void aSilentPrimaryIsNotHeardThroughOthers() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submit("before");
        cluster.run(10);
        cluster.crash(0);
        for (int tick = 0; tick < 36; tick++) {
            cluster.broadcast(0, new PbftMessage.Checkpoint(8, Digest.NULL));
            cluster.run(1);
        }
        cluster.assertView(1);
    }

    @Test
    void soIsTheNextPrimaryIfItIsGoneAsWell() {
        CoreCluster cluster = new CoreCluster(7, 1);
        cluster.crash(0);
        cluster.crash(1);
        for (int replica = 2; replica < 7; replica++) {
            cluster.node(replica).step(new Event.PeerUnreachable(0));
            cluster.node(replica).step(new Event.PeerUnreachable(1));
        }
        cluster.submit("after");
        cluster.runUntilExecuted("after", 2);
        cluster.assertView(2);
    }

    @Test
    void aPrimaryOfAnIdleGroupThatFallsSilentIsReplaced() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.run(10);
        cluster.crash(0);
        cluster.run(36);
        cluster.assertView(1);
    }

    @Test
    void anIdleGroupKeepsItsPrimary() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.run(500);
        cluster.assertView(0);
    }

    // What a primary can do

    @Test
    void aPrimaryIsReplacedAtWhateverPartOfTheTimeoutItServes() {
        for (int delay = EXPECTED_TICKS + 2; delay <= 18; delay += 2) {
            CoreCluster cluster = new CoreCluster(4, delay);
            cluster.byzantine(0, delays(cluster, delay, (from, to, message) -> message instanceof PrePrepare));
            cluster.submit("x");
            assertThat(cluster.runUntilExecuted("x", 20)).as("delay %s", delay).isLessThanOrEqualTo(EXPECTED_TICKS + 2);
            cluster.assertView(1);
        }
    }

    @Test
    void aNewPrimaryHasTimeToCatchUpWithWhatWaited() {
        CoreCluster cluster = afterAHandOver();
        cluster.submit("inherited");
        assertThat(cluster.runUntilExecuted("inherited", 20)).isGreaterThan(EXPECTED_TICKS);
        cluster.assertView(1);
    }

    @Test
    void andNoLongerThanThat() {
        CoreCluster cluster = afterAHandOver();
        cluster.run(10 * 20);
        cluster.submit("later");
        assertThat(cluster.runUntilExecuted("later", 20)).isLessThanOrEqualTo(EXPECTED_TICKS + 2);
        cluster.assertView(2);
    }

    /** View 1, with a primary whose proposals are late by more than is expected. */
    private static CoreCluster afterAHandOver() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.byzantine(1, delays(cluster, EXPECTED_TICKS + 4, (from, to, message) -> message instanceof PrePrepare));
        cluster.node(0).step(new Event.LeadershipTransferRequested(7, -1));
        cluster.deliverAll();
        cluster.assertView(1);
        return cluster;
    }

    /** Who has too much to do is not helped by hearing the same without end. */
    @Test
    void whatWasHandedOverIsHandedOverAgainEverMoreSeldom() {
        SoloReplica backup = new SoloReplica(1);
        backup.step(new Event.RequestReceived(CoreCluster.request(0, 1, 1, "x"), -1));
        int relays = 0;
        for (int tick = 1; tick <= 100; tick++) {
            List<Action> actions = new ArrayList<>(backup.step(new Event.TimerFired(PbftTimer.TICK)));
            actions.addAll(backup.step(new Event.QueueDrained(1_000 + 50L * tick)));
            relays += (int)
                    actions.stream().filter(Action.Relay.class::isInstance).count();
        }
        assertThat(relays).isBetween(5, 6);
    }

    @Test
    void aPrimaryWithFullBatchesAtThePaceOfOthersIsBusyAndOneThatIsSlowerIsNot() {
        ThroughputHistory pace = new ThroughputHistory(PbftConfig.forTests(1, 4));
        long tick = orders(pace, 0, 40, 4);
        assertThat(pace.isBusy(EXPECTED_TICKS))
                .as("a first view sets no measure for itself")
                .isFalse();
        pace.nextView();
        tick = orders(pace, tick, 40, 3);
        assertThat(pace.isBusy(EXPECTED_TICKS)).as("three quarters of that").isTrue();
        pace.nextView();
        tick = orders(pace, tick, 40, 2);
        assertThat(pace.isBusy(EXPECTED_TICKS)).as("half of that").isFalse();
        pace.nextView();
        tick = orders(pace, tick, 40, 4);
        pace.committed(batch(1));
        tick = orders(pace, tick, 3, 4);
        assertThat(pace.isBusy(EXPECTED_TICKS)).as("it had room").isFalse();
    }

    private static long orders(ThroughputHistory pace, long from, int ticks, int batchesATick) {
        for (int i = 1; i <= ticks; i++) {
            pace.onTick(from + i);
            for (int each = 0; each < batchesATick; each++) {
                pace.committed(batch(PbftConfig.forTests(1, 4).maxBatchRequests()));
            }
        }
        return from + ticks;
    }

    private static Batch batch(int requests) {
        return Batch.of(
                1,
                IntStream.rangeClosed(1, requests)
                        .mapToObj(number -> CoreCluster.request(0, 1, number, "x"))
                        .toList());
    }

    // AdaptiveTimeouts

    @Test
    void whatIsExpectedFollowsTheLatencyOfCommitsUpToTheTimeout() {
        PbftConfig config = PbftConfig.forTests(1, 4);
        AdaptiveTimeouts timeouts = new AdaptiveTimeouts(config);
        assertThat(timeouts.expectedTicks()).isEqualTo(EXPECTED_TICKS);
        for (int batch = 0; batch < 100; batch++) {
            timeouts.committedAfter(2);
        }
        assertThat(timeouts.expectedTicks()).isBetween(14L, 16L);
        for (int batch = 0; batch < 100; batch++) {
            timeouts.committedAfter(50);
        }
        assertThat(timeouts.expectedTicks()).isEqualTo(config.requestTimeoutTicks());
        for (int batch = 0; batch < 200; batch++) {
            timeouts.committedAfter(0);
        }
        assertThat(timeouts.expectedTicks()).isEqualTo(EXPECTED_TICKS);
    }

    /** Known bug 42: a single request that got through is no proof that timeouts were long enough. */
    @Test
    void doublingsAreTakenBackOneByOne() {
        AdaptiveTimeouts timeouts = new AdaptiveTimeouts(PbftConfig.forTests(1, 4));
        for (int view = 0; view < 4; view++) {
            timeouts.gaveUp(view, 0);
            assertThat(timeouts.primaryWasLate(view)).isTrue();
        }
        long doubled = 8L * EXPECTED_TICKS;
        assertThat(timeouts.expectedTicks()).isEqualTo(doubled);
        timeouts.served(1);
        assertThat(timeouts.expectedTicks()).isEqualTo(doubled);
        timeouts.served(10_000);
        timeouts.served(10_001);
        assertThat(timeouts.expectedTicks()).isEqualTo(doubled / 2);
        for (int tick = 2; tick < 6; tick++) {
            timeouts.served(10_000L * tick);
        }
        assertThat(timeouts.expectedTicks()).isEqualTo(EXPECTED_TICKS);
    }

    // Whom it leaves out

    /** Known bug 41: a replica that the primary omits follows the others at the price of a fetch. */
    @Test
    void whomThePrimaryLeavesOutIsNotLate() {
        CoreCluster.seeds(5).forEach(seed -> {
            // The others let go of a batch at a checkpoint, at times before it can be fetched.
            CoreCluster cluster = new CoreCluster(4, seed, PrimaryJudgedTest::longWindow);
            cluster.byzantine(0, drops((from, to, message) -> to == 3));
            for (int i = 0; i < 20; i++) {
                cluster.submit("x" + i);
                cluster.runUntilExecuted("x" + i, 0);
            }
            assertThat(List.of(cluster.view(1), cluster.view(2), cluster.view(3)))
                    .containsOnly(0L);
            cluster.assertEqualJournals();
        });
    }

    @Test
    void oneReplicasWordForAProposalIsNotEnough() {
        SoloReplica backup = new SoloReplica(1);
        Commit commit = new Commit(0, 1, backup.proposal(1).batch().digest());
        backup.receive(2, commit);
        assertThat(backup.actions).noneMatch(action -> asksForBody(action));
        backup.receive(3, commit);
        assertThat(backup.actions).anyMatch(action -> asksForBody(action));
    }

    private static boolean asksForBody(Action action) {
        return action instanceof Action.Send send && send.message() instanceof FetchBatch;
    }

    @Test
    void whoWasAwayCatchesUpAsFastAsItTakesWhatItIsTold() {
        CoreCluster cluster = new CoreCluster(4, 1, PrimaryJudgedTest::longWindow);
        cluster.isolate(3);
        for (int i = 0; i < 400; i++) {
            cluster.submit("x" + i);
            cluster.deliverAll();
        }
        cluster.heal();
        // One interval until it is heard of, and one until it is found stuck.
        assertThat(cluster.runUntilExecuted("x399", 40)).isLessThanOrEqualTo(11);
        cluster.assertView(0);
        cluster.assertEqualJournals();
    }

    private static PbftConfig longWindow(PbftConfig config) {
        return new PbftConfig(
                config.replica(),
                config.quorums(),
                1_024,
                2_048,
                config.pipelineDepth(),
                config.maxBatchRequests(),
                config.maxBatchBytes(),
                config.tickMillis(),
                config.requestTimeoutTicks(),
                config.viewChangeTimeoutTicks(),
                config.statusIntervalTicks(),
                config.maxClockSkewMillis(),
                2_000,
                1_000,
                512,
                config.memory(),
                TransferLimits.DEFAULT);
    }

    // Leaving

    @Test
    void aPrimaryThatStopsHandsOverWithoutAnyTimeout() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submit("before");
        cluster.deliverAll();
        assertThat(cluster.node(0).protocol.step(new Event.LeadershipTransferRequested(8, 3)))
                .containsExactly(new Action.AnswerOperator(8, false, "the primary after replica 0 is replica 1"));
        cluster.node(0).step(new Event.LeadershipTransferRequested(7, -1));
        cluster.submit("after");
        cluster.runUntilExecuted("after", 0);
        cluster.assertView(1);
        assertThat(cluster.node(0).answers).containsExactly("7 true replica 1 is the primary now");
        cluster.assertEqualJournals();
    }

    @Test
    void aBackupThatLeavesIsNotFollowed() {
        CoreCluster cluster = new CoreCluster(4, 1);
        ViewChange wish = new ViewChange(1, PbftMessage.CheckpointCertificate.GENESIS, List.of(), List.of());
        for (int replica = 0; replica < 3; replica++) {
            cluster.inject(3, replica, wish);
        }
        cluster.run(20);
        assertThat(List.of(cluster.view(0), cluster.view(1), cluster.view(2))).containsOnly(0L);
    }
}
