package org.tagma.simulator.mutation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.Protocol;
import org.tagma.network.cluster.ProtocolKind;
import org.tagma.simulator.SimulatedPbft;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Setting;

/**
 * Runs the plan of a seed with some make of the protocol, and says which promise it broke, or null. The plans are those of
 * the sweeps, over all system models in which time is bounded in the end. Only types of the JDK cross its boundary, so
 * that it may belong to another class loader than whoever asks.
 */
public final class MutantTrial implements LongFunction<String> {

    private static final List<Setting> SETTINGS = settings();

    private final Function<PbftConfig, Protocol> factory;

    /** Runs the protocol that this class's own loader knows. */
    public MutantTrial() {
        this(PbftProtocol::new);
    }

    MutantTrial(Function<PbftConfig, Protocol> factory) {
        this.factory = factory;
    }

    /** Malicious replicas more often than other faults, for there are more ways to be malicious. */
    private static List<Setting> settings() {
        List<Setting> all = new ArrayList<>();
        for (Nodes nodes : List.of(Nodes.BYZANTINE, Nodes.CRASH_RECOVERY, Nodes.BYZANTINE)) {
            for (Network network : Network.values()) {
                for (Synchrony synchrony : List.of(Synchrony.SYNCHRONOUS, Synchrony.PARTIAL)) {
                    SystemModel model = new SystemModel(network, nodes, synchrony);
                    all.add(Setting.of(ProtocolKind.PBFT, model).withOperations(60));
                }
            }
        }
        return List.copyOf(all);
    }

    /** The plan that a seed stands for here. */
    static Plan plan(long seed) {
        return SETTINGS.get((int) (seed % SETTINGS.size())).draw(seed);
    }

    @Override
    public String apply(long seed) {
        Plan plan = plan(seed);
        return plan.toScenario()
                .protocol(SimulatedPbft.of(plan.replicas()).madeBy(factory).tuned(plan.tuning()))
                .run()
                .violation()
                .map(violation -> violation.property() + ": " + violation.details())
                .orElse(null);
    }
}
