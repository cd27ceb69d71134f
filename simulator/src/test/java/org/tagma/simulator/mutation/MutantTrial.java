package org.tagma.simulator.mutation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Setting;

/**
 * Runs the plan of a seed with some make of a protocol, and says which promise it broke, or null. The plans are those
 * of the sweeps, over all system models in which time is bounded in the end. Only types of the JDK cross its boundary,
 * so that it may belong to another class loader than whoever asks.
 */
public final class MutantTrial implements LongFunction<String> {

    /** Malicious replicas more often than other faults, for there are more ways to be malicious. */
    private static final List<Setting> PBFT_SETTINGS =
            settings(Protocols.named("pbft"), Nodes.BYZANTINE, Nodes.CRASH_RECOVERY, Nodes.BYZANTINE);

    private static final List<Setting> RAFT_SETTINGS =
            settings(Protocols.named("raft"), Nodes.CRASH_RECOVERY, Nodes.CRASH_STOP, Nodes.CRASH_RECOVERY);

    private final List<Setting> settings;
    private final UnaryOperator<SimulatedProtocol> make;

    private MutantTrial(List<Setting> settings, UnaryOperator<SimulatedProtocol> make) {
        this.settings = settings;
        this.make = make;
    }

    /** Runs PBFT of this make. */
    static MutantTrial ofPbft(SimulatedProtocol.Make make) {
        return new MutantTrial(PBFT_SETTINGS, group -> group.madeBy(make));
    }

    /** Runs Raft of this make. */
    static MutantTrial ofRaft(SimulatedProtocol.Make make) {
        return new MutantTrial(RAFT_SETTINGS, group -> group.madeBy(make));
    }

    /** Runs PBFT as this class's own loader knows it. */
    public static LongFunction<String> ofPbft() {
        return new MutantTrial(PBFT_SETTINGS, UnaryOperator.identity());
    }

    /** Runs Raft as this class's own loader knows it. */
    public static LongFunction<String> ofRaft() {
        return new MutantTrial(RAFT_SETTINGS, UnaryOperator.identity());
    }

    private static List<Setting> settings(ProtocolDefinition protocol, Nodes... kinds) {
        List<Setting> all = new ArrayList<>();
        for (Nodes nodes : kinds) {
            for (Network network : Network.values()) {
                for (Synchrony synchrony : List.of(Synchrony.SYNCHRONOUS, Synchrony.PARTIAL)) {
                    SystemModel model = new SystemModel(network, nodes, synchrony);
                    all.add(Setting.of(protocol, model).withOperations(60));
                }
            }
        }
        return List.copyOf(all);
    }

    @Override
    public String apply(long seed) {
        Plan plan = settings.get((int) (seed % settings.size())).draw(seed);
        return plan.toScenario()
                .protocol(make.apply(plan.simulatedProtocol()))
                .run()
                .violation()
                .map(violation -> violation.property() + ": " + violation.details())
                .orElse(null);
    }
}
