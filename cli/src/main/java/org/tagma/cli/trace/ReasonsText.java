package org.tagma.cli.trace;

import java.io.PrintWriter;
import org.tagma.replica.trace.Causality;
import org.tagma.replica.trace.Reasons;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;

/** Prints why an event happened, as a tree: causes below effects. */
final class ReasonsText {

    private final Trace trace;

    ReasonsText(Trace trace) {
        this.trace = trace;
    }

    void print(PrintWriter out, TraceEvent event, int depth) {
        Reasons.Node root = Reasons.of(trace, event, depth);
        out.println(EventText.line(trace, event));
        if (root.causes().isEmpty()) {
            out.println("  no message that its process had received is about the same");
        }
        printCauses(out, root, "");
        out.println();
        out.printf(
                "In all %,d events happened before it, and %,d messages had arrived of which it may know.%n",
                Causality.countBefore(event), new Causality(trace).countMessagesBefore(event));
    }

    private void printCauses(PrintWriter out, Reasons.Node node, String indent) {
        int last = node.causes().size() - 1;
        for (int i = 0; i <= last; i++) {
            Reasons.Node cause = node.causes().get(i);
            String more = cause.isRepeated() ? "  (see above)" : cause.hasMore() ? "  (more with --depth)" : "";
            out.println(
                    indent + (i == last ? "└─ " : "├─ ") + EventText.line(trace, cause.event()) + origin(cause) + more);
            printCauses(out, cause, indent + (i == last ? "   " : "│  "));
        }
    }

    private String origin(Reasons.Node node) {
        TraceEvent event = node.event();
        return event.cause() < 0
                ? ""
                : " <- " + trace.events().get(event.cause()).id();
    }
}
