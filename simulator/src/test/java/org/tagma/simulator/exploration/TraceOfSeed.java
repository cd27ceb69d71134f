package org.tagma.simulator.exploration;

import java.nio.file.Path;
import org.tagma.simulator.plan.PlanText;

/** A program that writes the trace of a plan to a file. */
public final class TraceOfSeed {

    private TraceOfSeed() {}

    /** The plan, and the file. */
    public static void main(String[] arguments) {
        PlanText.parse(arguments[0])
                .toScenario()
                .replayedBy("")
                .traceTo(Path.of(arguments[1]))
                .run();
    }
}
