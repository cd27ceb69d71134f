package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;

/** What becomes of the requests of clients. One rule for each part of that says what must; all look at the same that wait. Not thread-safe. */
final class RequestRule implements StepRule {

    private final Mirror mirror;
    private final WaitingRequests waiting;
    private final AdmissionRule admission;
    private final ProposingRule proposing;
    private final HandingOnRule handingOn;
    private final PatienceRule patience;
    private final StrikeRule strikes;
    private final OthersRule others;

    RequestRule(Complaints complaints, Mirror mirror) {
        this.mirror = mirror;
        this.waiting = new WaitingRequests(mirror);
        this.admission = new AdmissionRule(complaints, mirror, waiting);
        this.proposing = new ProposingRule(complaints, mirror, waiting);
        this.handingOn = new HandingOnRule(complaints, mirror, waiting);
        this.others = new OthersRule(complaints, mirror);
        this.patience = new PatienceRule(complaints, mirror, waiting, others);
        this.strikes = new StrikeRule(complaints, mirror, waiting);
    }

    @Override
    public void begins(Event event) {
        others.begins();
        if (event instanceof Event.RequestReceived received) {
            receives(received.request(), received.relayedBy() >= 0);
        } else if (event instanceof Event.StateInstalled installed) {
            waiting.installed(installed);
            proposing.installed(installed.sequence());
        } else if (event instanceof Event.MessageReceived received) {
            patience.hears(received.message().message());
            if (received.message().message() instanceof Status status) {
                others.hears(received.message().sender(), status);
            }
        } else if (event instanceof Event.TimerFired) {
            others.ticks();
        } else if (event instanceof Event.Executed executed) {
            strikes.executes(executed);
            executed.outcomes().forEach(proposing::mayPropose);
        }
    }

    private void receives(Request request, boolean relayed) {
        if (!request.semantics().isFifo()) {
            waiting.hasUnordered(request.session());
            return;
        }
        admission.comes(request, relayed);
        WaitingRequests.Lane lane = waiting.lane(request.session());
        proposing.comes(request, lane, relayed);
        waiting.received(request, lane);
        if (!admission.fits()) {
            waiting.isUnsureOf(request.session());
        }
    }

    @Override
    public void decides(Event event, Action action) {
        if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof PrePrepare proposal) {
            proposing.proposes(proposal);
        } else if (action instanceof Action.Persist persist && persist.record() instanceof PbftRecord.Entered) {
            proposing.isEntering();
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (mirror.halted) {
            return;
        }
        if (event instanceof Event.RequestReceived received) {
            if (received.request().semantics().isFifo()) {
                admission.decided(received.request(), actions);
            }
        } else if (event instanceof Event.Executed executed) {
            strikes.decided();
            proposing.executed(executed.sequence());
            executed.outcomes().forEach(waiting::executed);
        } else if (event instanceof Event.TimerFired && mirror.normalBefore) {
            patience.ticks();
            if (!patience.isBehind()) {
                handingOn.ticks(actions);
            }
        } else if (event instanceof Event.QueueDrained) {
            proposing.hasTakenAll();
        }
        others.ends();
        if (mirror.leaves && mirror.normalBefore) {
            patience.leavesAt(event);
        }
        if (mirror.enters && mirror.normal) {
            proposing.entersView();
        }
        if (mirror.normal && (mirror.view != mirror.viewBefore || !mirror.normalBefore)) {
            handingOn.entersView(actions);
        }
    }
}
