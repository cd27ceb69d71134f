package org.tagma.simulator.pbft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Asks for batches and states, again and again, and says that it has got nowhere, so that others send it everything. It
 * asks in bursts, far more in one tick than anybody may be given in it: that is what bounds are for, and costs a run
 * less than as many at all times.
 */
final class RequestFlooding implements Misbehaviour {

    private static final int KEPT = 8;
    private static final int QUESTIONS_A_BURST = 240;
    private static final int TICKS_BETWEEN = 16;

    private final Situation situation;
    private final ArrayDeque<FetchBatch> known = new ArrayDeque<>();

    RequestFlooding(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof PrePrepare proposal) {
            known.addLast(new FetchBatch(proposal.sequence(), proposal.batch().digest()));
            if (known.size() > KEPT) {
                known.removeFirst();
            }
        }
        if (!(event instanceof Event.TimerFired) || situation.random().nextInt(TICKS_BETWEEN) > 0) {
            return actions;
        }
        List<Action> all = new ArrayList<>(actions);
        int whom = situation.anyOther();
        for (int i = 0; i < QUESTIONS_A_BURST; i++) {
            all.add(new Action.Send(whom, question()));
        }
        return all;
    }

    private Message question() {
        return switch (situation.random().nextInt(8)) {
            case 0 -> new Status(0, false, 0, 0, 0, false);
            case 1 -> new FetchManifest(known.isEmpty() ? 0 : known.peekLast().sequence(), situation.madeUpDigest());
            default -> known.isEmpty() ? new Status(0, true, 0, 0, 0, false) : known.peekLast();
        };
    }
}
