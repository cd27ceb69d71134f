package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/**
 * Keeps some replicas in the dark: tells them nothing, gives nobody a batch, and leaves answering clients to others.
 */
final class Isolation implements Misbehaviour {

    private final Situation situation;
    private final Set<Integer> isolated;

    Isolation(Situation situation, Set<Integer> isolated) {
        this.situation = situation;
        this.isolated = Set.copyOf(isolated);
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> told = Outgoing.retell(
                situation.replicas(),
                actions,
                message -> true,
                (to, message) -> isolated.contains(to) || message instanceof BatchBody ? List.of() : List.of(message));
        List<Action> changed = new ArrayList<>(told);
        changed.removeIf(action -> action instanceof Action.Forward forward && isolated.contains(forward.to()));
        return changed;
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        return Optional.empty();
    }
}
