package org.tagma.replica.fault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** Holds back everything a replica says to the others, its own votes included, for a fixed time. Order is kept. */
final class Delay implements FaultyProtocol.Fault {

    /** Beyond this many, the oldest leave early: even a misbehaving replica has bounded memory. */
    private static final int MAX_HELD = 100_000;

    private final long delayMillis;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long nowMillis;

    private record Held(long dueMillis, Action action) {}

    Delay(long delayMillis) {
        this.delayMillis = delayMillis;
    }

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        if (event instanceof Event.QueueDrained drained) {
            nowMillis = drained.timeMillis();
        }
        List<Action> now = new ArrayList<>();
        for (Action action : actions) {
            if (FaultyProtocol.isOutgoing(action)) {
                held.add(new Held(nowMillis + delayMillis, action));
            } else {
                now.add(action);
            }
        }
        while (!held.isEmpty() && (held.peek().dueMillis() <= nowMillis || held.size() > MAX_HELD)) {
            now.add(held.remove().action());
        }
        return now;
    }
}
