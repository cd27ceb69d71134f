package org.tagma.replica.trace;

import java.io.IOException;

/**
 * A trace as a log that ShiViz (Beschastnikh et al., CACM 2016) reads: first the regular expression of its entries,
 * then an empty line, since there is one execution, then two lines an event.
 */
public final class ShiVizLog {

    private static final String PATTERN = "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})";

    private ShiVizLog() {}

    /** Writes it. */
    public static void write(Trace trace, Appendable out) throws IOException {
        out.append(PATTERN).append("\n\n");
        for (TraceEvent event : trace.events()) {
            out.append(event.describe().replace('\n', ' ')).append('\n');
            out.append(event.id().process())
                    .append(' ')
                    .append(clock(trace, event))
                    .append('\n');
        }
    }

    /** ShiViz wants only the processes that are known, the event's own among them. */
    private static String clock(Trace trace, TraceEvent event) {
        StringBuilder clock = new StringBuilder("{");
        for (int process = 0; process < event.clock().size(); process++) {
            if (event.clock().get(process) > 0) {
                clock.append(clock.length() == 1 ? "\"" : ", \"")
                        .append(trace.processes().get(process))
                        .append("\":")
                        .append(event.clock().get(process));
            }
        }
        return clock.append('}').toString();
    }
}
