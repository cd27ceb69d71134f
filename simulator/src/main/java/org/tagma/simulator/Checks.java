package org.tagma.simulator;

import java.util.function.LongSupplier;
import org.tagma.core.service.ServiceLimits;
import org.tagma.protocol.ReplicaContext;
import org.tagma.simulator.properties.AgreedTimeChecker;
import org.tagma.simulator.properties.BoundsChecker;
import org.tagma.simulator.properties.History;
import org.tagma.simulator.properties.LivenessChecker;
import org.tagma.simulator.properties.OrderChecker;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.RefusalChecker;
import org.tagma.simulator.properties.ServiceChecker;
import org.tagma.simulator.properties.StateChecker;
import org.tagma.simulator.properties.Violations;

/** The checkers of one run. */
record Checks(
        Violations violations,
        OrderChecker order,
        ServiceChecker service,
        AgreedTimeChecker time,
        StateChecker states,
        ProtocolObserver protocol,
        RefusalChecker refusals,
        BoundsChecker bounds,
        LivenessChecker liveness,
        History history) {

    /** Records that one slot may have in the log: votes of a few views, and bodies. */
    private static final int RECORDS_PER_SLOT = 32;

    /** Records of view changes that a run may cause. */
    private static final int OTHER_RECORDS = 2_000;

    /** Frames that one event may cause: a status may be answered with votes and batches for a window of slots. */
    private static final int FRAMES_PER_SLOT = 16;

    /** A replica that paused handles everything that came meanwhile at once, however small its window is. */
    private static final int LEAST_WINDOW = 64;

    /** How far agreed time may be ahead: what replicas let a primary get away with, and their own clocks' errors. */
    private static final long MAX_AHEAD_MILLIS = 75_000;

    static Checks of(
            Violations violations,
            SimulatedProtocol protocol,
            int correctClients,
            ServiceLimits limits,
            boolean repeats,
            long livenessBoundMicros,
            LongSupplier wallMillis) {
        ServiceChecker sessions =
                new ServiceChecker(violations, limits, protocol.quorums().replicas(), repeats);
        ReplicaContext.Sizes sizes = protocol.sizes();
        return new Checks(
                violations,
                new OrderChecker(violations, correctClients, sessions),
                sessions,
                new AgreedTimeChecker(violations, wallMillis, MAX_AHEAD_MILLIS),
                new StateChecker(violations),
                protocol.simulation().observer(protocol, violations),
                new RefusalChecker(violations),
                new BoundsChecker(
                        violations,
                        sizes.maxPendingRequests(),
                        RECORDS_PER_SLOT * sizes.logWindow() + OTHER_RECORDS,
                        FRAMES_PER_SLOT
                                * Math.max(LEAST_WINDOW, sizes.logWindow())
                                * protocol.quorums().replicas(),
                        statesAtMost(sizes, protocol.quorums().replicas())),
                new LivenessChecker(violations, livenessBoundMicros),
                new History());
    }

    /**
     * A replica keeps the newest checkpoint that is proved, and the one before, for whoever lags and fetches it; those
     * between them, and those above up to the high watermark: two windows, with a checkpoint at each interval. And for
     * each other replica, and itself, what that one is fetching.
     */
    private static int statesAtMost(ReplicaContext.Sizes sizes, int replicas) {
        return 2 * (sizes.logWindow() / sizes.checkpointInterval()) + 1 + replicas;
    }
}
