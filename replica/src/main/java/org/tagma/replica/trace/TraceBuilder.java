package org.tagma.replica.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Makes a {@link Trace} of lines: finds the sending of each receipt, puts causes before effects and computes the vector
 * clocks. Where the lines have clocks, they must be the same ones.
 *
 * <p>Where receipts are matched by bytes, the k-th receipt of the same bytes over a link is taken for the k-th sending:
 * no transport delivers a frame twice, so the k-th receipt certainly follows the k-th sending, even if others were
 * lost.
 */
final class TraceBuilder {

    /** An event before its place and its clock are known. */
    private static final class Raw {
        final TraceLine.Happened line;
        final EventId id;
        final int process;
        final int order;
        final String where;
        Raw cause;
        Raw before;
        Raw after;
        final List<Raw> effects = new ArrayList<>();
        int missing;
        int position = -1;

        Raw(TraceLine.Happened line, EventId id, int process, int order, String where) {
            this.line = line;
            this.id = id;
            this.process = process;
            this.order = order;
            this.where = where;
        }
    }

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final Map<String, String> homes = new HashMap<>();
    private final List<List<Raw>> raws = new ArrayList<>();
    private final List<TraceLine.Lost> lost = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<String> abouts = new ArrayList<>();
    private boolean wallTime;
    private boolean begun;
    private String file = "";
    private TraceLine.Header header;
    private final Map<String, Integer> earlierIncarnations = new HashMap<>();
    private int order;

    void beginFile(String name) {
        file = name;
        header = null;
    }

    void remark(String text) {
        remarks.add(text);
    }

    void add(TraceLine line, int number) throws TraceException {
        String where = file + ":" + number + ": ";
        if (line instanceof TraceLine.Header next) {
            addHeader(next, where);
        } else if (header == null) {
            throw new TraceException(where + "a trace begins with a line that says so");
        } else if (line instanceof TraceLine.Happened event) {
            addEvent(event, where);
        } else if (line instanceof TraceLine.Lost loss) {
            lost.add(loss);
        } else {
            remarks.add(file + " reached the size that it may have; what happened later is not in it");
        }
    }

    private void addHeader(TraceLine.Header next, String where) throws TraceException {
        if (header != null && !(next.wallTime() && next.processes().equals(header.processes()))) {
            throw new TraceException(
                    where + "a second trace begins, and not of a later incarnation of the same replica");
        }
        if (begun && header == null && !(wallTime && next.wallTime())) {
            throw new TraceException(where + "only traces of real replicas can be merged; a simulation's is complete");
        }
        for (String process : next.processes()) {
            String home = homes.putIfAbsent(process, file);
            if (home != null && !home.equals(file) || home != null && header == null) {
                throw new TraceException(where + "the events of " + process + " are in " + home + " already");
            }
            if (home == null) {
                numbers.put(process, numbers.size());
                raws.add(new ArrayList<>());
            }
            earlierIncarnations.put(process, raws.get(numbers.get(process)).size());
        }
        if (header == null && !next.about().isEmpty()) {
            abouts.add(next.about());
        }
        header = next;
        wallTime = next.wallTime();
        begun = true;
    }

    private void addEvent(TraceLine.Happened event, String where) throws TraceException {
        String process = event.id().process();
        if (!header.processes().contains(process)) {
            throw new TraceException(where + process + " is not among the processes of this trace");
        }
        List<Raw> events = raws.get(numbers.get(process));
        EventId id = new EventId(
                process, earlierIncarnations.get(process) + event.id().index());
        if (id.index() != events.size() + 1) {
            throw new TraceException(where + event.id() + " does not follow the event of " + process + " before it");
        }
        if (!event.clock().isEmpty()
                && event.clock().size() != header.processes().size()) {
            throw new TraceException(where + "the vector clock must have one entry for each process");
        }
        Raw raw = new Raw(event, id, numbers.get(process), order++, where);
        if (!events.isEmpty()) {
            raw.before = events.get(events.size() - 1);
            raw.before.after = raw;
        }
        events.add(raw);
    }

    Trace build() throws TraceException {
        matchByName();
        matchByBytes();
        List<Raw> ordered = inCausalOrder();
        List<TraceEvent> events = new ArrayList<>(ordered.size());
        String[] states = new String[numbers.size()];
        for (Raw raw : ordered) {
            events.add(eventOf(raw, events, states));
        }
        List<int[]> positions = new ArrayList<>();
        for (List<Raw> each : raws) {
            positions.add(each.stream().mapToInt(raw -> raw.position).toArray());
        }
        TraceLine.Header whole = new TraceLine.Header(
                TraceFormat.VERSION, wallTime, List.copyOf(numbers.keySet()), String.join("; ", abouts));
        return new Trace(whole, numbers, events, positions, losses(ordered), remarks);
    }

