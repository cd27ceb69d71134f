package org.tagma.replica.threads;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.TimerId;

/**
 * Timers that live on the engine's own thread: there are a handful, so the loop looks at them itself, and no other
 * thread has to wake it. Not thread-safe.
 */
public final class LoopTimers implements Timers {

    private final LongSupplier nanoClock;
    private final Map<TimerId, Long> deadlines = new LinkedHashMap<>();

    public LoopTimers(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public void set(TimerId timer, long delayMillis) {
        deadlines.put(timer, nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(delayMillis));
    }

    @Override
    public void cancel(TimerId timer) {
        deadlines.remove(timer);
    }

    /** How long until the next one runs out: 0 if one has, {@code otherwise} if that is sooner or none runs. */
    public long nanosToNext(long otherwise) {
        long now = nanoClock.getAsLong();
        long next = otherwise;
        for (long deadline : deadlines.values()) {
            next = Math.min(next, Math.max(0, deadline - now));
        }
        return next;
    }

    /** Moves those that have run out to the events. */
    public void fireInto(List<Event> events) {
        long now = nanoClock.getAsLong();
        Iterator<Map.Entry<TimerId, Long>> each = deadlines.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<TimerId, Long> timer = each.next();
            if (timer.getValue() - now <= 0) {
                each.remove();
                events.add(new Event.TimerFired(timer.getKey()));
            }
        }
    }
}
