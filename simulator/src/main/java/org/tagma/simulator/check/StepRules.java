package org.tagma.simulator.check;

import java.util.List;
import java.util.Optional;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;

/** All rules for single steps, for one replica in its first life, or in a later one that it begins with its whole log. Not thread-safe. */
final class StepRules {

    private final Mirror mirror;
    private final StepRule[] rules;
    private Event event = new Event.Recovered(Event.RecoveredLog.empty());

    /**
     * Rules for a life.
     *
     * @param records what the replica wrote down before
     */
    StepRules(Findings findings, PbftConfig config, WellFormed wellFormed, int replica, List<LogRecord> records) {
        Complaints complaints = new Complaints(findings, replica);
        mirror = new Mirror(replica, config, wellFormed);
        mirror.restart(records);
        rules = new StepRule[] {
            new PhaseRule(complaints, mirror),
            new LeavingRule(complaints, mirror),
            new CheckpointRule(complaints, mirror),
            new HelpRule(complaints, mirror),
            new AnswerRule(complaints, mirror),
            new RequestRule(complaints, mirror),
            new FetchRule(complaints, mirror),
            new TransferRule(complaints, mirror)
        };
    }

    /** Why a message must be refused, if it must; asked before its step begins. */
    Optional<String> objection(Event coming) {
        return coming instanceof Event.MessageReceived received
                ? Objections.to(received.message(), mirror)
                : Optional.empty();
    }

    void begins(Event begun) {
        event = begun;
        mirror.begin(event);
        for (StepRule rule : rules) {
            rule.begins(event);
        }
    }

    void decides(Action action) {
        for (StepRule rule : rules) {
            rule.decides(event, action);
        }
        mirror.does(action);
    }

    void ends(Event ended, List<Action> actions) {
        for (StepRule rule : rules) {
            rule.ends(ended, actions);
        }
    }
}
