package org.tagma.simulator.check;

import java.util.Map;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/** A replica leaves a view in which a request or a proposal waits for too long, and no view in which none does (PBFT 4.4). Not thread-safe. */
final class PatienceRule {

    private final Complaints complaints;
    private final Mirror mirror;
    private final WaitingRequests waiting;
    private final OthersRule others;

    private long certifiedAhead;
    private long openSinceTick;
    private long surelyBehindAtTick;

    PatienceRule(Complaints complaints, Mirror mirror, WaitingRequests waiting, OthersRule others) {
        this.complaints = complaints;
        this.mirror = mirror;
        this.waiting = waiting;
        this.others = others;
        this.certifiedAhead = mirror.stable.sequence();
    }

    void hears(Message message) {
        certifiedAhead = Math.max(certifiedAhead, Mirror.checkpointIn(message));
    }

    /** Whether others have certified more than it has committed, so that it is not the primary's fault what it lacks. */
    boolean isBehind() {
        return mirror.installing || certifiedAhead > mirror.lastCommitted;
    }

    /** The clock ticks in a view: neither too long nor too short. */
    void ticks() {
        boolean leaves = mirror.leaves;
        long patience = mirror.patience.ticks(mirror.config.requestTimeoutTicks());
        boolean proposalOpen = isProposalOpen();
        boolean surelyBehind = mirror.isSurelyBehind();
        if (surelyBehind) {
            surelyBehindAtTick = mirror.tick;
        }
        long mayBeOpenSince = Math.max(surelyBehindAtTick, Math.max(mirror.enteredAtTick, mirror.lastCommitTick));
        boolean somebodyMayWait = proposalOpen && mirror.tick - mayBeOpenSince >= patience;
        boolean somebodyWaits = false;
        for (WaitingRequests.Lane lane : waiting.lanes().values()) {
            for (Map.Entry<Long, Long> each : lane.receivedAtTick.entrySet()) {
                boolean mayBeNext = lane.next == 0 || each.getKey() == lane.next;
                somebodyMayWait |=
                        mayBeNext && mirror.tick - Math.max(each.getValue(), mirror.enteredAtTick) >= patience;
            }
            WaitingRequests.Kept head = lane.head();
            somebodyWaits |= head != null && mirror.tick - lane.headWaitsSince(head, mirror.enteredAtTick) >= patience;
        }
        boolean behind = isBehind();
        if (behind || !proposalOpen) {
            openSinceTick = mirror.tick;
        }
        long openFor = mirror.tick - Math.max(openSinceTick, Math.max(mirror.enteredAtTick, mirror.lastCommitTick));
        if (openFor >= patience && !leaves) {
            complaints.of("stays in view " + mirror.view + ", where a proposal has waited for " + openFor + " ticks");
        }
        boolean backup = mirror.viewBefore % mirror.wellFormed.replicas() != mirror.self;
        if (somebodyWaits && !behind && backup && !leaves) {
            complaints.of("stays in view " + mirror.view + ", where a request has waited for more than " + patience
                    + " ticks");
        }
        // What waits while others are ahead waits for the replica itself, and for no primary.
        somebodyMayWait &= !surelyBehind;
        somebodyMayWait |= others.isCause() || mirror.wantedByOthers() >= mirror.view;
        if (leaves && !somebodyMayWait && !waiting.areSomeUnordered()) {
            complaints.of("leaves view " + mirror.viewBefore + ", in which nobody waits for anything");
        }
    }

    private boolean isProposalOpen() {
        for (SlotMirror slot : mirror.slots.above(mirror.lastCommitted)) {
            if (slot.accepted(mirror.viewBefore).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** It leaves its view on this event. */
    void leavesAt(Event event) {
        if (isNoCause(event) && mirror.wantedByOthers() != mirror.view) {
            complaints.of("leaves view " + mirror.viewBefore + " at " + nameOf(event));
        }
    }

    private boolean isNoCause(Event event) {
        if (event instanceof Event.MessageReceived received) {
            Message message = received.message().message();
            return (message instanceof Status && !others.isCause())
                    || message instanceof Commit
                    || message instanceof Committed
                    || message instanceof Checkpoint
                    || message instanceof StableCheckpoint
                    || message instanceof BatchBody;
        }
        return event instanceof Event.QueueDrained
                || event instanceof Event.RequestReceived
                || event instanceof Event.CheckpointTaken;
    }

    private static String nameOf(Event event) {
        return event instanceof Event.MessageReceived received
                ? "a " + received.message().message().getClass().getSimpleName()
                : "a " + event.getClass().getSimpleName();
    }
}