    private void matchByName() throws TraceException {
        for (List<Raw> events : raws) {
            for (Raw raw : events) {
                if (!raw.line.cause().isEmpty()) {
                    Raw sending = named(EventId.parse(raw.line.cause()).orElseThrow());
                    if (sending == null || !sending.line.to().contains(raw.id.process())) {
                        throw new TraceException(raw.where + raw.line.cause() + " sent nothing to " + raw.id.process());
                    }
                    join(sending, raw);
                }
            }
        }
    }

    private Raw named(EventId id) {
        Integer process = numbers.get(id.process());
        return process == null || id.index() > raws.get(process).size()
                ? null
                : raws.get(process).get(id.index() - 1);
    }

    private void matchByBytes() {
        Map<String, ArrayDeque<Raw>> sendings = new HashMap<>();
        for (List<Raw> events : raws) {
            for (Raw raw : events) {
                for (String to : raw.line.frame().isEmpty() ? List.<String>of() : raw.line.to()) {
                    sendings.computeIfAbsent(link(raw.id.process(), to, raw), key -> new ArrayDeque<>())
                            .addLast(raw);
                }
            }
        }
        for (List<Raw> events : raws) {
            for (Raw raw : events) {
                if (!raw.line.from().isEmpty()) {
                    ArrayDeque<Raw> same = sendings.get(link(raw.line.from(), raw.id.process(), raw));
                    if (same != null && !same.isEmpty()) {
                        join(same.removeFirst(), raw);
                    }
                }
            }
        }
    }

    private static String link(String from, String to, Raw raw) {
        return from + ">" + to + "#" + raw.line.frame();
    }

    private static void join(Raw sending, Raw receipt) {
        receipt.cause = sending;
        sending.effects.add(receipt);
    }

    private List<Raw> inCausalOrder() throws TraceException {
        PriorityQueue<Raw> ready = new PriorityQueue<>((a, b) -> a.line.micros() != b.line.micros()
                ? Long.compare(a.line.micros(), b.line.micros())
                : Integer.compare(a.order, b.order));
        int all = 0;
        for (List<Raw> events : raws) {
            for (Raw raw : events) {
                all++;
                raw.missing = (raw.before == null ? 0 : 1) + (raw.cause == null ? 0 : 1);
                if (raw.missing == 0) {
                    ready.add(raw);
                }
            }
        }
        List<Raw> ordered = new ArrayList<>(all);
        while (!ready.isEmpty()) {
            Raw next = ready.remove();
            next.position = ordered.size();
            ordered.add(next);
            settle(next.after, ready);
            next.effects.forEach(effect -> settle(effect, ready));
        }
        if (ordered.size() < all) {
            throw new TraceException("the traces do not belong together: an event would have to be before itself");
        }
        return ordered;
    }

    private static void settle(Raw raw, PriorityQueue<Raw> ready) {
        if (raw != null && --raw.missing == 0) {
            ready.add(raw);
        }
    }

    private TraceEvent eventOf(Raw raw, List<TraceEvent> earlier, String[] states) throws TraceException {
        TraceLine.Happened line = raw.line;
        TraceEvent cause = raw.cause == null ? null : earlier.get(raw.cause.position);
        VectorClock clock = raw.before == null
                ? VectorClock.zero(numbers.size())
                : earlier.get(raw.before.position).clock();
        clock = (cause == null ? clock : clock.merge(cause.clock())).tick(raw.process);
        for (int i = 0; i < line.clock().size(); i++) {
            if (line.clock().get(i) != clock.get(i)) {
                throw new TraceException(
                        raw.where + "the vector clock of " + raw.id + " does not follow from the messages");
            }
        }
        if (!line.state().isEmpty()) {
            states[raw.process] = line.state();
        }
        return new TraceEvent(
                raw.position,
                raw.id,
                raw.process,
                line.micros(),
                line.kind(),
                line.type(),
                line.summary().isEmpty() && cause != null ? cause.summary() : line.summary(),
                line.to(),
                cause != null ? cause.id().process() : line.from(),
                cause != null ? cause.position() : -1,
                line.remark(),
                states[raw.process] == null ? "" : states[raw.process],
                clock);
    }

    private List<Trace.Loss> losses(List<Raw> ordered) {
        Map<String, String> reasons = new HashMap<>();
        lost.forEach(each -> reasons.put(each.sending() + ">" + each.to(), each.why()));
        List<Trace.Loss> losses = new ArrayList<>();
        for (Raw raw : ordered) {
            for (String to : raw.line.to()) {
                boolean arrived = raw.effects.stream()
                        .anyMatch(receipt -> receipt.id.process().equals(to));
                if (!arrived) {
                    String unknown = numbers.containsKey(to) ? Trace.NOT_SEEN : Trace.NOT_RECORDED;
                    losses.add(new Trace.Loss(raw.position, to, reasons.getOrDefault(raw.id + ">" + to, unknown)));
                }
            }
        }
        return losses;
    }
}
