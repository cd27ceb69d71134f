package org.tagma.replica.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Questions about what happened before what in a trace. Immutable. */
public final class Causality {

    private final Trace trace;

    /** The causality of a trace. */
    public Causality(Trace trace) {
        this.trace = trace;
    }

    /** How two events of the trace lie to each other; by their vector clocks, so at once. */
    public static Relation relation(TraceEvent a, TraceEvent b) {
        if (a.id().equals(b.id())) {
            return Relation.SAME;
        }
        if (b.clock().get(a.process()) >= a.id().index()) {
            return Relation.BEFORE;
        }
        return a.clock().get(b.process()) >= b.id().index() ? Relation.AFTER : Relation.CONCURRENT;
    }

    /** How many events happened before this one. */
    public static int countBefore(TraceEvent event) {
        int count = -1;
        for (int process = 0; process < event.clock().size(); process++) {
            count += event.clock().get(process);
        }
        return count;
    }

    /** How many messages arrived before this event, at whatever process, and can have influenced it. */
    public int countMessagesBefore(TraceEvent event) {
        return (int) trace.events().stream()
                .filter(each -> each.cause() >= 0 && relation(each, event) == Relation.BEFORE)
                .count();
    }

    /**
     * Why one event is before another: the way along processes and messages with the fewest messages. It begins with
     * {@code from}, then come a sending and its receipt for each message, and it ends with {@code to}.
     *
     * @return empty if {@code from} is not before {@code to}
     */
    public List<TraceEvent> path(TraceEvent from, TraceEvent to) {
        if (relation(from, to) != Relation.BEFORE) {
            return List.of();
        }
        // Where each process is reached the earliest, with so many messages: more messages reach no less.
        int[] reached = new int[trace.processes().size()];
        Arrays.fill(reached, Integer.MAX_VALUE);
        reached[from.process()] = from.id().index();
        List<TraceEvent[]> arrivals = new ArrayList<>();
        while (reached[to.process()] > to.id().index()) {
            arrivals.add(extend(reached));
        }
        ArrayDeque<TraceEvent> path = new ArrayDeque<>(List.of(to));
        int process = to.process();
        for (int step = arrivals.size() - 1; step >= 0; step--) {
            TraceEvent receipt = arrivals.get(step)[process];
            if (receipt != null) {
                if (!receipt.equals(path.peekFirst())) {
                    path.addFirst(receipt);
                }
                TraceEvent sending = trace.events().get(receipt.cause());
                path.addFirst(sending);
                process = sending.process();
            }
        }
        if (!from.equals(path.peekFirst())) {
            path.addFirst(from);
        }
        return List.copyOf(path);
    }

    /** Follows one message more; says for each process by which receipt it is now reached earlier. */
    private TraceEvent[] extend(int[] reached) {
        int[] before = reached.clone();
        TraceEvent[] arrival = new TraceEvent[reached.length];
        for (TraceEvent receipt : trace.events()) {
            if (receipt.cause() >= 0 && receipt.id().index() < reached[receipt.process()]) {
                TraceEvent sending = trace.events().get(receipt.cause());
                if (sending.id().index() >= before[sending.process()]) {
                    reached[receipt.process()] = receipt.id().index();
                    arrival[receipt.process()] = receipt;
                }
            }
        }
        return arrival;
    }
}
