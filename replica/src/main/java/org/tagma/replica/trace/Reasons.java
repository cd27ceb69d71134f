package org.tagma.replica.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The causal past of an event along the messages, as a tree: below an event stand the messages that its process had
 * received and that are about the same (the same sequence number, request or view), and below each of them why it was
 * sent. Where none is about the same, the message received last stands for all.
 *
 * <p>Not thread-safe.
 */
public final class Reasons {

    /** Receipts below one event at most. */
    private static final int MAX_BRANCHES = 8;

    /** How far back a process's events are searched for receipts that are about the same. */
    private static final int MAX_LOOK_BACK = 4_000;

    /**
     * A node of the tree.
     *
     * @param event the event asked about, at the root; below it receipts, calls of clients, and what a replica said
     * @param causes why it happened, oldest first; of a receipt, why it was sent
     * @param isRepeated its causes are shown where it was mentioned first
     * @param hasMore there are causes below that were left out for the depth
     */
    public record Node(TraceEvent event, List<Node> causes, boolean isRepeated, boolean hasMore) {}

    private final Trace trace;
    private final Set<EventId> shown = new HashSet<>();

    private Reasons(Trace trace) {
        this.trace = trace;
    }

    /**
     * Why an event happened.
     *
     * @param depth how many messages to go back, at least 0
     */
    public static Node of(Trace trace, TraceEvent event, int depth) {
        return new Reasons(trace).node(event, event.cause() >= 0 ? depth - 1 : depth);
    }

    private Node node(TraceEvent event, int depth) {
        TraceEvent origin = event.cause() >= 0 ? trace.events().get(event.cause()) : event;
        boolean hasOrigin = event.kind() != EventKind.RECEIVE || event.cause() >= 0;
        List<TraceEvent> causes = hasOrigin ? causesOf(origin) : List.of();
        if (causes.isEmpty()) {
            return new Node(event, List.of(), false, false);
        }
        if (!shown.add(origin.id())) {
            return new Node(event, List.of(), true, false);
        }
        if (depth <= 0) {
            shown.remove(origin.id());
            return new Node(event, List.of(), false, true);
        }
        List<Node> nodes = new ArrayList<>();
        causes.forEach(cause -> nodes.add(node(cause, depth - 1)));
        return new Node(event, nodes, false, false);
    }

    private List<TraceEvent> causesOf(TraceEvent event) {
        List<TraceEvent> causes = new ArrayList<>();
        if (event.kind() == EventKind.CALL || event.kind() == EventKind.NOTE) {
            return causes;
        }
        Subjects subjects = Subjects.of(event);
        Set<String> said = new HashSet<>();
        TraceEvent last = null;
        int earliest = Math.max(1, event.id().index() - MAX_LOOK_BACK);
        for (int index = event.id().index() - 1; index >= earliest && causes.size() < MAX_BRANCHES; index--) {
            TraceEvent before = trace.event(event.process(), index);
            boolean isOutside = before.kind() == EventKind.RECEIVE || before.kind() == EventKind.CALL;
            if (before.kind() == EventKind.NOTE || isOutside && before.remark().isEmpty()) {
                last = last == null && isOutside ? before : last;
                if (isAboutTheSame(event, subjects, before)) {
                    addOnce(before, said, causes);
                }
            }
        }
        if (causes.isEmpty() && last != null) {
            causes.add(last);
        }
        return causes;
    }

    private static boolean isAboutTheSame(TraceEvent event, Subjects subjects, TraceEvent before) {
        Subjects others = Subjects.of(before);
        if (Subjects.isElection(event)) {
            // A replica leaves a view by itself and says why in a note.
            return (Subjects.isElection(before) || before.kind() == EventKind.NOTE) && subjects.sharesView(others);
        }
        return subjects.sharesItem(others);
    }

    /** What was sent again says nothing new: of equal messages the first one received counts. */
    private static void addOnce(TraceEvent event, Set<String> said, List<TraceEvent> causes) {
        String what = event.sender() + event.type() + event.summary();
        if (!said.add(what)) {
            causes.removeIf(other -> (other.sender() + other.type() + other.summary()).equals(what));
        }
        causes.add(0, event);
    }
}
