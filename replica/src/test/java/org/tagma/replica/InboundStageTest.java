package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Event;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.transport.FrameHandler.Disposition;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.inbound.InboundStage;
import org.tagma.replica.settings.AuthenticationPolicy;

@Timeout(60)
final class InboundStageTest {

    private static final PeerId CLIENT = new PeerId.ClientSession(0, 1);
    private static final PeerId OTHER_SESSION = new PeerId.ClientSession(0, 2);
    private static final PeerId OTHER_CLIENT = new PeerId.ClientSession(1, 1);
    private static final PeerId REPLICA = new PeerId.Replica(1);
    private static final PeerId OTHER_REPLICA = new PeerId.Replica(2);

    /** Inbound are 8 %: a replica has 13,981 bytes, a client 10,485. */
    private static final long HEAP = 1 << 20;

    private final StageFixture replica = new StageFixture(
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES), HEAP);
    private final InboundStage stage = replica.stage;

    @AfterEach
    void stop() {
        stage.stopThreads();
    }

    @Test
    void aReplicaWhoseLaneIsFullIsNotReadAndNobodyElseIsStopped() {
        int sent = 0;
        while (stage.acceptsMore(REPLICA)) {
            assertThat(stage.onFrame(REPLICA, vote(++sent))).isEqualTo(Disposition.KEEP);
        }
        assertThat(sent).isBetween(10, 40);
        assertThat(stage.acceptsMore(OTHER_REPLICA)).isTrue();
        assertThat(stage.acceptsMore(CLIENT)).isTrue();
        assertThat(replica.engineTakes(1)).hasSize(1);
        assertThat(stage.acceptsMore(REPLICA)).as("not for every frame anew").isFalse();
        assertThat(replica.resumed).hasValue(0);
        replica.engineTakes(100);
        assertThat(replica.resumed).hasValue(1);
        assertThat(stage.acceptsMore(REPLICA)).isTrue();
    }

    @Test
    void theSessionsOfOneClientShareItsLane() {
        while (stage.acceptsMore(CLIENT)) {
            stage.onFrame(CLIENT, replica.request(0, 1));
        }
        assertThat(stage.acceptsMore(OTHER_SESSION)).isFalse();
        assertThat(stage.acceptsMore(OTHER_CLIENT)).isTrue();
        replica.work();
        replica.engineTakes(100);
        assertThat(stage.acceptsMore(OTHER_SESSION)).isTrue();
    }

    @Test
    void whatWasReadBeforeReadingStoppedIsNotLost() {
        for (int i = 1; i <= 200; i++) {
            stage.onFrame(REPLICA, vote(i));
        }
        assertThat(replica.engineTakes(1_000)).hasSize(200);
        assertThat(replica.metrics.rejected(RejectionReason.QUEUE_FULL)).isZero();
    }

    /** What the last process of a replica said may wait here for long; a new connection is news of now. */
    @Test
    void theEngineIsToldAtOnceWhichReplicasAreGoneAndWhichAreBack() {
        stage.onFrame(REPLICA, vote(1));
        stage.onPeerDown(REPLICA);
        stage.onPeerUnreachable(new PeerId.Replica(1));
        stage.onPeerUp(REPLICA);
        assertThat(replica.engineTakes(3))
                .containsExactly(
                        new Event.PeerDisconnected(1), new Event.PeerUnreachable(1), new Event.PeerConnected(1));
    }

    @Test
    void theEngineTakesOneEventOfEachPeerInTurn() {
        for (int i = 1; i <= 20; i++) {
            stage.onFrame(REPLICA, vote(i));
        }
        stage.onFrame(OTHER_REPLICA, replica.frame(2, new Prepare(0, 7, digest())));
        List<Event> first = replica.engineTakes(2);
        assertThat(first)
                .extracting(event -> ((Event.MessageReceived) event).message().sender())
                .containsExactly(1, 2);
    }

    @Test
    void nothingOvertakesOnOneConnection() {
        // The request costs a signature and goes to the worker; the query after it would not, but must wait.
        stage.onFrame(CLIENT, replica.request(0, 1));
        stage.onFrame(CLIENT, replica.request(0, 2));
        assertThat(replica.engineQueue.isEmpty()).isTrue();
        stage.startThreads();
        stage.onReadComplete();
        await().until(() -> replica.engineQueue.size() == 2);
        assertThat(replica.engineTakes(10))
                .extracting(event -> ((Event.RequestReceived) event).request().number())
                .containsExactly(1L, 2L);
    }

    @Test
    void theVotesOfAReplicaDoNotWaitForTheRequestsThatItRelays() {
        for (int number = 1; number <= 10; number++) {
            stage.onFrame(REPLICA, replica.request(0, number));
        }
        stage.onFrame(REPLICA, vote(7));
        assertThat(replica.engineTakes(10)).singleElement().isInstanceOf(Event.MessageReceived.class);
        replica.work();
        assertThat(replica.engineTakes(20)).hasSize(10).allMatch(Event.RequestReceived.class::isInstance);
    }

    @Test
    void whatAReplicaRelaysCountsAgainstItsOwnBytes() {
        while (stage.acceptsMore(REPLICA)) {
            stage.onFrame(REPLICA, replica.request(0, 1));
        }
        assertThat(stage.acceptsMore(OTHER_REPLICA)).isTrue();
        assertThat(stage.acceptsMore(CLIENT)).isTrue();
        replica.work();
        replica.engineTakes(100);
        assertThat(stage.acceptsMore(REPLICA)).isTrue();
    }

    @Test
    void whatAReplicaRelaysWaitsForOneTurnOfAClientAtMost() {
        for (int number = 1; number <= 50; number++) {
            stage.onFrame(CLIENT, replica.request(0, number));
        }
        stage.onFrame(REPLICA, replica.request(0, 1));
        replica.work();
        List<Event> events = replica.engineTakes(2);
        assertThat(events)
                .extracting(event -> ((Event.RequestReceived) event).relayedBy())
                .contains(1);
    }

    @Test
    void aClientThatSendsGarbageLosesTheConnectionOverWhichItCame() {
        ByteString good = replica.request(0, 1);
        byte[] bytes = good.toByteArray();
        bytes[bytes.length - 1] ^= 1;
        stage.onFrame(CLIENT, ByteString.copyFrom(bytes));
        replica.work();
        assertThat(stage.onFrame(CLIENT, good)).isEqualTo(Disposition.CLOSE);
        assertThat(stage.onFrame(OTHER_SESSION, good)).isEqualTo(Disposition.KEEP);
    }

    private ByteString vote(long sequence) {
        return replica.frame(1, new Prepare(0, sequence, digest()));
    }

    private static Digest digest() {
        return Digest.of(ByteString.copyFromUtf8("b"));
    }
}
