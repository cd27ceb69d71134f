package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.drops;

import java.util.List;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.TransferLimits;

/**
 * Known bugs 11 and 12: what a partition leaves behind. Whatever the group went through, once the network is good
 * again a
 * request is executed within three base timeouts.
 */
class KnownBugsOutageTest {

    private static final int BASE_TIMEOUT_TICKS = 20;
    private static final int BOUND_TICKS = 3 * BASE_TIMEOUT_TICKS;
    /** With ticks of a second. */
    private static final int DAY_TICKS = 24 * 3600;

    /** Known bug 11: after a partition in which only the old primary was connected (fabric #1917, bft-smart #19). */
    @Test
    void bug11_noTransientPartitionWedgesTheGroup() {
        List<BiPredicate<Integer, Integer>> partitions = List.of(
                (from, to) -> false,
                (from, to) -> from == 0 || to == 0,
                (from, to) -> from == 0,
                (from, to) -> to == 0,
                (from, to) -> from / 2 == to / 2,
                (from, to) -> from != 1 && to != 1,
                (from, to) -> from != 0 && to != 0);
        for (BiPredicate<Integer, Integer> partition : partitions) {
            for (int ticks : new int[] {1, 19, 20, 21, 25, 41, 65, 150, 400}) {
                expectProgressAfter(partition, ticks);
            }
        }
    }

    private static void expectProgressAfter(BiPredicate<Integer, Integer> partition, int ticks) {
        CoreCluster cluster = new CoreCluster(4, ticks);
        cluster.submit("before");
        cluster.run(2);
        cluster.connected = partition;
        cluster.submit("during");
        cluster.run(ticks);
        cluster.heal();
        cluster.submit("after");
        cluster.runUntilExecuted("after", BOUND_TICKS);
        assertThat(cluster.executedEverywhere("during")).isTrue();
        cluster.assertEqualJournals();
    }

