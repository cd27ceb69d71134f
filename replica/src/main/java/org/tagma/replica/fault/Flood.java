package org.tagma.replica.fault;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** Says what it last said to all again and again, so many times a second. Else it does its work. */
final class Flood implements FaultyProtocol.Fault {

    /** Messages to each other replica. */
    private static final long A_SECOND = 2_000;

    /** At once, so that it finds time for its own work in between. */
    private static final long AT_ONCE = 100;

    private static final long SECOND_MILLIS = 1_000;

    private Action.Broadcast last;
    private long sinceMillis;

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast) {
                last = broadcast;
            }
        }
        if (!(event instanceof Event.QueueDrained drained) || last == null) {
            return actions;
        }
        long due = Math.min(AT_ONCE, (drained.timeMillis() - sinceMillis) * A_SECOND / SECOND_MILLIS);
        if (due <= 0) {
            return actions;
        }
        sinceMillis = drained.timeMillis();
        List<Action> more = new ArrayList<>(actions);
        for (long i = 0; i < due; i++) {
            more.add(last);
        }
        return more;
    }
}
