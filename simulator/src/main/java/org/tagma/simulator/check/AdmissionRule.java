package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Request;

/** A request that comes is kept if there is room, and a backup hands it on to its primary; it is refused only if there is none. Not thread-safe. */
final class AdmissionRule {

    private final Complaints complaints;
    private final Mirror mirror;
    private final WaitingRequests waiting;

    private boolean isNew;
    private boolean fits;
    private boolean mustRelay;
    private boolean mustRefuse;
    private boolean mayRefuse;

    AdmissionRule(Complaints complaints, Mirror mirror, WaitingRequests waiting) {
        this.complaints = complaints;
        this.mirror = mirror;
        this.waiting = waiting;
    }

    /** A request that keeps the order of its session comes, which is not counted yet. */
    void comes(Request request, boolean relayed) {
        boolean known = waiting.isKnown(request.session());
        WaitingRequests.Lane lane = waiting.lane(request.session());
        boolean inTurn = !known || (lane.next > 0 && request.number() == lane.next) || follows(request, lane);
        fits = inTurn || isEarlyWithRoom(request, lane);
        isNew = request.number() >= lane.next && !lane.receivedAtTick.containsKey(request.number());
        judgeRefusal(request, lane, relayed, inTurn);
        mustRelay = fits && !relayed && mirror.normal && !mirror.isPrimary();
    }

    /** Whether it must be kept, if it is not refused. */
    boolean fits() {
        return fits;
    }

    /** It comes right after what is here of its session, all of which is known. */
    private boolean follows(Request request, WaitingRequests.Lane lane) {
        return !lane.kept.isEmpty()
                && lane.kept.size() == lane.receivedAtTick.size()
                && !waiting.isUnsure(request.session())
                && request.number() == lane.kept.lastKey() + 1
                && (lane.next == 0 || request.number() < lane.next + mirror.config.sessionPipeline());
    }

    /** What comes before its turn is kept for that, as long as such do not take up the room of others. */
    private boolean isEarlyWithRoom(Request request, WaitingRequests.Lane lane) {
        return lane.next > 0
                && request.number() > lane.next
                && request.number() < lane.next + mirror.config.sessionPipeline()
                && waiting.most(-1) < mirror.config.maxPendingRequests() / 4
                && waiting.most(request.session().client()) < mirror.config.maxPendingPerClient() / 2;
    }

    /** A replica keeps so many requests, a fourth more if others hand them on, and of each session none too far ahead. */
    private void judgeRefusal(Request request, WaitingRequests.Lane lane, boolean relayed, boolean inTurn) {
        PbftConfig config = mirror.config;
        int client = request.session().client();
        int all = config.maxPendingRequests() + (relayed ? config.maxPendingRequests() / 4 : 0);
        int each = config.maxPendingPerClient() + (relayed ? config.maxPendingPerClient() / 4 : 0);
        boolean tooFar = lane.next > 0 && request.number() >= lane.next + config.sessionPipeline();
        boolean full = waiting.least(-1) >= all || waiting.least(client) >= each;
        mustRefuse = isNew && (tooFar || (full && inTurn));
        mayRefuse = tooFar || waiting.areSomeUnordered() || waiting.most(-1) >= all || waiting.most(client) >= each;
    }

    /** That was decided on it. */
    void decided(Request request, List<Action> actions) {
        boolean refused = mirror.refuses;
        boolean relayed = !actions.isEmpty()
                && actions.contains(new Action.Relay(mirror.wellFormed.primary(mirror.view), request));
        if (refused ? !mayRefuse : mustRefuse) {
            complaints.of((refused ? "refuses " : "does not refuse ") + request + ", where between " + waiting.least(-1)
                    + " and " + waiting.most(-1) + " requests wait");
        }
        WaitingRequests.Lane lane = waiting.find(request.session());
        if (lane != null && !refused && lane.receivedAtTick.containsKey(request.number()) && (relayed || fits)) {
            lane.kept.putIfAbsent(request.number(), new WaitingRequests.Kept(request, mirror.tick));
        } else if (refused && isNew) {
            waiting.refused(request, lane);
        } else if (!relayed) {
            waiting.isUnsureOf(request.session());
        }
        if (mustRelay && !relayed && !refused) {
            complaints.of("does not hand request " + request + " on to its primary");
        }
    }
}
