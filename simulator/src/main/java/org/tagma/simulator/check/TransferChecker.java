package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.TransferMessage.Answer;
import org.tagma.core.service.TransferMessage.Question;

/**
 * Holds one life of a replica, of whatever protocol, to what is promised of state transfer: of fetching ({@link FetchingRule}) and
 * of serving ({@link ServingRule}). Not thread-safe.
 */
public final class TransferChecker {

    private final int self;
    private final ServingRule serving;
    private final FetchingRule fetching;
    private boolean stopped;

    /**
     * A checker of one life.
     *
     * @param replicas how many there are
     * @param oneSource whether it asks one replica only, the leader; else all others
     */
    public TransferChecker(Findings findings, int self, int replicas, boolean oneSource) {
        Complaints complaints = new Complaints(findings, self);
        this.self = self;
        this.serving = new ServingRule(complaints, self);
        this.fetching = new FetchingRule(complaints, self, replicas, oneSource);
    }

    /** An event begins. */
    public void begins(Event event) {
        serving.begins();
        fetching.begins();
        if (event instanceof Event.MessageReceived received) {
            int sender = received.message().sender();
            if (received.message().message() instanceof Question question && sender != self) {
                serving.isAsked(sender, question);
            } else if (received.message().message() instanceof Answer answer) {
                fetching.hears(sender, answer);
            }
        } else if (event instanceof Event.TimerFired) {
            serving.tick();
            fetching.tick();
        } else if (event instanceof Event.StateInstalled installed) {
            fetching.isAt(installed.sequence());
        }
    }

    /** This was decided because of it. */
    public void ends(Event event, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                if (send.message() instanceof Question question) {
                    fetching.asks(send.to(), question);
                }
            } else if (action instanceof Action.Commit commit) {
                fetching.isAt(commit.sequence());
            } else if (action instanceof Action.ServeState serve) {
                serves(serve);
            } else if (action instanceof Action.InstallState install) {
                fetching.installs(install);
            } else if (action instanceof Action.ReportEvidence evidence) {
                fetching.blames(evidence.replica());
            } else if (action instanceof Action.Halt) {
                stopped = true;
            }
        }
        if (!stopped) {
            serving.ends(event);
            fetching.ends(event);
        }
    }

    private void serves(Action.ServeState serve) {
        if (serve.to() == self) {
            fetching.asks(self, serve.question());
        } else {
            serving.serves(serve);
        }
    }
}
