package org.tagma.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.util.ArrayList;
import java.util.List;

/**
 * Where log lines go. What is merely informative can be held back while a command starts: if the start fails for a
 * reason that its user can mend, the line that says so shall stand alone.
 *
 * <p>Thread-safe.
 */
final class ErrorStream extends ConsoleAppender<ILoggingEvent> {

    static final String NAME = "error-stream";

    /** A start has few lines; more than these are not held back. */
    private static final int MAX_HELD = 100;

    private final List<ILoggingEvent> held = new ArrayList<>();
    private boolean holding;

    ErrorStream() {
        setTarget("System.err");
    }

    synchronized void hold() {
        held.clear();
        holding = true;
    }

    /** Writes what was held back, and holds nothing back any more. */
    synchronized void release() {
        holding = false;
        held.forEach(super::append);
        held.clear();
    }

    @Override
    protected synchronized void append(ILoggingEvent event) {
        if (holding && held.size() < MAX_HELD && !event.getLevel().isGreaterOrEqual(Level.WARN)) {
            event.prepareForDeferredProcessing();
            held.add(event);
        } else {
            super.append(event);
        }
    }
}
