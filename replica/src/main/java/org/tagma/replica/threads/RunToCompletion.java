package org.tagma.replica.threads;

import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protocol and state machine on the transport's thread: what arrived is checked, stepped, executed and answered without
 * waking anybody, and leaves with one write for each connection. For a protocol whose log does not wait for a disk.
 *
 * <p>A state machine that keeps the thread too long would keep votes and heartbeats waiting as well. The first time
 * that
 * it does it gets a thread of its own, for good.
 *
 * <p>Thread-safe.
 */
public final class RunToCompletion implements ProtocolThreads {

    /**
     * Rounds of protocol and state machine, each of which gives the other work, before the network has its turn again.
     */
    private static final int MAX_ROUNDS = 16;

    /** A timer that would run out so little sooner is not worth setting anew. */
    private static final long TIMER_SLACK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** How long state machine may keep the thread: less than any timeout for which a peer would be suspected. */
    static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(RunToCompletion.class);

    private final String name;
    private final ScheduledExecutorService thread;
    private final Part engine;
    private final Part execution;
    private final Runnable flush;
    private final AtomicBoolean awaited = new AtomicBoolean();
    private final WakeUp executionWakeUp = new WakeUp();
    private volatile Optional<LoopThread> executionThread = Optional.empty();
    private volatile Thread running;
    private volatile boolean stopped = true;

    // Of the thread alone:
    private Future<?> timer;
    private long timerNanos;

    /** What is done here, and whom to tell if it breaks. */
    public record Part(LoopThread.Work work, Consumer<Throwable> onFailure) {}

    /**
     * Nothing is done before {@link #start}.
     *
     * @param name of the replica, in logs and names of threads
     * @param thread the transport's
     * @param flush lets leave what was sent; called after all else
     */
    public RunToCompletion(String name, ScheduledExecutorService thread, Part engine, Part execution, Runnable flush) {
        this.name = name;
        this.thread = thread;
        this.engine = engine;
        this.execution = execution;
        this.flush = flush;
    }

    @Override
    public void start() {
        stopped = false;
        wakeEngine();
    }

    @Override
    public void wakeEngine() {
        // Who gives itself work looks for it before it ends.
        if (running != Thread.currentThread() && !awaited.getAndSet(true)) {
            try {
                thread.execute(this::run);
            } catch (RejectedExecutionException e) {
                // The transport is closed, and with it ends all that is done here.
                stopped = true;
            }
        }
    }

    @Override
    public void wakeExecution() {
        if (executionThread.isPresent()) {
            executionWakeUp.signal();
        } else {
            wakeEngine();
        }
    }

    @Override
    public boolean flushesLater() {
        return running == Thread.currentThread();
    }

    /** The transport's thread ends with the transport, which is closed first. */
    @Override
    public void stop() {
        stopped = true;
        executionThread.ifPresent(LoopThread::stop);
        executionThread.ifPresent(LoopThread::join);
    }

    private void run() {
        // First: work that comes from now on runs again.
        awaited.set(false);
        if (stopped) {
            return;
        }
        running = Thread.currentThread();
        int rounds = 0;
        while (!stopped && rounds < MAX_ROUNDS && (did(engine) | executed())) {
            rounds++;
        }
        flush.run();
        running = null;
        if (rounds == MAX_ROUNDS) {
            wakeEngine();
        } else if (!stopped) {
            sleep();
        }
    }

    private boolean executed() {
        if (!execution.work().hasWork()) {
            return false;
        }
        if (executionThread.isPresent()) {
            executionWakeUp.signal();
            return false;
        }
        long began = System.nanoTime();
        boolean did = did(execution);
        long nanos = System.nanoTime() - began;
        if (nanos > SLOW_NANOS && !stopped) {
            LOG.info(
                    "{}: the state machine kept the network's thread for {} ms, and has one of its own from now on",
                    name,
                    TimeUnit.NANOSECONDS.toMillis(nanos));
            LoopThread own =
                    new LoopThread(name + "-execution", execution.work(), executionWakeUp, execution.onFailure());
            executionThread = Optional.of(own);
            own.start();
        }
        return did;
    }

    private boolean did(Part part) {
        if (stopped || !part.work().hasWork()) {
            return false;
        }
        try {
            part.work().runOnce();
        } catch (RuntimeException | Error e) {
            stopped = true;
            part.onFailure().accept(e);
        }
        return true;
    }

    private void sleep() {
        long nanos = engine.work().idleNanos();
        long at = System.nanoTime() + nanos;
        if (timer != null) {
            if (at - timerNanos > -TIMER_SLACK_NANOS) {
                return;
            }
            timer.cancel(false);
        }
        timerNanos = at;
        timer = thread.schedule(this::timeIsUp, nanos, TimeUnit.NANOSECONDS);
    }

    private void timeIsUp() {
        timer = null;
        run();
    }
}
