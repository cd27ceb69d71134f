package org.tagma.simulator.byzantine;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;

/** Stops for good after so many steps, in the middle of what it was about to do. */
final class CrashAtStep implements Misbehaviour {

    private final int steps;
    private int taken;

    CrashAtStep(int steps) {
        this.steps = steps;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (++taken < steps) {
            return actions;
        }
        return java.util.stream.Stream.concat(
                        actions.subList(0, actions.size() / 2).stream(),
                        java.util.stream.Stream.of(new Action.Halt(() -> "crashed at step " + steps)))
                .toList();
    }
}
