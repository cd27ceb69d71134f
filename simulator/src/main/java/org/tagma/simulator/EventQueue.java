package org.tagma.simulator;

import java.util.PriorityQueue;

/**
 * Virtual time, and what is due at which time. Things due at one time happen in the order they were scheduled, so a run
 * depends on nothing but what is scheduled.
 *
 * <p>Not thread-safe.
 */
final class EventQueue {

    private record Entry(long atMicros, long order, Runnable action) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Entry> due = new PriorityQueue<>(256);
    private long nowMicros;
    private long scheduled;
    private long happened;

    /** Microseconds since the start of the run. */
    long nowMicros() {
        return nowMicros;
    }

    /** How many events happened so far. */
    long happened() {
        return happened;
    }

    /** Schedules an action; one for the past happens next. */
    void at(long micros, Runnable action) {
        due.add(new Entry(Math.max(micros, nowMicros), scheduled++, action));
    }

    /** Schedules an action for {@code delayMicros} from now. */
    void after(long delayMicros, Runnable action) {
        at(nowMicros + delayMicros, action);
    }

    /** Lets time go on to the next event and has it happen; false if nothing is due any more. */
    boolean runNext() {
        Entry next = due.poll();
        if (next == null) {
            return false;
        }
        nowMicros = next.atMicros;
        happened++;
        next.action.run();
        return true;
    }
}
