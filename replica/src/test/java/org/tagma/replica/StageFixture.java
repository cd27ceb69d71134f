package org.tagma.replica;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportStats;
import org.tagma.replica.execution.ExecutionLoop;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.replica.inbound.EngineQueue;
import org.tagma.replica.inbound.InboundStage;
import org.tagma.replica.inbound.InboundVerifier;
import org.tagma.replica.metrics.ReplicaMetrics;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.ServerOptions;
import org.tagma.replica.settings.ThreadLayout;
import org.tagma.replica.storage.SnapshotStore;

/** The inbound side of replica 0 without any thread: the test is the network, the worker, the engine and the clock. */
final class StageFixture {

    final AtomicInteger resumed = new AtomicInteger();
    final AtomicInteger signatureChecks = new AtomicInteger();
    final AtomicLong nanos = new AtomicLong();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ReplicaMetrics metrics = new ReplicaMetrics(registry);
    final EngineQueue engineQueue = new EngineQueue(() -> {});
    final RecordingPorts ports = new RecordingPorts();
    final AuthenticationPolicy policy;
    final ServiceExecutor executor;
    final ExecutionLoop execution;
    final InboundVerifier verifier;
    final InboundStage stage;
    Optional<ProtocolStatus> position = Optional.empty();

    StageFixture(AuthenticationPolicy policy, long heapBytes) {
        this.policy = policy;
        MemoryPlan memory = MemoryPlan.of(heapBytes, heapBytes, TestCluster.REPLICAS);
        executor = new ServiceExecutor(
                new ReplicatedService(new CountingMachine(), new ServiceLimits(1, 1)),
                TestCluster.sealer(0, policy),
                ports,
                SnapshotStore.none(),
                memory,
                engineQueue::add);
        execution = new ExecutionLoop(executor, executor::query, () -> {}, () -> {}, metrics, memory);
        verifier = new InboundVerifier(
                new CountingAuthentication(TestCluster.replica(0), signatureChecks),
                policy,
                TestCluster.codec(),
                TestCluster.QUORUMS,
                () -> position,
                1_000);
        stage = new InboundStage(
                verifier,
                engineQueue,
                execution,
                new PausedTransport(resumed),
                metrics,
                new ServerOptions(1, memory, 60_000, ThreadLayout.SPLIT),
                (sender, message) -> {},
                "tagma-test",
                nanos::get,
                failure -> {
                    throw new AssertionError(failure);
                });
    }

    /** A frame as this replica sends it to all. */
    ByteString frame(int sender, Message message) {
        return MessageCodec.envelope(TestCluster.sealed(sender, policy, message));
    }

    ByteString request(int client, long number) {
        return MessageCodec.envelope(TestCluster.request(client, number, policy, "add"));
    }

    void receive(PeerId from, ByteString frame) {
        stage.onFrame(from, frame);
    }

    /** The worker works until nothing waits. */
    void work() {
        while (stage.worker().hasWork()) {
            stage.worker().runOnce();
        }
    }

    /** The engine takes up to so many events, and is through with them. */
    List<Event> engineTakes(int max) {
        List<Event> events = new ArrayList<>();
        engineQueue.drainTo(events, max);
        if (engineQueue.releaseTaken()) {
            stage.madeRoom();
        }
        stage.resumeReading();
        return events;
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
