package org.tagma.replica.storage.state;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/** Removes the pages that nothing refers to, on a thread of its own, a few at a time. */
final class StateCollector {

    private final StatePages pages;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    StateCollector(StatePages pages, String name) {
        this.pages = pages;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                pages.awaitGarbage();
                while (!stopped && pages.collect()) {
                    Thread.yield();
                }
            }
        } catch (InterruptedException e) {
            // Told to stop.
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            failure.set(e);
        }
    }

    /** Throws what the thread ended with, if it did. */
    void check() throws IOException {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IOException("what is no longer needed cannot be removed: " + cause.getMessage(), cause);
        }
    }

    /** Returns once it works no more. */
    void stop() {
        stopped = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
