package org.tagma.cli.trace;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;

/** Says what is in a trace. */
final class SummaryText {

    private static final Set<EventKind> REMARKABLE = EnumSet.of(
            EventKind.START,
            EventKind.CRASH,
            EventKind.HALT,
            EventKind.PAUSE,
            EventKind.RESUME,
            EventKind.INSTALL,
            EventKind.VIEW,
            EventKind.EVIDENCE);

    private static final int MAX_REMARKABLE = 24;

    /** What became of the messages of one type. */
    private static final class Fate {
        long sent;
        long arrived;
        long lost;
        long unseen;
        long twice;
        long refused;
    }

    private final Trace trace;

    SummaryText(Trace trace) {
        this.trace = trace;
    }

    void print(PrintWriter out) {
        long first = trace.events().stream().mapToLong(TraceEvent::micros).min().orElse(0);
        long last = trace.events().stream().mapToLong(TraceEvent::micros).max().orElse(0);
        out.printf(
                "%s: %,d events in %,.3f s of %s time%n",
                trace.about().isEmpty() ? "a trace" : trace.about(),
                trace.events().size(),
                (last - first) / 1e6,
                trace.isWallTime() ? "wall" : "virtual");
        trace.remarks().forEach(remark -> out.println("note: " + remark));
        out.println();
        printProcesses(out);
        out.println();
        printMessages(out);
        printRemarkable(out);
    }

    private void printProcesses(PrintWriter out) {
        String row = "%-9s %9s %9s %9s %9s %9s  %s%n";
        out.printf(row, "PROCESS", "EVENTS", "SENDINGS", "RECEIPTS", "COMMITS", "RETURNS", "IN THE END");
        for (int process = 0; process < trace.processes().size(); process++) {
            int number = process;
            String end = trace.events().stream()
                    .filter(each -> each.process() == number && each.kind() == EventKind.VIEW)
                    .reduce((earlier, later) -> later)
                    .map(TraceEvent::summary)
                    .orElse("");
            out.printf(
                    row,
                    trace.processes().get(process),
                    String.format("%,d", trace.eventsOf(process)),
                    count(process, EventKind.SEND),
                    count(process, EventKind.RECEIVE),
                    count(process, EventKind.COMMIT),
                    count(process, EventKind.RETURN),
                    end);
        }
    }

    private String count(int process, EventKind kind) {
        return String.format(
                "%,d",
                trace.events().stream()
                        .filter(each -> each.process() == process && each.kind() == kind)
                        .count());
    }

    private void printMessages(PrintWriter out) {
        String row = "%-20s %9s %9s %9s %9s %9s %9s%n";
        out.printf(row, "MESSAGE", "SENT", "ARRIVED", "LOST", "UNSEEN", "TWICE", "REFUSED");
        fates().forEach((type, fate) -> out.printf(
                row,
                type,
                String.format("%,d", fate.sent),
                String.format("%,d", fate.arrived),
                String.format("%,d", fate.lost),
                String.format("%,d", fate.unseen),
                String.format("%,d", fate.twice),
                String.format("%,d", fate.refused)));
        out.println(
                "SENT counts receivers; UNSEEN was not lost, but its receipt is not in the trace; TWICE are duplicates"
                        + " and replays");
    }

    private TreeMap<String, Fate> fates() {
        TreeMap<String, Fate> fates = new TreeMap<>();
        for (TraceEvent event : trace.events()) {
            if (!event.type().isEmpty()) {
                Fate fate = fates.computeIfAbsent(event.type(), type -> new Fate());
                boolean isReceipt = event.kind() == EventKind.RECEIVE;
                boolean isTwice =
                        event.remark().contains("duplicate") || event.remark().contains("replayed");
                fate.sent += event.to().size();
                fate.arrived += isReceipt && !isTwice ? 1 : 0;
                fate.twice += isTwice ? 1 : 0;
                fate.refused += event.remark().contains("refused") ? 1 : 0;
            }
        }
        for (Trace.Loss loss : trace.losses()) {
            Fate fate = fates.get(trace.events().get(loss.sending()).type());
            boolean isUnseen = loss.why().equals(Trace.NOT_SEEN) || loss.why().equals(Trace.NOT_RECORDED);
            fate.lost += isUnseen ? 0 : 1;
            fate.unseen += isUnseen ? 1 : 0;
        }
        return fates;
    }

    private void printRemarkable(PrintWriter out) {
        Set<Integer> started = new HashSet<>();
        Set<Integer> seen = new HashSet<>();
        List<TraceEvent> remarkable = new ArrayList<>();
        for (TraceEvent event : trace.events()) {
            boolean isFirst = event.kind() == EventKind.START && started.add(event.process())
                    || event.kind() == EventKind.VIEW && seen.add(event.process());
            if (!isFirst && REMARKABLE.contains(event.kind())) {
                remarkable.add(event);
            }
        }
        if (!remarkable.isEmpty()) {
            out.println();
            remarkable.stream().limit(MAX_REMARKABLE).forEach(event -> out.println(EventText.line(trace, event)));
            if (remarkable.size() > MAX_REMARKABLE) {
                out.printf("and %,d more like these%n", remarkable.size() - MAX_REMARKABLE);
            }
        }
    }
}
