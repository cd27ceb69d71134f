package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.ClockMessage.ClockAnswer;
import org.tagma.core.protocol.ClockMessage.ClockProbe;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.Protocols;
import org.tagma.replica.engine.ClockOffsets;
import org.tagma.replica.inbound.Inbound;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.settings.AuthenticationPolicy;

/** Four replicas whose clocks a test sets, and a network that takes 40 ms each way. Known bug 47. */
final class ClockOffsetsTest {

    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES);
    private static final long TOLERANCE_MILLIS = 60_000;
    private static final long ONE_WAY_MILLIS = 40;

    private final long[] behindMillis = new long[TestCluster.REPLICAS];
    private final List<ClockOffsets> replicas = new ArrayList<>();
    private final Deque<Runnable> network = new ArrayDeque<>();
    private long nowMillis = 1_700_000_000_000L;

    ClockOffsetsTest() {
        for (int id = 0; id < TestCluster.REPLICAS; id++) {
            int replica = id;
            replicas.add(new ClockOffsets(
                    TestCluster.sealer(id, POLICY),
                    new Network(id),
                    () -> nowMillis - behindMillis[replica],
                    () -> TimeUnit.MILLISECONDS.toNanos(nowMillis),
                    TestCluster.REPLICAS,
                    TOLERANCE_MILLIS,
                    "replica " + id));
        }
    }

    @Test
    void twoClocksThatAreFarBehindAreNamedByTheOthersAndNameThem() {
        behindMillis[2] = 300_000;
        behindMillis[3] = 300_000;
        measure();
        assertThat(replicas.get(0).values())
                .containsEntry("clockOffsetMillis.1", 0L)
                .containsEntry("clockOffsetMillis.2", -300_000L)
                .containsEntry("clockOffsetMillis.3", -300_000L);
        assertThat(replicas.get(0).beyondTolerance())
                .contains("the clock of replica 2 is 300000 ms behind this one's (tolerated are 60000 ms), and the"
                        + " clock of"
                        + " replica 3 is 300000 ms behind this one's (tolerated are 60000 ms)");
        assertThat(replicas.get(2).whyRefused(0))
                .isEqualTo("the clock of replica 0 is 300000 ms ahead of this one's (tolerated are 60000 ms)");
        assertThat(replicas.get(2).values().get("clocks").toString()).contains("replica 0", "replica 1");
    }

    @Test
    void clocksThatAgreeAreNotSpokenOf() {
        behindMillis[3] = 50;
        measure();
        assertThat(replicas.get(0).beyondTolerance()).isEmpty();
        assertThat(replicas.get(0).values()).containsEntry("clocks", "").containsEntry("clockOffsetMillis.3", -50L);
    }

    @Test
    void aProposalThatIsRefusedForItsTimeIsNotPutDownToAClockThatIsGoodEnough() {
        behindMillis[3] = 793;
        measure();
        assertThat(replicas.get(3).whyRefused(0))
                .startsWith("its clock is not the reason (793 ms ahead of this one's, tolerated are 60000 ms): ");
    }

    @Test
    void aReplicaIsAskedNowAndThenAndAnswersNoMoreOftenThanThat() {
        replicas.get(0).tick();
        replicas.get(0).tick();
        assertThat(network).hasSize(3);
        behindMillis[1] = 0;
        network.clear();
        for (int i = 0; i < 100; i++) {
            replicas.get(1).received(0, new ClockProbe(i));
        }
        assertThat(network).hasSize(1);
    }

    @Test
    void anAnswerToNoQuestionIsNotBelieved() {
        replicas.get(0).received(1, new ClockAnswer(0, 1));
        assertThat(replicas.get(0).whyRefused(1)).isEqualTo("its clock has not been measured yet");
    }

    private void measure() {
        replicas.forEach(ClockOffsets::tick);
        // Questions first, then answers: each as a batch that takes its time.
        for (int batch = 0; batch < 2; batch++) {
            List<Runnable> underWay = new ArrayList<>(network);
            network.clear();
            nowMillis += ONE_WAY_MILLIS;
            underWay.forEach(Runnable::run);
        }
    }

    private final class Network implements Outbound {
        private final int sender;

        Network(int sender) {
            this.sender = sender;
        }

        @Override
        public void toReplica(int replica, ByteString frame) {
            network.add(() -> {
                Inbound inbound = TestCluster.verifier(replica, POLICY).verify(new PeerId.Replica(sender), frame);
                replicas.get(replica).received(sender, ((Inbound.ForClocks) inbound).message());
            });
        }

        @Override
        public void toClient(SessionId session, ByteString frame) {}

        @Override
        public void flush() {}
    }
}
