package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.FrameHandler;
import org.tagma.network.FrameHandler.Verdict;
import org.tagma.network.PeerId;
import org.tagma.network.Transport;
import org.tagma.network.TransportStats;
import org.tagma.network.codec.MessageCodec;

@Timeout(60)
final class InboundStageTest {

    private static final PeerId CLIENT = new PeerId.ClientSession(0, 1);
    private static final PeerId REPLICA = new PeerId.Replica(1);
    private static final AuthenticationPolicy POLICY = AuthenticationPolicy.MACS;
    private static final ServerOptions OPTIONS = new ServerOptions(1, 8, 8, 8, 1 << 20, 2);

    private final AtomicInteger resumed = new AtomicInteger();
    private final EngineQueue engineQueue = new EngineQueue(OPTIONS.engineQueueEvents(), new WakeUp());
    private final ReplicaMetrics metrics = new ReplicaMetrics(new SimpleMeterRegistry());
    private final RecordingPorts ports = new RecordingPorts();
    private final ServiceExecutor executor = new ServiceExecutor(
            new ReplicatedService(new CountingMachine(), new ServiceLimits(1, 1)),
            TestCluster.sealer(0, POLICY),
            ports,
            SnapshotStore.none(),
            engineQueue::add);
    private final ExecutionLoop execution =
            new ExecutionLoop(executor, executor::query, () -> {}, new WakeUp(), metrics, OPTIONS.queries());
    private final InboundStage stage = new InboundStage(
            TestCluster.verifier(0, POLICY),
            engineQueue,
            execution,
            new PausedTransport(resumed),
            metrics,
            OPTIONS,
            "tagma-test",
            failure -> {
                throw new AssertionError(failure);
            });

    @AfterEach
    void stop() {
        stage.stopThreads();
    }

    @Test
    void clientsAreNotReadWhileReplicasStillAre() {
        assertThat(stage.onFrame(REPLICA, vote(1))).isEqualTo(Verdict.KEEP);
        assertThat(stage.acceptsMore(REPLICA)).isTrue();
        stage.onFrame(CLIENT, TestCluster.query(0, 1, ByteString.EMPTY));
        assertThat(stage.acceptsMore(CLIENT)).isFalse();
        stage.resumeReading();
        assertThat(resumed).hasValue(0);
        engineQueue.drainTo(new ArrayList<>(), 10);
        stage.resumeReading();
        assertThat(resumed).hasValue(1);
    }

    @Test
    void aFullEngineQueueDropsAndCountsWhatNobodyCouldWaitFor() {
        for (int i = 1; i <= 10; i++) {
            stage.onFrame(REPLICA, vote(i));
        }
        assertThat(engineQueue.size()).isEqualTo(8);
        assertThat(stage.acceptsMore(REPLICA)).isFalse();
        assertThat(metrics.rejected(RejectionReason.QUEUE_FULL)).isEqualTo(2);
    }

    @Test
    void queriesAreBounded() {
        for (int i = 1; i <= 5; i++) {
            assertThat(stage.onFrame(CLIENT, TestCluster.query(0, i, ByteString.EMPTY)))
                    .isEqualTo(Verdict.KEEP);
        }
        assertThat(metrics.rejected(RejectionReason.QUEUE_FULL)).isEqualTo(3);
        execution.runOnce();
        assertThat(ports.calls).containsExactly("to client 0/1", "to client 0/1");
    }

    @Test
    void framesThatWaitForAWorkerAreBounded() {
        for (int number = 1; number <= 20; number++) {
            stage.onFrame(CLIENT, request(number));
        }
        assertThat(stage.size()).isEqualTo(8);
        assertThat(stage.acceptsMore(CLIENT)).isFalse();
        assertThat(metrics.rejected(RejectionReason.QUEUE_FULL)).isEqualTo(12);
    }

    @Test
    void nothingOvertakesOnOneConnection() {
        // The relayed request costs a signature and goes to the worker; the vote after it would not, but must wait.
        stage.onFrame(REPLICA, request(1));
        stage.onFrame(REPLICA, vote(7));
        assertThat(engineQueue.isEmpty()).isTrue();
        stage.startThreads();
        stage.onReadComplete();
        await().until(() -> engineQueue.size() == 2);
        List<Event> events = new ArrayList<>();
        engineQueue.drainTo(events, 10);
        assertThat(events.get(0)).isInstanceOf(Event.RequestReceived.class);
        assertThat(events.get(1)).isInstanceOf(Event.MessageReceived.class);
    }

    @Test
    void aVoteOfAReplicaDoesNotWaitBehindTheRequestsOfClients() {
        for (int number = 1; number <= 8; number++) {
            stage.onFrame(CLIENT, request(number));
        }
        stage.onFrame(REPLICA, request(1));
        stage.startThreads();
        stage.onReadComplete();
        await().until(() -> !engineQueue.isEmpty());
        List<Event> events = new ArrayList<>();
        engineQueue.drainTo(events, 1);
        assertThat(((Event.RequestReceived) events.get(0)).relayedBy()).isEqualTo(1);
    }

    @Test
    void aWorkerWaitsForRoomAndLosesNothing() {
        for (int i = 1; i <= 8; i++) {
            stage.onFrame(REPLICA, vote(i));
        }
        stage.startThreads();
        stage.onFrame(CLIENT, request(1));
        stage.onReadComplete();
        List<Event> events = new ArrayList<>();
        await().until(() -> {
            engineQueue.drainTo(events, 1);
            return events.size() == 9;
        });
        assertThat(events.get(8)).isInstanceOf(Event.RequestReceived.class);
        assertThat(metrics.rejected(RejectionReason.QUEUE_FULL)).isZero();
    }

    private static ByteString request(long number) {
        return MessageCodec.envelope(TestCluster.request(0, number, POLICY, "add"));
    }

    private static ByteString vote(long sequence) {
        Authenticated<?> vote =
                TestCluster.sealed(1, POLICY, new Prepare(0, sequence, Digest.of(ByteString.copyFromUtf8("b"))));
        return MessageCodec.envelope(vote);
    }

    /** Counts how often it was told to read again, and does nothing. */
    private record PausedTransport(AtomicInteger resumed) implements Transport {
        @Override
        public void start(FrameHandler handler) {}

        @Override
        public void send(PeerId to, ByteString frame) {}

        @Override
        public void flush() {}

        @Override
        public void resumeReading() {
            resumed.incrementAndGet();
        }

        @Override
        public TransportStats stats() {
            throw new UnsupportedOperationException("nobody asks");
        }

        @Override
        public void close() {}
    }
}
