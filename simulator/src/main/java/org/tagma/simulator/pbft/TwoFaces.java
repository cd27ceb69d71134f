package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/**
 * Tells neighbours different batches, and votes with each replica for whatever that one votes for, and
 * with nobody else. One alone gets nowhere; as soon as two correct replicas need no correct one besides,
 * they decide differently.
 */
final class TwoFaces implements Misbehaviour {

    private final Situation situation;

    TwoFaces(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> all =
                new ArrayList<>(Outgoing.retell(situation.replicas(), actions, TwoFaces::isTold, this::story));
        if (event instanceof Event.MessageReceived received) {
            Message message = received.message().message();
            int from = received.message().sender();
            if (message instanceof Prepare vote && from != situation.self()) {
                all.add(new Action.Send(from, vote));
                all.add(new Action.Send(from, new Commit(vote.view(), vote.sequence(), vote.digest())));
            }
        }
        return all;
    }

    private static boolean isTold(Message message) {
        return message instanceof PrePrepare || message instanceof Prepare || message instanceof Commit;
    }

    private List<? extends Message> story(int to, Message message) {
        boolean isTruth = situation.rankAmongOthers(to) % 2 == 0;
        if (message instanceof PrePrepare told) {
            Batch batch = told.batch();
            Batch other = Batch.of(batch.timeMillis() + 1, batch.requests());
            return List.of(isTruth ? told : new PrePrepare(told.view(), told.sequence(), other));
        }
        return List.of();
    }
}
