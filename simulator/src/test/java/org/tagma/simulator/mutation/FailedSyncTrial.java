package org.tagma.simulator.mutation;

import static org.tagma.simulator.Scenario.cluster;

import java.util.function.LongFunction;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.faults.DiskFault;

/** Lets one sync of one replica fail, a later one for each seed, in both protocols; says what broke, or null. */
public final class FailedSyncTrial implements LongFunction<String> {

    private static final int VICTIM = 1;

    /** A trial of the engine that this class's loader knows. */
    public FailedSyncTrial() {}

    @Override
    public String apply(long seed) {
        String underPbft = run(SimulatedProtocol.of("pbft", 4), (int) seed);
        return underPbft == null ? run(SimulatedProtocol.of("raft", 3), (int) seed) : underPbft;
    }

    private static String run(SimulatedProtocol protocol, int successes) {
        try {
            return cluster(protocol)
                    .clients(3)
                    .operations(15)
                    .pipeline(2)
                    .seed(successes)
                    .atMillis(1, group -> group.failDisk(VICTIM, DiskFault.SYNC, successes))
                    .atMillis(4_000, group -> group.restart(VICTIM))
                    .run()
                    .violation()
                    .map(violation -> violation.property() + ": " + violation.details())
                    .orElse(null);
        } catch (IllegalStateException usedAgain) {
            return "the run ended: " + usedAgain.getMessage();
        }
    }
}
