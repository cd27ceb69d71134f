package org.tagma.simulator.pbft;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations;

/** Watches that correct replicas refuse what lies far beyond the window, for it would be kept. Not thread-safe. */
final class WindowChecker {

    private final Violations violations;
    private final int logWindow;
    private long highestCheckpoint;
    private long highestView;

    /** A checker for replicas that look so far ahead of their last stable checkpoint. */
    WindowChecker(Violations violations, int logWindow) {
        this.violations = violations;
        this.logWindow = logWindow;
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
    void reacted(int replica, Message message, List<Action> actions) {
        if (keptAt(message) > highestCheckpoint + 2L * logWindow
                && actions.stream().noneMatch(Action.Reject.class::isInstance)) {
            violations.report(
                    Property.BOUNDED_MEMORY,
                    "replica " + replica + " takes " + message.getClass().getSimpleName() + " for sequence "
                            + keptAt(message) + ", where no checkpoint is above " + highestCheckpoint);
        }
    }

    /**
     * Where it would be kept, or 0. A vote of a view that has been left is not kept even if it is not refused: it shows
     * that its sender is slow.
     */
    private long keptAt(Message message) {
        if (message instanceof PrePrepare vote) {
            return vote.view() < highestView ? 0 : vote.sequence();
        } else if (message instanceof Prepare vote) {
            return vote.view() < highestView ? 0 : vote.sequence();
        } else if (message instanceof Commit vote) {
            return vote.view() < highestView ? 0 : vote.sequence();
        }
        return message instanceof Checkpoint vote ? vote.sequence() : 0;
    }
}
