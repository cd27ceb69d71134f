package org.tagma.cli.trace;

import java.util.Locale;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;

/** Events and times as lines of text. */
final class EventText {

    private static final int MAX_COLUMNS = 150;

    private EventText() {}

    /** When it happened: virtual time, or for traces of real replicas the time since the first event of all. */
    static String time(Trace trace, long micros) {
        long start = trace.isWallTime()
                ? trace.events().stream().mapToLong(TraceEvent::micros).min().orElse(0)
                : 0;
        return String.format(Locale.ROOT, "%,.3f ms", (micros - start) / 1000.0);
    }

    /** Name, time and what happened, in columns. */
    static String line(Trace trace, TraceEvent event) {
        String line = String.format("%-9s %14s  %s", event.id(), time(trace, event.micros()), event.describe());
        return line.length() <= MAX_COLUMNS ? line : line.substring(0, MAX_COLUMNS - 3) + "...";
    }
}
