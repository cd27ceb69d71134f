package org.tagma.simulator.properties;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;

/** Watches, for some of the messages, that one which a correct replica refuses changes nothing. Not thread-safe. */
public final class RefusalChecker {

    /** Hashes cost much, so not every message has its trace looked for. */
    private static final int SAMPLE = 32;

    private final Violations violations;
    private long messages;

    public RefusalChecker(Violations violations) {
        this.violations = violations;
    }

    /** Has a replica's protocol take a step. */
    public List<Action> step(int replica, Protocol protocol, Event event) {
        if (!(event instanceof Event.MessageReceived) || ++messages % SAMPLE != 0) {
            return protocol.step(event);
        }
        long before = protocol.stateHash();
        List<Action> actions = protocol.step(event);
        boolean refuses = !actions.isEmpty() && actions.stream().allMatch(Action.Reject.class::isInstance);
        if (refuses && before != protocol.stateHash()) {
            violations.report(
                    Property.REFUSAL_WITHOUT_TRACE,
                    "replica " + replica + " refused " + event + " and is not as it was before");
        }
        return actions;
    }
}
