package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.PbftMemoryTest.tight;
import static org.tagma.core.pbft.PbftMemoryTest.value;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;

/** What requests that wait take is bounded in bytes, and adds up over the replicas. */
class PbftPoolMemoryTest {

    @Test
    void oneClientsLargeRequestsLeaveRoomForAnothers() {
        SoloReplica backup = new SoloReplica(tight(PbftConfig.forTests(1, 4)));
        for (int client = 1; client <= 2; client++) {
            long before = backup.protocol.heldBytes();
            for (int number = 1; number <= 50; number++) {
                backup.step(new Event.RequestReceived(CoreCluster.request(client, 1, number, value(number)), -1));
            }
            assertThat(backup.protocol.heldBytes() - before).isBetween(4_000L, 5_000L);
        }
    }

    /** Else a backup times what the primary has refused, and the primary is deposed. */
    @Test
    void whatABackupHandsOverFitsWhatThePrimaryMustTakeInBytesToo() {
        SoloReplica primary = new SoloReplica(tight(PbftConfig.forTests(0, 4)));
        SoloReplica backup = new SoloReplica(tight(PbftConfig.forTests(1, 4)));
        for (int client = 1; client <= 8; client++) {
            for (int number = 1; number <= 50; number++) {
                backup.step(new Event.RequestReceived(CoreCluster.request(client, 1, number, value(number)), -1));
            }
        }
        List<Request> handedOver = backup.actions.stream()
                .filter(action -> action instanceof Action.Relay)
                .map(action -> ((Action.Relay) action).request())
                .toList();
        assertThat(handedOver).isNotEmpty();
        assertThat(handedOver.stream().mapToInt(Request::size).sum()).isLessThanOrEqualTo(20_000 / 12);
        handedOver.forEach(request -> primary.step(new Event.RequestReceived(request, 1)));
        assertThat(primary.actions).noneMatch(action -> action instanceof Action.Refuse);
        assertThat(primary.protocol.status().pendingRequests()).isEqualTo(handedOver.size());
    }

    /** Else a client with a few large requests under way would be refused the next one for ever. */
    @Test
    void aLargeRequestThatIsNextTakesThePlaceOfThoseThatWaitForIt() {
        SoloReplica primary = new SoloReplica(tight(PbftConfig.forTests(0, 4)));
        String large = "x".repeat(3_000);
        for (int number : List.of(2, 3, 1)) {
            primary.step(new Event.RequestReceived(CoreCluster.request(1, 1, number, large), -1));
        }
        primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS));
        assertThat(primary.sent(PbftMessage.PrePrepare.class)).singleElement().satisfies(message -> {
            PbftMessage.PrePrepare proposal = (PbftMessage.PrePrepare) message;
            assertThat(proposal.batch().requests()).extracting(Request::number).containsExactly(1L);
        });
    }

    @Test
    void aClientWithManyLargeRequestsUnderWayIsServed() {
        CoreCluster cluster = new CoreCluster(4, 1, PbftMemoryTest::tight);
        for (int i = 0; i < 20; i++) {
            cluster.submit(i + "x".repeat(3_000));
        }
        cluster.retransmitEvery(5, 400);
        cluster.run(400);
        assertThat(cluster.node(1).journal.has("19" + "x".repeat(3_000))).isTrue();
        cluster.assertView(0);
    }

    /** Replies of f+1 others may reach the client, and its next request the primary, before the primary executes. */
    @Test
    void aFullPipelineIsCountedFromWhatWasProposedNotFromWhatWasExecutedHere() {
        PbftConfig config = PbftConfig.forTests(0, 4);
        RequestPool pool = new RequestPool(config);
        int pipeline = config.sessionPipeline();
        pool.executed(new Event.RequestOutcome(CoreCluster.request(1, 1, 1, "x"), true), 0);
        for (int number = 2; number <= pipeline + 1; number++) {
            pool.admit(CoreCluster.request(1, 1, number, "x"), -1);
        }
        assertThat(pool.admit(CoreCluster.request(1, 1, pipeline + 2, "x"), -1)).isEqualTo(Admission.OUT_OF_WINDOW);

        assertThat(pool.turns().nextBatch(10, 1 << 20, Long.MAX_VALUE)).hasSize(10);

        assertThat(pool.admit(CoreCluster.request(1, 1, pipeline + 2, "x"), -1)).isEqualTo(Admission.ADDED);
    }
}
