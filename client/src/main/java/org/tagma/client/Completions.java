package org.tagma.client;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Completions that are due. They run only when the core's state is in order again, so that a callback may make the next
 * call. Not thread-safe.
 */
final class Completions {

    private final Queue<Runnable> due = new ArrayDeque<>();

    void later(Runnable completion) {
        due.add(completion);
    }

    void run() {
        Runnable next = due.poll();
        while (next != null) {
            next.run();
            next = due.poll();
        }
    }
}
