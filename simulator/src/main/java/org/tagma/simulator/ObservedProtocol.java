package org.tagma.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.simulator.properties.ProtocolObserver;

/**
 * Shows an observer what a correct protocol decides, and what it says once that has really left the replica. What is
 * decided after a record in one round of the engine cannot have left before that record is durable.
 */
public final class ObservedProtocol implements Protocol {

    private static final int TO_ALL = -1;

    private record Said(int to, Message message) {}

    private final Protocol protocol;
    private final int replica;
    private final ProtocolObserver observer;
    private final Consumer<Message> said;
    private final List<Said> free = new ArrayList<>();
    private final List<Said> behindBarrier = new ArrayList<>();
    private boolean barrierIsDue;

    /** Shows what a replica's protocol decides. */
    public ObservedProtocol(Protocol protocol, int replica, ProtocolObserver observer) {
        this(protocol, replica, observer, message -> {});
    }

    /** The same, and shows somebody besides what it says. */
    ObservedProtocol(Protocol protocol, int replica, ProtocolObserver observer, Consumer<Message> said) {
        this.protocol = protocol;
        this.replica = replica;
        this.observer = observer;
        this.said = said;
    }

    @Override
    public List<Action> step(Event event) {
        observer.stepping(replica, event);
        boolean compares = observer.comparesStates(event);
        long hashBefore = compares ? protocol.stateHash() : 0;
        List<Action> actions = protocol.step(event);
        if (compares) {
            observer.compared(replica, event, actions, hashBefore, protocol::stateHash);
        }
        observer.stepped(replica, event, actions);
        for (Action action : actions) {
            observer.decided(replica, action);
            if (action instanceof Action.Broadcast broadcast) {
                say(TO_ALL, broadcast.message());
            } else if (action instanceof Action.Send send) {
                say(send.to(), send.message());
            } else if (action instanceof Action.Persist) {
                barrierIsDue = true;
            }
        }
        return actions;
    }

    private void say(int to, Message message) {
        said.accept(message);
        (barrierIsDue ? behindBarrier : free).add(new Said(to, message));
    }

    @Override
    public ProtocolStatus status() {
        return protocol.status();
    }

    @Override
    public long stateHash() {
        return protocol.stateHash();
    }

    /** All records decided so far are durable. */
    public void durable() {
        barrierIsDue = false;
        observer.durable(replica);
        free.addAll(behindBarrier);
        behindBarrier.clear();
    }

    /** Everything that may leave has left. */
    public void flushed() {
        for (Said said : free) {
            observer.left(replica, said.to, said.message);
        }
        free.clear();
    }
}
