package org.tagma.replica.fault;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.protocol.ProtocolDefinition;

/**
 * The primary tells two stories: at one (view, sequence) the lower half of the other replicas, and its own protocol,
 * get one batch, the upper half another, made of the same real requests with another time and in another order. Each
 * half alone is too small to commit, so the group must change the view, and must carry over at most one of the two.
 */
final class Equivocation implements FaultyProtocol.Fault {

    private final ProtocolDefinition protocol;
    private final int self;
    private final int replicas;

    Equivocation(ProtocolDefinition protocol, int self, int replicas) {
        this.protocol = protocol;
        this.self = self;
        this.replicas = replicas;
    }

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        List<Action> changed = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast
                    && protocol.contradiction(broadcast.message()).isPresent()) {
                for (int to = 0; to < replicas; to++) {
                    changed.add(new Action.Send(to, story(broadcast.message(), to)));
                }
            } else if (action instanceof Action.Send send) {
                changed.add(new Action.Send(send.to(), story(send.message(), send.to())));
            } else {
                changed.add(action);
            }
        }
        return changed;
    }

    private Message story(Message truth, int to) {
        boolean honest = to == self || rankAmongOthers(to) < (replicas - 1) / 2;
        return honest ? truth : protocol.contradiction(truth).orElse(truth);
    }

    private int rankAmongOthers(int replica) {
        return replica < self ? replica : replica - 1;
    }
}
