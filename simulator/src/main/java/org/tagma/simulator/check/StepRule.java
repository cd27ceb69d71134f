package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** Something that each step of a correct replica is held to, in a life whose past it knows. */
interface StepRule {

    /** An event begins, and nothing is decided on it. */
    default void begins(Event event) {}

    /** It decides this; the mirror shows how things were before. */
    default void decides(Event event, Action action) {}

    /** It has decided all of this, and the mirror shows how things are now. */
    default void ends(Event event, List<Action> actions) {}

    /** Whether it blames a replica. */
    static boolean blames(List<Action> actions, int replica) {
        for (Action action : actions) {
            if (action instanceof Action.ReportEvidence evidence && evidence.replica() == replica) {
                return true;
            }
        }
        return false;
    }
}
