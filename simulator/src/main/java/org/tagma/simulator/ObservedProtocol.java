package org.tagma.simulator;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.simulator.check.VoteChecker;

/** Notes what a correct protocol says, and shows it to the checker once it has really left the replica. */
final class ObservedProtocol implements Protocol {

    private final Protocol protocol;
    private final int replica;
    private final VoteChecker votes;
    private final List<Message> decided = new ArrayList<>();

    ObservedProtocol(Protocol protocol, int replica, VoteChecker votes) {
        this.protocol = protocol;
        this.replica = replica;
        this.votes = votes;
    }

    @Override
    public List<Action> step(Event event) {
        List<Action> actions = protocol.step(event);
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast) {
                decided.add(broadcast.message());
            } else if (action instanceof Action.Send send) {
                decided.add(send.message());
            }
        }
        return actions;
    }

    @Override
    public ProtocolStatus status() {
        return protocol.status();
    }

    /** Everything decided so far has left. */
    void flushed() {
        decided.forEach(message -> votes.left(replica, message));
        decided.clear();
    }
}
