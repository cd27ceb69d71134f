package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** What the papers say of one subject, asked of each step of a replica. Not thread-safe. */
abstract class RaftRules {

    final RaftFacts facts;

    RaftRules(RaftFacts facts) {
        this.facts = facts;
    }

    final void refuses(boolean wrong, String what) {
        facts.refuses(wrong, what);
    }

    /** A life begins, with this log. */
    void recovers(Event.RecoveredLog recovered) {}

    /** It begins to lead a term. */
    void begins() {}

    /** It is about to step an event; the facts know it. */
    void stepping(Event event) {}

    /** It decided all this because of the event; neither the log nor the facts are changed by it yet. */
    void stepped(List<Action> actions) {}

    /** It decided this; the log and the facts are as before it. */
    void decided(Action action) {}
}
