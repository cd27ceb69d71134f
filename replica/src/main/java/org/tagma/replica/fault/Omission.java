package org.tagma.replica.fault;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** Says nothing to one of the other replicas, and everything to the rest. */
final class Omission implements FaultyProtocol.Fault {

    private final int victim;
    private final int replicas;

    /** Leaves out the replica before this one: it would be the last of all to lead next. */
    Omission(int self, int replicas) {
        this.victim = (self + replicas - 1) % replicas;
        this.replicas = replicas;
    }

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        List<Action> changed = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast) {
                for (int to = 0; to < replicas; to++) {
                    if (to != victim) {
                        changed.add(new Action.Send(to, broadcast.message()));
                    }
                }
            } else if (!isToVictim(action)) {
                changed.add(action);
            }
        }
        return changed;
    }

    private boolean isToVictim(Action action) {
        return action instanceof Action.Send send && send.to() == victim
                || action instanceof Action.Forward forward && forward.to() == victim
                || action instanceof Action.Relay relay && relay.to() == victim
                || action instanceof Action.ServeState serve && serve.to() == victim;
    }
}
