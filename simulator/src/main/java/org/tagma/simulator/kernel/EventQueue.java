package org.tagma.simulator.kernel;

import java.util.Arrays;

/**
 * Virtual time, and what is due at which time. Things due at one time happen in the order they were scheduled, so a run
 * depends on nothing but what is scheduled.
 *
 * <p>A binary heap in three arrays: everything that happens goes through it.
 *
 * <p>Not thread-safe.
 */
public final class EventQueue {

    private long[] atMicros = new long[256];
    private long[] orders = new long[256];
    private Runnable[] actions = new Runnable[256];
    private int size;
    private long nowMicros;
    private long scheduled;
    private long happened;

    /** Microseconds since the start of the run. */
    public long nowMicros() {
        return nowMicros;
    }

    /** How many events happened so far. */
    public long happened() {
        return happened;
    }

    /** Schedules an action; one for the past happens next. */
    public void at(long micros, Runnable action) {
        if (size == actions.length) {
            atMicros = Arrays.copyOf(atMicros, 2 * size);
            orders = Arrays.copyOf(orders, 2 * size);
            actions = Arrays.copyOf(actions, 2 * size);
        }
        rise(size++, Math.max(micros, nowMicros), scheduled++, action);
    }

    /** Schedules an action for {@code delayMicros} from now. */
    public void after(long delayMicros, Runnable action) {
        at(nowMicros + delayMicros, action);
    }

    /** Lets time go on to the next event and has it happen; false if nothing is due any more. */
    public boolean runNext() {
        if (size == 0) {
            return false;
        }
        nowMicros = atMicros[0];
        Runnable next = actions[0];
        size--;
        Runnable last = actions[size];
        actions[size] = null;
        if (size > 0) {
            sink(atMicros[size], orders[size], last);
        }
        happened++;
        next.run();
        return true;
    }

    /** Whether what stands at a place in the heap comes before this. */
    private boolean isBefore(int place, long at, long order) {
        return atMicros[place] != at ? atMicros[place] < at : orders[place] < order;
    }

    private void put(int place, long at, long order, Runnable action) {
        atMicros[place] = at;
        orders[place] = order;
        actions[place] = action;
    }

    private void move(int from, int to) {
        put(to, atMicros[from], orders[from], actions[from]);
    }

    /** Puts something at the end of the heap, and moves it up as far as it belongs. */
    private void rise(int end, long at, long order, Runnable action) {
        int place = end;
        while (place > 0 && !isBefore((place - 1) / 2, at, order)) {
            move((place - 1) / 2, place);
            place = (place - 1) / 2;
        }
        put(place, at, order, action);
    }

    /** Puts something in the place of the first, and moves it down as far as it belongs. */
    private void sink(long at, long order, Runnable action) {
        int place = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && isBefore(child + 1, atMicros[child], orders[child])) {
                child++;
            }
            if (!isBefore(child, at, order)) {
                break;
            }
            move(child, place);
            place = child;
            child = 2 * place + 1;
        }
        put(place, at, order, action);
    }
}
