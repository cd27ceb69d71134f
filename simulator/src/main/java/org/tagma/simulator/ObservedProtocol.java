package org.tagma.simulator;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.simulator.properties.CodecRule;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.RefusalChecker;

/**
 * Shows an observer what a correct protocol decides, and what it says once that has really left the replica. What is
 * decided after a record in one round of the engine cannot have left before that record is durable.
 */
final class ObservedProtocol implements Protocol {

    private static final int TO_ALL = -1;

    private record Said(int to, Message message) {}

    private final Protocol protocol;
    private final int replica;
    private final ProtocolObserver observer;
    private final RefusalChecker refusals;
    private final CodecRule codec;
    private final List<Said> free = new ArrayList<>();
    private final List<Said> behindBarrier = new ArrayList<>();
    private boolean barrierIsDue;

    /** Shows the checkers of a run what a replica's protocol decides. */
    ObservedProtocol(Protocol protocol, int replica, Checks checks, CodecRule codec) {
        this.protocol = protocol;
        this.replica = replica;
        this.observer = checks.protocol();
        this.refusals = checks.refusals();
        this.codec = codec;
    }

    @Override
    public List<Action> step(Event event) {
        observer.stepping(replica, event);
        List<Action> actions = refusals.step(replica, protocol, event);
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
        codec.says(replica, message);
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
