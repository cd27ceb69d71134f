package org.tagma.replica.threads;

import java.util.function.Consumer;

/**
 * The protocol on a thread of its own, the state machine on another: neither waits for the network, or for the other.
 */
public final class OwnThreads implements ProtocolThreads {

    private final WakeUp engineWakeUp = new WakeUp();
    private final WakeUp executionWakeUp = new WakeUp();
    private final LoopThread engine;
    private final LoopThread execution;

    /** Threads that have not started, and whom to tell if one breaks. */
    public OwnThreads(
            String name,
            LoopThread.Work engineWork,
            Consumer<Throwable> engineBroke,
            LoopThread.Work executionWork,
            Consumer<Throwable> executionBroke) {
        engine = new LoopThread(name + "-engine", engineWork, engineWakeUp, engineBroke);
        execution = new LoopThread(name + "-execution", executionWork, executionWakeUp, executionBroke);
    }

    @Override
    public void start() {
        engine.start();
        execution.start();
    }

    @Override
    public void wakeEngine() {
        engineWakeUp.signal();
    }

    @Override
    public void wakeExecution() {
        executionWakeUp.signal();
    }

    @Override
    public boolean flushesLater() {
        return false;
    }

    @Override
    public void stop() {
        engine.stop();
        engine.join();
        execution.stop();
        execution.join();
    }
}
