package org.tagma.simulator.faults;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;

/** A correct protocol with misbehaviours at its boundary, each of which works on what those before it made. */
public final class MisbehavingProtocol implements Protocol {

    private final Protocol correct;
    private final List<Misbehaviour> misbehaviours;

    /** The protocol with these misbehaviours. */
    public MisbehavingProtocol(Protocol correct, List<Misbehaviour> misbehaviours) {
        this.correct = correct;
        this.misbehaviours = List.copyOf(misbehaviours);
    }

    @Override
    public List<Action> step(Event event) {
        for (Misbehaviour each : misbehaviours) {
            if (!each.hears(event)) {
                return List.of();
            }
        }
        List<Action> actions = correct.step(event);
        for (Misbehaviour each : misbehaviours) {
            actions = each.act(event, actions);
        }
        return actions;
    }

    @Override
    public ProtocolStatus status() {
        return correct.status();
    }

    @Override
    public long stateHash() {
        return correct.stateHash();
    }
}
