package org.tagma.simulator.pbft;

import java.util.List;
import java.util.function.LongSupplier;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations;

/**
 * Watches what correct replicas refuse: a refusal changes nothing, and what lies far beyond the window is refused, for
 * it would be kept. Not thread-safe.
 */
final class RefusalChecker {

    /** Hashes cost much, so not every message has its trace looked for. */
    private static final int SAMPLE = 32;

    private final Violations violations;
    private final int logWindow;
    private long messages;
    private long highestCheckpoint;
    private long highestView;

    /** A checker for replicas that look so far ahead of their last stable checkpoint. */
    RefusalChecker(Violations violations, int logWindow) {
        this.violations = violations;
        this.logWindow = logWindow;
    }

    /** Whether the replica's state is to be compared before and after this event. */
    boolean samples(Event event) {
        return event instanceof Event.MessageReceived && ++messages % SAMPLE == 0;
    }

    /** A correct replica is at a checkpoint: none of them is further than this. */
    void isAtCheckpoint(long sequence) {
        highestCheckpoint = Math.max(highestCheckpoint, sequence);
    }

    /** A correct replica leaves the views below this one. */
    void leftFor(long view) {
        highestView = Math.max(highestView, view);
    }

    /** A correct replica did this because of a message. */
    void reacted(int replica, Event event, List<Action> actions) {
        if (event instanceof Event.MessageReceived received) {
            Message message = received.message().message();
            if (sequenceOf(message) > highestCheckpoint + 2L * logWindow && isKept(message) && !rejects(actions)) {
                violations.report(
                        Property.BOUNDED_MEMORY,
                        "replica " + replica + " takes " + message.getClass().getSimpleName() + " for sequence "
                                + sequenceOf(message) + ", where no checkpoint is above " + highestCheckpoint);
            }
        }
    }

    static boolean rejects(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Reject) {
                return true;
            }
        }
        return false;
    }

    /** A vote of a view that has been left is not kept even if it is not refused: it shows that its sender is slow. */
    private boolean isKept(Message message) {
        return !(message instanceof PrePrepare proposal && proposal.view() < highestView)
                && !(message instanceof Prepare prepare && prepare.view() < highestView)
                && !(message instanceof Commit commit && commit.view() < highestView);
    }

    private static long sequenceOf(Message message) {
        if (message instanceof PrePrepare vote) {
            return vote.sequence();
        } else if (message instanceof Prepare vote) {
            return vote.sequence();
        } else if (message instanceof Commit vote) {
            return vote.sequence();
        }
        return message instanceof Checkpoint vote ? vote.sequence() : 0;
    }

    /** The hash of a replica's state around an event that was {@link #samples sampled}. */
    void compared(int replica, Event event, List<Action> actions, long before, LongSupplier after) {
        if (isNothingButRefused(actions) && before != after.getAsLong()) {
            violations.report(
                    Property.REFUSAL_WITHOUT_TRACE,
                    "replica " + replica + " refused " + event + " and is not as it was before");
        }
    }

    private static boolean isNothingButRefused(List<Action> actions) {
        for (Action action : actions) {
            if (!(action instanceof Action.Reject)) {
                return false;
            }
        }
        return !actions.isEmpty();
    }
}
