package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.PbftMemoryTest.tight;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;

/** Requests so large that a few fill an interval cost those who send them, and nobody else. */
class LargeRequestsTest {

    private static final int LARGE_BYTES = 3_000;
    private static final int GREEDY = 1;

    private static Request large(int client, long number) {
        return CoreCluster.request(client, 1, number, number + "x".repeat(LARGE_BYTES));
    }

    private static Request small(long number) {
        return CoreCluster.request(0, 1, number, "small" + number);
    }

    @Test
    void whatHasNoRoomHoldsUpNobodyAndHasTheFirstTurnOnceThereIsRoom() {
        RequestPool pool = new RequestPool(tight(PbftConfig.forTests(0, 4)));
        pool.admit(large(GREEDY, 1), -1);
        pool.admit(small(1), -1);
        assertThat(next(pool, 1_000)).containsExactly(small(1));
        assertThat(pool.turns().isHeldUp()).isTrue();
        pool.admit(small(2), -1);
        assertThat(next(pool, 10_000)).containsExactly(large(GREEDY, 1), small(2));
        assertThat(pool.turns().hasProposable()).isFalse();
    }

    private static List<Request> next(RequestPool pool, long room) {
        return pool.turns().nextBatch(16, 1 << 20, room);
    }

    @Test
    void aSmallRequestIsProposedAtOnceWhileThePrimaryFillsAnIntervalForALargeOne() {
        SoloReplica primary = new SoloReplica(tight(PbftConfig.forTests(0, 4)));
        for (int client = 1; client <= 3; client++) {
            primary.step(new Event.RequestReceived(large(client, 1), -1));
        }
        turn(primary);
        commit(primary, 1);
        commit(primary, 2);
        assertThat(proposals(primary)).hasSizeGreaterThan(2);
        assertThat(proposals(primary).subList(2, proposals(primary).size()))
                .allMatch(proposal -> proposal.batch().requests().isEmpty());
        primary.step(new Event.RequestReceived(small(1), -1));
        turn(primary);
        PrePrepare last = proposals(primary).get(proposals(primary).size() - 1);
        assertThat(last.batch().requests()).containsExactly(small(1));
    }

    private static void turn(SoloReplica primary) {
        primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS));
    }

    private static List<PrePrepare> proposals(SoloReplica primary) {
        return primary.sent(PrePrepare.class).stream()
                .map(PrePrepare.class::cast)
                .toList();
    }

    private static void commit(SoloReplica primary, int sequence) {
        var digest = proposals(primary).get(sequence - 1).batch().digest();
        primary.receive(0, proposals(primary).get(sequence - 1));
        for (int replica = 1; replica <= 3; replica++) {
            primary.receive(replica, new Prepare(0, sequence, digest));
        }
        for (int replica = 0; replica <= 3; replica++) {
            primary.receive(replica, new Commit(0, sequence, digest));
        }
        turn(primary);
    }

    /** Each interval has room for two of them, and takes some ticks to be filled. */
    @Test
    void aClientOfLargeRequestsDeposesNobodyAndLeavesAnotherHalfOfWhatTheGroupCanDo() {
        int alone = executedBeside(0);
        int beside = executedBeside(20);
        assertThat(beside).isGreaterThanOrEqualTo(alone / 2);
    }

    /** How much is done of what one client asks for, one by one, in a while in which another sends large requests. */
    private static int executedBeside(int largeRequests) {
        CoreCluster cluster = new CoreCluster(4, 1, PbftMemoryTest::tight);
        delayAll(cluster);
        List<Request> pending = new ArrayList<>();
        for (int number = 1; number <= largeRequests; number++) {
            pending.add(large(GREEDY, number));
        }
        int done = 0;
        cluster.submit(small(1));
        for (int tick = 0; tick < 1_500; tick++) {
            pending.removeIf(request -> has(cluster, request));
            pending.stream().limit(2).forEach(cluster::submit);
            cluster.run(1);
            if (has(cluster, small(done + 1))) {
                done++;
                cluster.submit(small(done + 1));
            }
        }
        assertThat(pending).isEmpty();
        cluster.assertView(0);
        return done;
    }

    /** Each message takes a tick. */
    private static void delayAll(CoreCluster cluster) {
        cluster.tamper = (from, to, message) -> {
            cluster.after(1, () -> {
                CoreCluster.Tamper delay = cluster.tamper;
                cluster.tamper = Byzantine.honest();
                cluster.inject(from, to, message);
                cluster.tamper = delay;
            });
            return List.of();
        };
    }

    @Test
    void aLargeBatchThatTakesLongAmongManySmallOnesIsExpectedToTakeLongAgain() {
        AdaptiveTimeouts timeouts = new AdaptiveTimeouts(PbftConfig.forTests(1, 4));
        timeouts.committedInOneViewAfter(8);
        for (int small = 0; small < 60; small++) {
            timeouts.committedAfter(0);
            timeouts.committedInOneViewAfter(0);
        }
        assertThat(timeouts.expectedTicks()).isGreaterThan(10).isLessThanOrEqualTo(16);
        for (int small = 0; small < 2_000; small++) {
            timeouts.committedAfter(0);
            timeouts.committedInOneViewAfter(0);
        }
        assertThat(timeouts.expectedTicks()).isEqualTo(10);
    }

    private static boolean has(CoreCluster cluster, Request request) {
        return cluster.node(1).journal.operations.contains(request.operation());
    }
}
