package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftMessage.RequestVote;
import org.tagma.core.raft.RaftMessage.TimeoutNow;

/**
 * What becomes of requests: a leader keeps so many and no more, and who leads no longer keeps none: it passes them on to the next
 * leader, or tells clients at once that they had better look for one (6.2 of the dissertation). Of requests that need no order
 * among themselves this keeps no account, so that it knows at least how many wait. Not thread-safe.
 */
final class RaftRequestRules extends RaftRules {

    /** Those that surely wait. */
    private final Map<SessionId, TreeMap<Long, Request>> waiting = new HashMap<>();

    private final Map<Integer, Integer> ofClient = new HashMap<>();
    private int count;
    /** Whether more of them may wait. */
    private boolean isUnsure;

    private boolean left;

    RaftRequestRules(RaftFacts facts) {
        super(facts);
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        waiting.clear();
        ofClient.clear();
        count = 0;
        isUnsure = false;
        left = false;
    }

    @Override
    void stepping(Event event) {
        if (left) {
            left = false;
            keepsNone("has left the group");
        }
        if (count == 0) {
            return;
        }
        if (event instanceof Event.Executed executed) {
            for (RequestOutcome outcome : executed.outcomes()) {
                ends(outcome);
            }
        } else if (event instanceof Event.StateInstalled installed) {
            for (SessionProgress session : installed.sessions()) {
                endsBelow(session.session(), session.nextNumber());
            }
        }
    }

    private void ends(RequestOutcome outcome) {
        Request request = outcome.request();
        if (outcome.consumed() && request.semantics().isFifo()) {
            endsBelow(request.session(), request.number() + 1);
        } else if (!outcome.consumed()) {
            // It waits on or not: that hangs on what is known of its session.
            isUnsure = true;
            remove(request);
        }
    }

    private void endsBelow(SessionId session, long number) {
        TreeMap<Long, Request> lane = waiting.get(session);
        while (lane != null && !lane.isEmpty() && lane.firstKey() < number) {
            remove(lane.firstEntry().getValue());
        }
    }

    private void remove(Request request) {
        TreeMap<Long, Request> lane = waiting.get(request.session());
        if (lane != null && request.semantics().isFifo() && lane.remove(request.number()) != null) {
            count--;
            ofClient.merge(request.session().client(), -1, Integer::sum);
        }
    }

    @Override
    void stepped(List<Action> actions) {
        if (facts.event instanceof Event.RequestReceived received) {
            comes(received.request(), actions);
        } else if (count > 0) {
            passes(actions);
        }
    }

    private void comes(Request request, List<Action> actions) {
        boolean kept = actions.isEmpty();
        isUnsure |= kept && !request.semantics().isFifo();
        refuses(kept && !facts.isLeader() && !facts.isAlone(), "keeps " + request + ", though it does not lead");
        if (kept && request.semantics().isFifo()) {
            TreeMap<Long, Request> lane = waiting.computeIfAbsent(request.session(), none -> new TreeMap<>());
            if (lane.putIfAbsent(request.number(), request) == null) {
                int client = ofClient.merge(request.session().client(), 1, Integer::sum);
                count++;
                refuses(
                        count > facts.config.maxPendingRequests() || client > facts.config.maxPendingPerClient(),
                        "keeps " + count + " requests, " + client + " of them of one client");
            }
        } else if (!isUnsure && actions.contains(new Action.Refuse(request, Action.Refusal.OVERLOADED))) {
            int client = ofClient.getOrDefault(request.session().client(), 0);
            refuses(
                    count < facts.config.maxPendingRequests() && client < facts.config.maxPendingPerClient(),
                    "refuses a request, though only " + count + " wait, " + client + " of them of its client");
        }
    }

    private void passes(List<Action> actions) {
        boolean asks = false;
        for (Action each : actions) {
            if (each instanceof Action.Refuse refused) {
                remove(refused.request());
            } else if (each instanceof Action.Relay relay) {
                remove(relay.request());
            } else {
                asks |= each instanceof Action.Send send && send.message() instanceof RequestVote;
            }
        }
        if (facts.event instanceof Event.TimerFired) {
            if (facts.givesUp) {
                keepsNone("has heard no majority");
            } else if (asks) {
                keepsNone("has waited for a leader in vain");
            }
        } else if ((facts.message() instanceof AppendEntries || facts.message() instanceof InstallSnapshot)
                && !RaftFacts.hasRefused(actions)) {
            keepsNone("hears another leader");
        }
    }

    private void keepsNone(String why) {
        isUnsure = false;
        refuses(count > 0, why + ", and keeps " + count + " requests of clients");
    }

    @Override
    void decided(Action action) {
        // What it refuses comes after that.
        left |= action instanceof Action.Send send && send.message() instanceof TimeoutNow && facts.isOutside();
    }
}
