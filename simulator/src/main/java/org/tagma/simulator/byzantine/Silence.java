package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/** Says nothing any more from some time on. */
final class Silence implements Misbehaviour {

    private final Situation situation;
    private final long fromMicros;

    Silence(Situation situation, long fromMillis) {
        this.situation = situation;
        this.fromMicros = fromMillis * 1000;
    }

    private boolean hasBegun() {
        return situation.nowMicros().getAsLong() >= fromMicros;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (!hasBegun()) {
            return actions;
        }
        List<Action> quiet = new ArrayList<>(actions);
        quiet.removeIf(Outgoing::isOutgoing);
        return quiet;
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        return hasBegun() ? Optional.empty() : Optional.of(truth);
    }
}
