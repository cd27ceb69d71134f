package org.tagma.replica.threads;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A queue of queues that take turns: one item of each, then the next of each. So how long an item waits depends on how
 * many have something waiting, and not on how much one of them has. Items of one queue keep their order. It bounds
 * nothing: whoever adds keeps account.
 *
 * <p>Any thread adds; one thread takes.
 */
public final class RoundRobin<T> {

    /** What one of them has waiting. */
    public static final class Turns<T> {
        private final Queue<T> items = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean listed = new AtomicBoolean();
    }

    private final Queue<Turns<T>> ready = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    public void add(Turns<T> turns, T item) {
        size.incrementAndGet();
        turns.items.add(item);
        list(turns);
    }

    private void list(Turns<T> turns) {
        if (turns.listed.compareAndSet(false, true)) {
            ready.add(turns);
        }
    }

    public boolean isEmpty() {
        return size.get() == 0;
    }

    public int size() {
        return size.get();
    }

    /** Takes up to so many items, and returns how many. */
    public int drain(Consumer<T> taker, int max) {
        int taken = 0;
        while (taken < max) {
            Turns<T> turns = ready.poll();
            if (turns == null) {
                break;
            }
            T item = turns.items.poll();
            turns.listed.set(false);
            // After the flag: whoever added something before it saw the flag set, and listed nothing.
            if (!turns.items.isEmpty()) {
                list(turns);
            }
            if (item != null) {
                size.decrementAndGet();
                taken++;
                taker.accept(item);
            }
        }
        return taken;
    }
}
