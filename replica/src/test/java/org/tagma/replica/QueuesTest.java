package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Event;
import org.tagma.replica.inbound.EngineQueue;
import org.tagma.replica.inbound.InboundLane;
import org.tagma.replica.inbound.VerifiedCache;
import org.tagma.replica.threads.LoopTimers;
import org.tagma.replica.threads.WakeUp;

final class QueuesTest {

    private static final Event FROM_NETWORK = new Event.QueueDrained(1);
    private static final Event OWN = new Event.QueueDrained(2);

    @Test
    void theReplicasOwnEventsComeFirstAndThoseOfPeersTakeTurns() {
        EngineQueue queue = new EngineQueue(() -> {});
        InboundLane one = lane(1);
        InboundLane other = lane(2);
        Event ofOther = new Event.QueueDrained(3);
        for (int i = 0; i < 8; i++) {
            queue.add(one, FROM_NETWORK, one.charge(10));
        }
        queue.add(other, ofOther, other.charge(10));
        queue.add(OWN);
        assertThat(queue.size()).isEqualTo(10);
        List<Event> drained = new ArrayList<>();
        queue.drainTo(drained, 4);
        assertThat(drained).containsExactly(OWN, FROM_NETWORK, ofOther, FROM_NETWORK);
        assertThat(other.heldBytes()).as("until the engine is through with it").isPositive();
        queue.releaseTaken();
        assertThat(other.heldBytes()).isZero();
        queue.drainTo(drained, 100);
        queue.releaseTaken();
        assertThat(one.heldBytes()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    private static InboundLane lane(int replica) {
        return new InboundLane(new NodeId.Replica(replica), 1_000, new InboundLane.Budget(1_000), () -> 0);
    }

    @Test
    void aTimerFiresOnceWhenItsTimeHasCome() {
        AtomicLong nanos = new AtomicLong();
        LoopTimers timers = new LoopTimers(nanos::get);
        timers.set(PbftTimer.TICK, 10);
        assertThat(timers.nanosToNext(Long.MAX_VALUE)).isEqualTo(10_000_000);
        assertThat(fired(timers)).isEmpty();
        nanos.set(10_000_000);
        assertThat(timers.nanosToNext(Long.MAX_VALUE)).isZero();
        assertThat(fired(timers)).containsExactly(new Event.TimerFired(PbftTimer.TICK));
        assertThat(fired(timers)).isEmpty();
        assertThat(timers.nanosToNext(77)).isEqualTo(77);
    }

    @Test
    void aTimerThatIsSetAnewOrCancelledForgetsItsOldTime() {
        AtomicLong nanos = new AtomicLong();
        LoopTimers timers = new LoopTimers(nanos::get);
        timers.set(PbftTimer.TICK, 10);
        timers.set(PbftTimer.TICK, 20);
        nanos.set(15_000_000);
        assertThat(fired(timers)).isEmpty();
        timers.cancel(PbftTimer.TICK);
        nanos.set(30_000_000);
        assertThat(fired(timers)).isEmpty();
    }

    @Test
    void theCacheForgetsTheOldestAndKeepsTheNewest() {
        VerifiedCache cache = new VerifiedCache(() -> 10);
        for (int i = 0; i < 100; i++) {
            cache.add(key(i));
        }
        assertThat(cache.contains(key(0))).isFalse();
        assertThat(cache.contains(key(99))).isTrue();
        assertThat(cache.contains(key(96))).isTrue();
    }

    @Test
    void aCacheKeyTellsEverythingThatWasCheckedApart() {
        ByteString a = ByteString.copyFromUtf8("a");
        ByteString ab = ByteString.copyFromUtf8("ab");
        ByteString b = ByteString.copyFromUtf8("b");
        List<Digest> keys = List.of(
                VerifiedCache.keyOf(new NodeId.Client(1), 1, b, a),
                VerifiedCache.keyOf(new NodeId.Client(2), 1, b, a),
                VerifiedCache.keyOf(new NodeId.Replica(1), 1, b, a),
                VerifiedCache.keyOf(new NodeId.Client(1), 2, b, a),
                VerifiedCache.keyOf(new NodeId.Client(1), 1, ByteString.EMPTY, ab),
                VerifiedCache.keyOf(new NodeId.Client(1), 1, ab, ByteString.EMPTY));
        assertThat(keys).doesNotHaveDuplicates();
    }

    @Test
    void aSleeperIsWokenBySignalAndDoesNotSleepOnWork() throws InterruptedException {
        WakeUp wakeUp = new WakeUp();
        wakeUp.await(() -> true, Long.MAX_VALUE);
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch woken = new CountDownLatch(1);
        Thread sleeper = new Thread(() -> {
            wakeUp.await(
                    () -> {
                        looked.countDown();
                        return false;
                    },
                    TimeUnit.MINUTES.toNanos(5));
            woken.countDown();
        });
        sleeper.start();
        looked.await();
        wakeUp.signal();
        assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
        sleeper.join();
    }

    private static List<Event> fired(LoopTimers timers) {
        List<Event> events = new ArrayList<>();
        timers.fireInto(events);
        return events;
    }

    private static Digest key(int number) {
        return VerifiedCache.keyOf(new NodeId.Client(number), 1, ByteString.EMPTY, ByteString.EMPTY);
    }
}
