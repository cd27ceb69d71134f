package org.tagma.replica.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.tagma.core.protocol.Event;
import org.tagma.replica.inbound.EngineQueue;
import org.tagma.replica.threads.LoopThread;
import org.tagma.replica.threads.LoopTimers;

/**
 * Drives an engine on its thread: takes all that waits, in one turn, so that a turn's cost is shared by what came in.
 */
public final class EngineLoop implements LoopThread.Work {

    /** Events in one turn at most: a flood must not put off the flush for ever. */
    private static final int MAX_EVENTS = 4_096;

    private static final long MAX_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReplicaEngine engine;
    private final EngineQueue queue;
    private final LoopTimers timers;
    private final Runnable madeRoom;
    private final Runnable afterTurn;
    private final List<Event> events = new ArrayList<>();

    /**
     * A loop for an engine that was started.
     *
     * @param madeRoom told when somebody who was not read may be read again
     * @param afterTurn wakes whom the turn gave work
     */
    public EngineLoop(
            ReplicaEngine engine, EngineQueue queue, LoopTimers timers, Runnable madeRoom, Runnable afterTurn) {
        this.engine = engine;
        this.queue = queue;
        this.timers = timers;
        this.madeRoom = madeRoom;
        this.afterTurn = afterTurn;
    }

    @Override
    public boolean hasWork() {
        return !queue.isEmpty() || timers.nanosToNext(MAX_SLEEP_NANOS) == 0 || engine.isStatusDue();
    }

    @Override
    public void runOnce() {
        events.clear();
        timers.fireInto(events);
        queue.drainTo(events, MAX_EVENTS);
        engine.turn(events);
        if (queue.releaseTaken()) {
            madeRoom.run();
        }
        afterTurn.run();
    }

    @Override
    public long idleNanos() {
        return Math.min(timers.nanosToNext(MAX_SLEEP_NANOS), engine.nanosToStatus());
    }
}
