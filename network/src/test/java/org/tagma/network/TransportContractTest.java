package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportLimits;

/** What every transport owes its users. Run against the real one and the one in memory. */
abstract class TransportContractTest {
    static final PeerId R0 = new PeerId.Replica(0);
    static final PeerId R1 = new PeerId.Replica(1);
    static final PeerId R2 = new PeerId.Replica(2);
    static final PeerId CLIENT = new PeerId.ClientSession(7, 42);

    /** Adds and starts a node of a cluster of three replicas. */
    abstract Transport add(PeerId self, TransportLimits limits, FrameHandler handler);

    /** Lets the network work until the condition holds. */
    abstract void until(Callable<Boolean> condition) throws Exception;

    private final RecordingHandler atR0 = new RecordingHandler();
    private final RecordingHandler atR1 = new RecordingHandler();
    private final RecordingHandler atClient = new RecordingHandler();

    private Transport add(PeerId self, FrameHandler handler) {
        return add(self, LoopbackCluster.LIMITS, handler);
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static List<String> numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + i).toList();
    }

    private void connectPair(Transport r0, Transport r1) throws Exception {
        until(() -> atR0.saw("up replica 1") && atR1.saw("up replica 0"));
        assertThat(r0.stats().connections()).isEqualTo(1);
        assertThat(r1.stats().connections()).isEqualTo(1);
    }

    @Test
    void framesOfAPairArriveOnceAndInOrder() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        connectPair(r0, r1);
        for (int i = 0; i < 1_000; i++) {
            r0.send(R1, text("down" + i));
            r1.send(R0, text("up" + i));
            if (i % 7 == 0) {
                r0.flush();
                r1.flush();
            }
        }
        r0.flush();
        r1.flush();
        until(() -> atR0.frameCount() == 1_000 && atR1.frameCount() == 1_000);
        assertThat(atR1.texts()).isEqualTo(numbered("down", 1_000));
        assertThat(atR0.texts()).isEqualTo(numbered("up", 1_000));
        until(() -> r0.stats().framesOut() == 1_000 && r0.stats().queuedBytes() == 0);
        assertThat(r0.stats().framesIn()).isEqualTo(1_000);
        assertThat(r0.stats().bytesIn()).isEqualTo(r1.stats().bytesOut());
    }

    @Test
    void eachOfManySendingThreadsKeepsItsOrder() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        connectPair(r0, r1);
        List<Thread> senders = IntStream.range(0, 4)
                .mapToObj(sender -> new Thread(() -> {
                    for (String frame : numbered(sender + "-", 2_000)) {
                        r0.send(R1, text(frame));
                        r0.flush();
                    }
                }))
                .toList();
        senders.forEach(Thread::start);
        for (Thread sender : senders) {
            sender.join();
        }
        until(() -> atR1.frameCount() == 8_000);
        for (int sender = 0; sender < 4; sender++) {
            String prefix = sender + "-";
            assertThat(atR1.texts().stream()
                            .filter(frame -> frame.startsWith(prefix))
                            .toList())
                    .isEqualTo(numbered(prefix, 2_000));
        }
        until(() -> r0.stats().queuedBytes() == 0);
    }

    @Test
    void framesEnqueuedTogetherShareAWrite() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        connectPair(r0, r1);
        for (int i = 0; i < 500; i++) {
            r0.send(R1, text("frame" + i));
        }
        r0.flush();
        until(() -> atR1.frameCount() == 500);
        assertThat(r0.stats().writes()).isBetween(1L, 5L);
    }

    @Test
    void theEndOfAReadIsReportedAfterItsFrames() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        connectPair(r0, r1);
        r0.send(R1, text("a"));
        r0.send(R1, text("b"));
        r0.flush();
        until(() -> atR1.saw("read complete"));
        assertThat(atR1.events())
                .containsExactly("up replica 0", "frame replica 0", "frame replica 0", "read complete");
    }

    @Test
    void aClientAndAReplicaTalk() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport client = add(CLIENT, atClient);
        until(() -> atR0.saw("up " + CLIENT) && atClient.saw("up replica 0"));
        client.send(R0, text("question"));
        client.flush();
        until(() -> atR0.frameCount() == 1);
        r0.send(CLIENT, text("answer"));
        r0.flush();
        until(() -> atClient.frameCount() == 1);
        assertThat(atR0.texts()).containsExactly("question");
        assertThat(atClient.texts()).containsExactly("answer");
    }

    @Test
    void framesForUnknownOrAbsentPeersAreDroppedAndCounted() {
        Transport r0 = add(R0, atR0);
        r0.send(new PeerId.Replica(3), text("x"));
        r0.send(R0, text("x"));
        r0.send(CLIENT, text("x"));
        r0.flush();
        assertThat(r0.stats().dropped(DropReason.UNKNOWN_PEER)).isEqualTo(2);
        assertThat(r0.stats().dropped(DropReason.NOT_CONNECTED)).isEqualTo(1);
        assertThat(r0.stats().snapshot()).containsEntry("dropped.unknown-peer", 2L);
    }

    @Test
    void emptyAndOversizedFramesAreNotSent() throws Exception {
        TransportLimits limits =
                LoopbackCluster.LIMITS.toBuilder().maxFrameBytes(100).build();
        Transport r0 = add(R0, limits, atR0);
        Transport r1 = add(R1, limits, atR1);
        connectPair(r0, r1);
        r0.send(R1, ByteString.EMPTY);
        r0.send(R1, ByteString.copyFrom(new byte[101]));
        r0.send(R1, ByteString.copyFrom(new byte[100]));
        r0.flush();
        until(() -> atR1.frameCount() == 1);
        assertThat(atR1.frames().get(0).size()).isEqualTo(100);
        assertThat(r0.stats().dropped(DropReason.BAD_SIZE)).isEqualTo(2);
    }

    @Test
    void anAbsentReplicaFindsTheOldestOfWhatWasSentWithinTheBacklog() throws Exception {
        TransportLimits limits =
                LoopbackCluster.LIMITS.toBuilder().replicaBacklogBytes(10_000).build();
        Transport r0 = add(R0, limits, atR0);
        for (int i = 0; i < 1_000; i++) {
            r0.send(R1, text("frame" + i));
            r0.flush();
        }
        assertThat(r0.stats().queuedBytes()).isBetween(9_000L, 10_000L);
        int kept = 1_000 - (int) r0.stats().dropped(DropReason.OVER_BUDGET);
        assertThat(kept).isBetween(50, 200);
        Transport r1 = add(R1, limits, atR1);
        until(() -> atR1.frameCount() == kept);
        assertThat(atR1.texts()).isEqualTo(numbered("frame", kept));
        until(() -> r0.stats().queuedBytes() == 0);
        assertThat(r1.stats().framesIn()).isEqualTo(kept);
    }

    @Test
    void aFullReceiverIsNotReadAndCostsItsSenderNoMoreThanTheBudget() throws Exception {
        int budget = 300_000;
        TransportLimits limits =
                LoopbackCluster.LIMITS.toBuilder().replicaBudgetBytes(budget).build();
        Transport r0 = add(R0, limits, atR0);
        Transport r1 = add(R1, limits, atR1);
        connectPair(r0, r1);
        atR1.accept(false);
        ByteString frame = ByteString.copyFrom(new byte[10_000]);
        int sent = 0;
        // The sockets' own buffers, several megabytes, fill first.
        while (r0.stats().dropped(DropReason.OVER_BUDGET) == 0 && sent < 100_000) {
            r0.send(R1, frame);
            r0.flush();
            assertThat(r0.stats().queuedBytes()).isLessThanOrEqualTo(budget);
            sent++;
        }
        assertThat(r0.stats().dropped(DropReason.OVER_BUDGET)).isEqualTo(1);
        int expected = sent - 1;
        assertThat(atR1.frameCount()).isLessThan(expected);
        atR1.accept(true);
        r1.resumeReading();
        until(() -> atR1.frameCount() == expected);
        until(() -> r0.stats().queuedBytes() == 0);
        assertThat(r0.stats().framesOut()).isEqualTo(expected);
    }

    @Test
    void onePeerThatIsNotReadStopsNobodyElse() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        Transport client = add(CLIENT, atClient);
        connectPairAndClient();
        atR0.refuse(CLIENT);
        // The first is read before the receiver is asked, or not, as the transport likes; what comes later is not.
        client.send(R0, text("first"));
        client.flush();
        r1.send(R0, text("of a replica"));
        r1.flush();
        until(() -> atR0.texts().contains("of a replica"));
        for (int i = 0; i < 100; i++) {
            r1.send(R0, text("more"));
        }
        r1.flush();
        until(() -> atR0.count("frame " + R1) == 101);
        atR0.acceptAgain(CLIENT);
        r0.resumeReading();
        client.send(R0, text("last"));
        client.flush();
        until(() -> atR0.texts().contains("last"));
    }

    @Test
    void aRestartedReplicaIsReportedDownAndUpAndReachedAgain() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        connectPair(r0, r1);
        r1.close();
        until(() -> atR0.saw("down replica 1"));
        assertThat(r0.stats().connections()).isZero();
        r0.send(R1, text("while away"));
        r0.flush();
        RecordingHandler restarted = new RecordingHandler();
        add(R1, restarted);
        until(() -> restarted.frameCount() == 1);
        assertThat(restarted.texts()).containsExactly("while away");
        assertThat(atR0.events()).containsExactly("up replica 1", "down replica 1", "up replica 1");
    }

    @Test
    void garbageEndsTheConnectionOfAClientButNotOfAReplica() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        Transport client = add(CLIENT, atClient);
        connectPairAndClient();
        atR0.treatAsGarbage(frame -> frame.equals(text("garbage")));
        r1.send(R0, text("garbage"));
        r1.send(R0, text("good"));
        r1.flush();
        until(() -> atR0.frameCount() == 2);
        client.send(R0, text("garbage"));
        client.flush();
        until(() -> atR0.saw("down " + CLIENT));
        assertThat(r0.stats().rejected(ConnectionRejection.GARBAGE_FRAME)).isEqualTo(2);
        assertThat(atR0.saw("down replica 1")).isFalse();
        // A correct client comes back by itself.
        until(() -> atR0.count("up " + CLIENT) == 2);
    }

    private void connectPairAndClient() throws Exception {
        until(() -> atR0.saw("up replica 1") && atR0.saw("up " + CLIENT) && atClient.saw("up replica 0"));
        until(() -> atR1.saw("up replica 0"));
    }

    @Test
    void aClosedTransportSendsAndReportsNothingMore() throws Exception {
        Transport r0 = add(R0, atR0);
        Transport r1 = add(R1, atR1);
        connectPair(r0, r1);
        r0.close();
        r0.close();
        List<String> events = atR0.events();
        r0.send(R1, text("late"));
        r0.flush();
        r0.resumeReading();
        until(() -> atR1.saw("down replica 0"));
        r1.send(R0, text("to nobody"));
        r1.flush();
        assertThat(r0.stats().dropped(DropReason.CLOSED)).isEqualTo(1);
        assertThat(r0.stats().connections()).isZero();
        assertThat(atR0.events()).isEqualTo(events);
    }
}
