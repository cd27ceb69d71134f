package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Complains of every primary, and leaves one view after the other, with forged entries of P and Q. */
final class EndlessViewChanges implements Misbehaviour {

    private final Situation situation;
    private long view;

    EndlessViewChanges(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> all = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof Status truth) {
                view = Math.max(view, truth.view());
                all.add(new Action.Broadcast(new Status(
                        truth.view(), false, truth.lastCommitted(), truth.stable(), truth.recoveringUpTo(), true)));
                view++;
                VoteInfo invented = new VoteInfo(1, situation.madeUpDigest(), view - 1);
                all.add(new Action.Broadcast(
                        new ViewChange(view, CheckpointCertificate.GENESIS, List.of(invented), List.of(invented))));
            } else {
                all.add(action);
            }
        }
        return all;
    }
}
