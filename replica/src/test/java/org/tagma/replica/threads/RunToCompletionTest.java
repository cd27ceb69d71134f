package org.tagma.replica.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tagma.replica.threads.RunToCompletion.Part;

class RunToCompletionTest {

    private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<String> done = new LinkedBlockingQueue<>();
    private final QueuedWork engine = new QueuedWork();
    private final QueuedWork execution = new QueuedWork();
    private final RunToCompletion loop = new RunToCompletion(
            "replica",
            thread,
            new Part(engine, broke -> done.add("engine broke: " + broke.getMessage())),
            new Part(execution, broke -> done.add("execution broke: " + broke.getMessage())),
            () -> done.add("flush"));

    /** Tasks in a queue, as work. */
    private static final class QueuedWork implements LoopThread.Work {
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private volatile long idleNanos = LONG_NANOS;

        @Override
        public boolean hasWork() {
            return !tasks.isEmpty();
        }

        @Override
        public void runOnce() {
            tasks.remove().run();
        }

        @Override
        public long idleNanos() {
            return idleNanos;
        }
    }

    @AfterEach
    void stop() {
        loop.stop();
        thread.shutdownNow();
    }

    private String next() throws InterruptedException {
        String next = done.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("something that is done within half a minute").isNotNull();
        return next;
    }

    private void start() throws InterruptedException {
        loop.start();
        assertThat(next()).isEqualTo("flush");
    }

    @Test
    void whatOneGivesTheOtherIsDoneBeforeAnythingLeavesAndLeavesAtOnce() throws InterruptedException {
        engine.tasks.add(() -> {
            done.add("step");
            execution.tasks.add(() -> {
                done.add("execute");
                assertThat(loop.flushesLater()).isTrue();
                engine.tasks.add(() -> done.add("executed"));
                loop.wakeEngine();
            });
            loop.wakeExecution();
        });
        loop.start();
        assertThat(List.of(next(), next(), next(), next())).containsExactly("step", "execute", "executed", "flush");
        assertThat(loop.flushesLater()).isFalse();
    }

    @Test
    void anyThreadCanWakeIt() throws InterruptedException {
        start();
        engine.tasks.add(() -> done.add("step"));
        loop.wakeEngine();
        assertThat(List.of(next(), next())).containsExactly("step", "flush");
        execution.tasks.add(() -> done.add("execute"));
        loop.wakeExecution();
        assertThat(List.of(next(), next())).containsExactly("execute", "flush");
    }

    @Test
    void itWakesByItselfWhenTheEnginesTimeIsUpAndNotLaterThanThat() throws InterruptedException {
        start();
        // The sleep that was begun is five minutes; who has a sooner timer is not kept waiting for that.
        engine.tasks.add(() -> engine.idleNanos = TimeUnit.MILLISECONDS.toNanos(1));
        loop.wakeEngine();
        assertThat(List.of(next(), next(), next())).containsOnly("flush");
    }

    @Test
    void workWithoutEndLetsTheNetworkHaveItsTurns() throws InterruptedException {
        AtomicBoolean networkHadItsTurn = new AtomicBoolean();
        Runnable again = new Runnable() {
            @Override
            public void run() {
                if (!networkHadItsTurn.get()) {
                    engine.tasks.add(this);
                }
            }
        };
        engine.tasks.add(again);
        loop.start();
        thread.execute(() -> networkHadItsTurn.set(true));
        thread.execute(() -> done.add("network"));
        List<String> seen = new ArrayList<>();
        while (!seen.contains("network")) {
            seen.add(next());
        }
        assertThat(networkHadItsTurn).isTrue();
    }

    @Test
    void aStateMachineThatKeepsTheThreadGetsOneOfItsOwnAndTheProtocolGoesOn() throws InterruptedException {
        start();
        long slowUntil = System.nanoTime() + 2 * RunToCompletion.SLOW_NANOS;
        execution.tasks.add(() -> {
            while (System.nanoTime() < slowUntil) {
                Thread.onSpinWait();
            }
        });
        loop.wakeExecution();
        assertThat(next()).isEqualTo("flush");
        CountDownLatch answered = new CountDownLatch(1);
        execution.tasks.add(() -> {
            awaitUninterruptibly(answered);
            done.add("execute on " + Thread.currentThread().getName() + ", flushes later: " + loop.flushesLater());
        });
        loop.wakeExecution();
        engine.tasks.add(() -> done.add("step"));
        loop.wakeEngine();
        assertThat(List.of(next(), next())).containsExactly("step", "flush");
        answered.countDown();
        assertThat(next()).isEqualTo("execute on replica-execution, flushes later: false");
    }

    @Test
    void whatBreaksIsToldOnceAndNothingMoreIsDone() throws InterruptedException {
        start();
        engine.tasks.add(() -> {
            throw new IllegalStateException("an invariant");
        });
        loop.wakeEngine();
        assertThat(next()).isEqualTo("engine broke: an invariant");
        assertThat(next()).isEqualTo("flush");
        engine.tasks.add(() -> done.add("step"));
        loop.wakeEngine();
        CountDownLatch later = new CountDownLatch(1);
        thread.execute(later::countDown);
        awaitUninterruptibly(later);
        assertThat(done).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
