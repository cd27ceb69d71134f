package org.tagma.replica.threads;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread that works off what others queue, and sleeps when there is nothing. It ends when told to, or when its work
 * throws; then {@code onFailure} hears why, on this thread.
 */
public final class LoopThread {

    /** One thread's work. All three are called on that thread only. */
    public interface Work {

        /** Whether {@link #runOnce} would find something to do now. */
        boolean hasWork();

        /** Does what there is to do. */
        void runOnce();

        /** How long to sleep at most if there is no work. */
        default long idleNanos() {
            return TimeUnit.SECONDS.toNanos(1);
        }
    }

    private final Work work;
    private final WakeUp wakeUp;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private volatile boolean stopping;

    public LoopThread(String name, Work work, WakeUp wakeUp, Consumer<Throwable> onFailure) {
        this.work = work;
        this.wakeUp = wakeUp;
        this.onFailure = onFailure;
        this.thread = new Thread(this::run, name);
    }

    public void start() {
        thread.start();
    }

    /** Tells the thread to end after what it is doing. */
    public void stop() {
        stopping = true;
        wakeUp.signal();
    }

    /** Waits until the thread has ended, unless it is the caller or was never started. */
    public void join() {
        boolean interrupted = false;
        while (thread != Thread.currentThread()) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                if (work.hasWork()) {
                    work.runOnce();
                } else {
                    wakeUp.await(() -> stopping || work.hasWork(), work.idleNanos());
                }
            }
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }
}
