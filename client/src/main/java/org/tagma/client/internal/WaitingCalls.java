package org.tagma.client.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Calls that have no number yet, in order, and when the first of them is too old. Not thread-safe. */
final class WaitingCalls {

    private final Deque<PendingRequest> calls = new ArrayDeque<>();
    private long earliestDeadline = PendingRequest.NEVER;

    boolean isEmpty() {
        return calls.isEmpty();
    }

    int size() {
        return calls.size();
    }

    PendingRequest first() {
        return calls.peekFirst();
    }

    void addLast(PendingRequest call) {
        calls.addLast(call);
        earliestDeadline = Math.min(earliestDeadline, call.deadlineAt);
    }

    void addFirst(PendingRequest call) {
        calls.addFirst(call);
        earliestDeadline = Math.min(earliestDeadline, call.deadlineAt);
    }

    void removeFirst() {
        calls.removeFirst();
        if (calls.isEmpty()) {
            earliestDeadline = PendingRequest.NEVER;
        }
    }

    /** When the first of them is too old, at the earliest. */
    long dueAt() {
        return earliestDeadline;
    }

    /** Takes out those that are too old. */
    List<PendingRequest> removeExpired(long now) {
        return now < earliestDeadline ? List.of() : removeUntil(now);
    }

    /** Takes out all. */
    List<PendingRequest> removeAll() {
        return removeUntil(Long.MAX_VALUE);
    }

    private List<PendingRequest> removeUntil(long deadline) {
        List<PendingRequest> expired = new ArrayList<>();
        List<PendingRequest> kept = new ArrayList<>();
        calls.forEach(call -> (deadline >= call.deadlineAt ? expired : kept).add(call));
        calls.clear();
        earliestDeadline = PendingRequest.NEVER;
        kept.forEach(this::addLast);
        return expired;
    }
}
