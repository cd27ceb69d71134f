package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.tagma.network.memory.InMemoryNetwork;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;

final class InMemoryTransportTest extends TransportContractTest {
    private final InMemoryNetwork network = new InMemoryNetwork();

    @Override
    Transport add(PeerId self, TransportLimits limits, FrameHandler handler) {
        return add(network, self, limits, handler);
    }

    private static Transport add(InMemoryNetwork network, PeerId self, TransportLimits limits, FrameHandler handler) {
        Transport transport = network.newTransport(self, 3, limits);
        transport.start(handler);
        return transport;
    }

    @Override
    void until(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            assertThat(network.deliver())
                    .as("deliveries before the condition holds")
                    .isPositive();
        }
    }

    @Test
    void nothingMovesUntilDelivered() {
        RecordingHandler r0 = new RecordingHandler();
        RecordingHandler r1 = new RecordingHandler();
        Transport sender = add(R0, TransportLimits.defaults(), r0);
        add(R1, TransportLimits.defaults(), r1);
        sender.send(R1, ByteString.copyFromUtf8("x"));
        sender.flush();
        assertThat(r1.events()).isEmpty();
        assertThat(network.deliver()).isEqualTo(3);
        assertThat(r1.events()).containsExactly("up replica 0", "frame replica 0", "read complete");
        assertThat(network.deliver()).isZero();
    }

    @Test
    void aDisconnectionLosesWhatIsUnderWayAndAReconnectionBringsTheBacklog() {
        RecordingHandler r0 = new RecordingHandler();
        RecordingHandler r1 = new RecordingHandler();
        Transport sender = add(R0, TransportLimits.defaults(), r0);
        add(R1, TransportLimits.defaults(), r1);
        sender.send(R1, ByteString.copyFromUtf8("lost"));
        sender.flush();
        network.disconnect(R0, R1);
        sender.send(R1, ByteString.copyFromUtf8("kept"));
        sender.flush();
        network.deliver();
        assertThat(r1.events()).containsExactly("up replica 0", "down replica 0");
        assertThat(sender.stats().dropped(DropReason.CONNECTION_LOST)).isEqualTo(1);
        network.reconnect(R1, R0);
        network.deliver();
        assertThat(r1.texts()).containsExactly("kept");
        assertThat(sender.stats().queuedBytes()).isZero();
    }

    @Test
    void anExecutorDeliversByItself() {
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            InMemoryNetwork running = new InMemoryNetwork(executor);
            RecordingHandler r1 = new RecordingHandler();
            Transport sender = add(running, R0, TransportLimits.defaults(), new RecordingHandler());
            add(running, R1, TransportLimits.defaults(), r1);
            for (int i = 0; i < 1_000; i++) {
                sender.send(R1, ByteString.copyFromUtf8("frame" + i));
                sender.flush();
            }
            LoopbackCluster.eventually(() -> r1.frameCount() == 1_000);
            for (int i = 0; i < 1_000; i++) {
                assertThat(r1.texts().get(i)).isEqualTo("frame" + i);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void aNameCanBeTakenOnlyOnce() {
        network.newTransport(R0, 3, TransportLimits.defaults());
        assertThatThrownBy(() -> network.newTransport(R0, 3, TransportLimits.defaults()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("replica 0");
    }
}