    /** Known bug 11: one partition after the other, each another one, and no time in between. */
    @Test
    void bug11_aSeriesOfPartitionsDoesNotWedgeTheGroup() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            for (int i = 0; i < 12; i++) {
                int links = cluster.random.nextInt(1 << 16);
                cluster.connected = (from, to) -> (links >> (4 * from + to) & 1) == 1;
                cluster.submit("during" + i);
                cluster.run(1 + cluster.random.nextInt(60));
            }
            cluster.heal();
            cluster.submit("after");
            cluster.retransmitEvery(BASE_TIMEOUT_TICKS / 2, BOUND_TICKS);
            cluster.runUntilExecuted("after", BOUND_TICKS);
            cluster.assertEqualJournals();
        });
    }

    /**
     * Known bug 11: f+1 replicas that wait for a request take along those that know of none, and pass the request on.
     */
    @Test
    void bug11_replicasThatKnowOfNoRequestJoinThoseThatWaitForOne() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.crash(0);
            // It hears of nobody's complaint, only that they have left.
            cluster.tamper = drops((from, to, message) -> to == 1 && message instanceof Status);
            cluster.submitTo(2, CoreCluster.request(5, 1, 1, "x"));
            cluster.submitTo(3, CoreCluster.request(5, 1, 1, "x"));
            cluster.run(11);
            cluster.heal();
            cluster.runUntilExecuted("x", 8);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /**
     * Known bug 11: a new view that was lost on its way to one replica is sent again, so that no further view is
     * needed.
     */
    @Test
    void bug11_aReplicaThatMissedTheNewViewIsGivenItAgain() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.crash(0);
            cluster.tamper = drops((from, to, message) -> to == 3 && message instanceof NewView);
            cluster.submit("x");
            cluster.run(12);
            assertThat(cluster.node(1).mode() + " " + cluster.node(3).mode()).isEqualTo("normal view-change");
            cluster.heal();
            cluster.runUntilExecuted("x", 15);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 12: an outage of a day must not leave time-outs of hours behind (besu #7642, celo #706). */
    @Test
    void bug12_aDayWithoutAQuorumIsOverWithinThreeTimeouts() {
        CoreCluster cluster = new CoreCluster(4, 1, KnownBugsOutageTest::withTicksOfASecond);
        outageWithoutAQuorum(cluster, DAY_TICKS);
    }

    private static PbftConfig withTicksOfASecond(PbftConfig config) {
        return new PbftConfig(
                config.replica(),
                config.quorums(),
                config.checkpointInterval(),
                config.logWindow(),
                config.pipelineDepth(),
                config.maxBatchRequests(),
                config.maxBatchBytes(),
                1_000,
                config.requestTimeoutTicks(),
                config.viewChangeTimeoutTicks(),
                config.statusIntervalTicks(),
                config.maxClockSkewMillis(),
                config.maxPendingRequests(),
                config.maxPendingPerClient(),
                config.sessionPipeline(),
                config.memory(),
                TransferLimits.DEFAULT);
    }

    /** Known bug 12: the same for shorter ones, at every phase of a time-out. */
    @Test
    void bug12_anOutageWithoutAQuorumIsOverWithinThreeTimeouts() {
        for (int ticks = 500; ticks < 540; ticks += 3) {
            outageWithoutAQuorum(new CoreCluster(4, ticks), ticks);
        }
    }

    private static void outageWithoutAQuorum(CoreCluster cluster, int ticks) {
        cluster.connected = (from, to) -> from / 2 == to / 2;
        cluster.submit("during");
        cluster.run(ticks);
        cluster.heal();
        cluster.submit("after");
        cluster.runUntilExecuted("after", BOUND_TICKS);
        cluster.assertEqualJournals();
    }

    /** Known bug 12: a quorum wants a new view again and again, and never hears the new primary. */
    @Test
    void bug12_newViewsThatNobodyHearsLeaveNoLongTimeoutsBehind() {
        CoreCluster cluster = afterManyNewViewsThatNobodyHeard();
        cluster.submit("after");
        cluster.runUntilExecuted("after", BOUND_TICKS);
        cluster.assertEqualJournals();
    }

    /**
     * Known bug 12: the same, and when the network is good again, the primary whose turn it is turns out to be dead.
     */
    @Test
    void bug12_afterALongOutageADeadPrimaryIsReplacedWithinThreeTimeouts() {
        CoreCluster cluster = afterManyNewViewsThatNobodyHeard();
        cluster.crash(
                (int) (cluster.correctNodes().mapToLong(CoreNode::view).max().orElseThrow() % 4));
        cluster.submit("after");
        cluster.runUntilExecuted("after", BOUND_TICKS);
        cluster.assertEqualJournals();
    }

    private static CoreCluster afterManyNewViewsThatNobodyHeard() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.tamper = drops((from, to, message) -> message instanceof NewView || message instanceof PrePrepare);
        cluster.submit("during");
        cluster.run(200 * BASE_TIMEOUT_TICKS);
        cluster.heal();
        return cluster;
    }

    /** Known bug 12: while a quorum talks, it works, though the primary-to-be is cut off for long. */
    @Test
    void bug12_aPrimaryToBeThatIsCutOffForLongStopsNobody() {
        CoreCluster cluster = new CoreCluster(7, 1);
        cluster.isolate(0, 1);
        cluster.crash(0);
        cluster.submit("during");
        cluster.run(BOUND_TICKS);
        assertThat(List.of(cluster.view(2), cluster.view(3), cluster.view(6))).containsOnly(2L);
        assertThat(cluster.node(2).journal.has("during")).isTrue();
        cluster.run(200 * BASE_TIMEOUT_TICKS);
        cluster.heal();
        cluster.node(0).down = false;
        cluster.crash(2);
        cluster.submit("after");
        cluster.runUntilExecuted("after", BOUND_TICKS);
        cluster.assertEqualJournals();
    }

    /**
     * Known bug 12: each outage is as short as the first one: what the back-off learnt in bad times is forgotten in
     * good
     * ones.
     */
    @Test
    void bug12_theBackOffIsForgottenOnceRequestsAreServedAgain() {
        CoreCluster cluster = new CoreCluster(4, 1);
        for (int i = 0; i < 8; i++) {
            int primary = (int) (cluster.view(0) % 4);
            int next = (primary + 1) % 4;
            cluster.tamper = drops((from, to, message) ->
                    from == primary && message instanceof PrePrepare || from == next && message instanceof NewView);
            cluster.submit("x" + i);
            assertThat(cluster.runUntilExecuted("x" + i, BOUND_TICKS))
                    .as("outage %s", i)
                    .isLessThan(BOUND_TICKS);
            cluster.heal();
            cluster.submit("y" + i);
            cluster.runUntilExecuted("y" + i, 5);
        }
        cluster.assertEqualJournals();
    }

    /**
     * Known bug 25: after restarts only the proposals tell that somebody waits; the wedge that plans of the simulator
     * found.
     */
    @Test
    void bug25_aBackupThatKnowsOnlyOfAProposalDoesNotWaitForEver() {
        SoloReplica backup = new SoloReplica(1);
        backup.receive(0, backup.proposal(1));
        for (int tick = 0; tick < BASE_TIMEOUT_TICKS / 2 - 1; tick++) {
            backup.step(new Event.TimerFired(PbftTimer.TICK));
        }
        assertThat(suspicions(backup)).isZero();

        backup.step(new Event.TimerFired(PbftTimer.TICK));

        assertThat(suspicions(backup)).isPositive();
    }

    private static long suspicions(SoloReplica replica) {
        return replica.sent(Status.class).stream()
                .filter(status -> ((Status) status).suspects())
                .count();
    }
}
