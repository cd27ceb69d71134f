package org.tagma.client.internal;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Completions that are due. They run only when the core's state is in order again, so that a callback may make the next
 * call. Not thread-safe.
 */
public final class Completions {

    private final Queue<Runnable> due = new ArrayDeque<>();

    public void later(Runnable completion) {
        due.add(completion);
    }

    public void run() {
        Runnable next = due.poll();
        while (next != null) {
            next.run();
            next = due.poll();
        }
    }
}
