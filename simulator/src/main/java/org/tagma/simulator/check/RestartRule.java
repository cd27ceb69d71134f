package org.tagma.simulator.check;

import java.util.List;
import java.util.Optional;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;

/** What a replica says first when it starts again with its whole log. */
final class RestartRule {

    private RestartRule() {}

    /** What it left its view with it says again: it may have been lost on its way out. */
    static Optional<String> complaint(Event.RecoveredLog log, List<Action> actions) {
        Optional<ViewChange> left = Optional.empty();
        long view = 0;
        for (LogRecord record : log.records()) {
            if (record instanceof PbftRecord.LeftFor leaving) {
                left = Optional.of(leaving.viewChange());
            } else if (record instanceof PbftRecord.Entered entered) {
                view = Math.max(view, entered.view());
            } else if (record instanceof PbftRecord.Forgotten forgotten) {
                view = Math.max(view, forgotten.view());
            }
        }
        long least = view;
        return left.filter(message -> log.memory() == Event.Memory.WHOLE
                        && message.view() > least
                        && !actions.contains(new Action.Broadcast(message)))
                .map(message -> "does not say again that it left for view " + message.view());
    }
}
