package org.tagma.cli.trace;

import java.io.PrintWriter;
import java.util.List;
import org.tagma.replica.trace.Causality;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.Relation;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;

/** Says how two events lie to each other, and why. */
final class RelationText {

    private final Trace trace;

    RelationText(Trace trace) {
        this.trace = trace;
    }

    void print(PrintWriter out, TraceEvent a, TraceEvent b) {
        Relation relation = Causality.relation(a, b);
        switch (relation) {
            case SAME -> out.println(a.id() + " is one event: it did not happen before itself");
            case BEFORE -> printPath(out, a, b);
            case AFTER -> printPath(out, b, a);
            case CONCURRENT -> printConcurrent(out, a, b);
        }
    }

    private void printPath(PrintWriter out, TraceEvent first, TraceEvent second) {
        List<TraceEvent> path = new Causality(trace).path(first, second);
        int messages = 0;
        for (int i = 1; i < path.size(); i++) {
            messages += isMessage(path.get(i - 1), path.get(i)) ? 1 : 0;
        }
        String along = messages == 0
                ? "both happened at " + first.id().process()
                : "along " + messages + (messages == 1 ? " message" : " messages");
        out.println(first.id() + " happened before " + second.id() + ": " + along);
        out.println();
        out.println("  " + EventText.line(trace, first));
        for (int i = 1; i < path.size(); i++) {
            String step = isMessage(path.get(i - 1), path.get(i)) ? "->" : "  ";
            out.println(step + EventText.line(trace, path.get(i)));
        }
    }

    private boolean isMessage(TraceEvent before, TraceEvent event) {
        return event.kind() == EventKind.RECEIVE && event.cause() == before.position();
    }

    private void printConcurrent(PrintWriter out, TraceEvent a, TraceEvent b) {
        out.println(a.id() + " and " + b.id() + " are concurrent: neither can have influenced the other");
        out.println();
        out.println("  " + EventText.line(trace, a));
        out.println("  " + EventText.line(trace, b));
        out.println();
        out.println("  " + knowledge(a, b));
        out.println("  " + knowledge(b, a));
    }

    /** What the one knew of the other's process. */
    private String knowledge(TraceEvent a, TraceEvent b) {
        int known = a.clock().get(b.process());
        String process = b.id().process();
        return known == 0
                ? "at " + a.id() + " nothing of " + process + " was known"
                : "at " + a.id() + " the last known of " + process + " was " + process + ":" + known;
    }
}
