package org.tagma.simulator.properties;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/**
 * Follows the correct replicas of one run: checks what their protocol promises beside what every service does, and
 * knows from what it saw who belongs to the group. Not thread-safe.
 */
public interface ProtocolObserver {

    /** A replica begins a step. */
    default void stepping(int replica, Event event) {}

    /** It decided this in that step; nothing of it has been done. */
    default void decided(int replica, Action action) {}

    /** A replica has decided all that an event makes it do. */
    default void stepped(int replica, Event event, List<Action> actions) {}

    /** All that a replica decided to make durable so far is durable. */
    default void durable(int replica) {}

    /**
     * A message has really left a replica.
     *
     * @param to a replica, or -1 if it went to all
     */
    default void left(int replica, int to, Message message) {}

    /** Whether a replica belongs to the group now. */
    default boolean isMember(int replica) {
        return true;
    }

    /**
     * Whether those that take part, as the predicate says, suffice for the group to go on.
     *
     * @param replicas how many there are
     * @param needed how many of them the protocol says that it takes
     */
    default boolean canProgress(int replicas, int needed, IntPredicate takesPart) {
        return IntStream.range(0, replicas).filter(takesPart).count() >= needed;
    }
}
