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

/** Keeps a replica in the dark: tells it nothing, and leaves answering clients to others. */
final class Isolation implements Misbehaviour {

    private final Situation situation;
    private final int isolated;

    Isolation(Situation situation, int isolated) {
        this.situation = situation;
        this.isolated = isolated;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> told = Outgoing.retell(
                situation.replicas(),
                actions,
                message -> true,
                (to, message) -> to == isolated ? List.of() : List.of(message));
        List<Action> changed = new ArrayList<>(told);
        changed.removeIf(action -> action instanceof Action.Forward forward && forward.to() == isolated);
        return changed;
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        return Optional.empty();
    }
}
