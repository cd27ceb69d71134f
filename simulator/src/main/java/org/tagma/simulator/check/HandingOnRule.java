package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Request;

/**
 * A backup hands what waits on to each new primary, and what has waited for half of its time once more, for it may have been lost on the
 * way (PBFT 4.1, 4.4). Not thread-safe.
 */
final class HandingOnRule {

    private final Complaints complaints;
    private final Mirror mirror;
    private final WaitingRequests waiting;

    HandingOnRule(Complaints complaints, Mirror mirror, WaitingRequests waiting) {
        this.complaints = complaints;
        this.mirror = mirror;
        this.waiting = waiting;
    }

    /** A view is entered. */
    void entersView(List<Action> actions) {
        if (mirror.isPrimary()) {
            return;
        }
        int primary = mirror.wellFormed.primary(mirror.view);
        for (WaitingRequests.Lane lane : waiting.lanes().values()) {
            for (WaitingRequests.Kept kept : lane.kept.values()) {
                Request request = kept.request();
                if (request.number() >= lane.next && !isRelayed(primary, request, actions)) {
                    complaints.of("does not hand request " + request + " on to the primary of view " + mirror.view);
                }
            }
        }
    }

    /** The clock ticks, and the replica is not behind. */
    void ticks(List<Action> actions) {
        if (!mirror.normal || mirror.isPrimary() || waiting.isAnyUnsure()) {
            return;
        }
        WaitingRequests.Kept longest = null;
        long since = mirror.tick;
        for (WaitingRequests.Lane lane : waiting.lanes().values()) {
            WaitingRequests.Kept head = lane.head();
            if (lane.receivedAtTick.size() != lane.kept.size() || (lane.next == 0 && !lane.kept.isEmpty())) {
                return;
            }
            long start = head == null ? mirror.tick : lane.headWaitsSince(head, mirror.enteredAtTick);
            longest = start < since ? head : longest;
            since = Math.min(since, start);
        }
        boolean due = longest != null
                && mirror.tick - since == mirror.patience.ticks(mirror.config.requestTimeoutTicks()) / 2;
        if (due && !isRelayed(mirror.wellFormed.primary(mirror.view), longest.request(), actions)) {
            complaints.of(
                    "does not hand request " + longest.request() + " on once more, which waits for half of its time");
        }
    }

    /** Another copy of it may have come first, authenticated otherwise. */
    private static boolean isRelayed(int to, Request request, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Relay relay
                    && relay.to() == to
                    && relay.request().session().equals(request.session())
                    && relay.request().number() == request.number()) {
                return true;
            }
        }
        return false;
    }
}
