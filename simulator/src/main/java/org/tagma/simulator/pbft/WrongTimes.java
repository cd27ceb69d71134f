package org.tagma.simulator.pbft;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Proposes times that are a little off, which others must bear, or far off, which they must not. */
final class WrongTimes implements Misbehaviour {

    private static final int LITTLE_MILLIS = 50_000;
    private static final int MUCH_MILLIS = 1_200_000;

    private final Situation situation;

    WrongTimes(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return actions.stream().map(this::altered).toList();
    }

    /** The same to all, itself included: so that it can be agreed on. */
    private Action altered(Action action) {
        return action instanceof Action.Broadcast broadcast && broadcast.message() instanceof PrePrepare proposal
                ? new Action.Broadcast(altered(proposal))
                : action;
    }

    private Message altered(PrePrepare truth) {
        int most = situation.chance(0.5) ? LITTLE_MILLIS : MUCH_MILLIS;
        long offMillis = situation.random().nextInt(-most, most);
        Batch batch =
                Batch.of(truth.batch().timeMillis() + offMillis, truth.batch().requests());
        return new PrePrepare(truth.view(), truth.sequence(), batch);
    }
}
