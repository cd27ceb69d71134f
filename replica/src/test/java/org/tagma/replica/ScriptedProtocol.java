package org.tagma.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;

/** A protocol that does what a test says, and remembers what happened to it. */
final class ScriptedProtocol implements Protocol {

    final List<Event> events = new ArrayList<>();
    ReplicaMode mode = ReplicaMode.NORMAL;
    long view;
    private final Function<Event, List<Action>> script;

    ScriptedProtocol(Function<Event, List<Action>> script) {
        this.script = script;
    }

    @Override
    public List<Action> step(Event event) {
        events.add(event);
        return script.apply(event);
    }

    @Override
    public ProtocolStatus status() {
        return new ProtocolStatus("scripted", view, 0, mode, 0, 0, 0, 0);
    }

    @Override
    public long stateHash() {
        return events.size();
    }
}
