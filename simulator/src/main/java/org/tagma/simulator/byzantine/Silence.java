package org.tagma.simulator.byzantine;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Event;

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
        return hasBegun()
                ? actions.stream()
                        .filter(action -> !Outgoing.isOutgoing(action))
                        .toList()
                : actions;
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        return hasBegun() ? Optional.empty() : Optional.of(truth);
    }
}
