package org.tagma.simulator.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Message;

/** Helpers for changing what leaves a replica. */
public final class Outgoing {

    private Outgoing() {}

    /** Whether an action says something to another replica. */
    public static boolean isOutgoing(Action action) {
        return action instanceof Action.Send
                || action instanceof Action.Broadcast
                || action instanceof Action.Forward
                || action instanceof Action.Relay
                || action instanceof Action.ServeState;
    }

    /**
     * Says something else, or something different to each, or nothing (an empty list), wherever a message of a kind
     * would leave. A broadcast is taken apart, and the replica itself is told what {@code story} has for it.
     */
    public static List<Action> retell(
            int replicas,
            List<Action> actions,
            Predicate<Message> kind,
            BiFunction<Integer, Message, List<? extends Message>> story) {
        List<Action> changed = new ArrayList<>(actions.size());
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast && kind.test(broadcast.message())) {
                for (int to = 0; to < replicas; to++) {
                    tell(to, story.apply(to, broadcast.message()), changed);
                }
            } else if (action instanceof Action.Send send && kind.test(send.message())) {
                tell(send.to(), story.apply(send.to(), send.message()), changed);
            } else {
                changed.add(action);
            }
        }
        return changed;
    }

    private static void tell(int to, List<? extends Message> messages, List<Action> changed) {
        messages.forEach(message -> changed.add(new Action.Send(to, message)));
    }
}
