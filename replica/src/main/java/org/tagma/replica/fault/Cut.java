package org.tagma.replica.fault;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/**
 * Nothing passes between a replica and the others, in either direction, while it lasts. Clients reach it, and it hears
 * itself.
 */
final class Cut implements FaultyProtocol.Fault {

    private final int self;

    Cut(int self) {
        this.self = self;
    }

    @Override
    public boolean admits(Event event) {
        if (event instanceof Event.MessageReceived received) {
            return received.message().sender() == self;
        }
        return !(event instanceof Event.RequestReceived request) || request.relayedBy() < 0;
    }

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        return actions.stream()
                .filter(action -> !FaultyProtocol.isOutgoing(action) || isToItself(action))
                .toList();
    }

    private boolean isToItself(Action action) {
        return action instanceof Action.Send send && send.to() == self
                || action instanceof Action.ServeState serve && serve.to() == self;
    }
}
