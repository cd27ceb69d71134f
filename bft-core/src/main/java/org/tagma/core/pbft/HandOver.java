package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;

/** Operators, and replicas about to stop, that ask a primary to let the next one lead, and wait to hear of it. */
final class HandOver {

    private final PbftState state;
    private final List<Long> asked = new ArrayList<>();

    HandOver(PbftState state) {
        this.state = state;
    }

    /**
     * Takes a question, or answers at once that it cannot be done.
     *
     * @param to the replica that is to lead, or -1 for whichever it is
     * @return whether this primary is to leave its view
     */
    boolean accepts(long id, int to) {
        int next = state.quorums.primary(state.view + 1);
        if (!state.isPrimary() || !state.normal || state.isRecovering()) {
            answer(
                    id,
                    false,
                    "only the primary can hand over, and as far as is known here that is replica " + state.primary());
            return false;
        }
        if (to >= 0 && to != next) {
            answer(id, false, "the primary after replica " + state.self + " is replica " + next);
            return false;
        }
        asked.add(id);
        return true;
    }

    /** Another replica leads. */
    void done() {
        answerAll(true, "replica " + state.primary() + " is the primary now");
    }

    /** The next primary did not open its view. */
    void failed() {
        answerAll(false, "replica " + state.primary() + " did not open view " + state.view + " in time");
    }

    private void answerAll(boolean done, String text) {
        asked.forEach(id -> answer(id, done, text));
        asked.clear();
    }

    private void answer(long id, boolean done, String text) {
        state.emit(new Action.AnswerOperator(id, done, text));
    }
}
