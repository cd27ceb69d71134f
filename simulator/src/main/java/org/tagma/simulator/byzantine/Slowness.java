package org.tagma.simulator.byzantine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/** Holds back everything it says, to just under the patience of the others. Order is kept. */
final class Slowness implements Misbehaviour {

    private record Held(long dueMicros, Action action) {}

    private final Situation situation;
    private final long delayMicros;
    private final ArrayDeque<Held> held = new ArrayDeque<>();

    Slowness(Situation situation, long delayMillis) {
        this.situation = situation;
        this.delayMicros = delayMillis * 1000;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        long now = situation.nowMicros().getAsLong();
        List<Action> due = new ArrayList<>();
        for (Action action : actions) {
            if (Outgoing.isOutgoing(action)) {
                held.add(new Held(now + delayMicros, action));
            } else {
                due.add(action);
            }
        }
        while (!held.isEmpty() && held.peek().dueMicros() <= now) {
            due.add(held.remove().action());
        }
        return due;
    }
}
