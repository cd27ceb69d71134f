package org.tagma.cli.sim;

import java.util.List;
import java.util.function.LongFunction;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ProtocolOption;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.model.Assumption;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Setting;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is simulated. */
final class SettingOptions {

    private static final int MAX_OPERATIONS = 1_000_000;

    @Mixin
    private ProtocolOption protocolOption;

    @Option(
            names = "--network",
            paramLabel = "KIND",
            defaultValue = "fair-loss",
            description =
                    "reliable; fair-loss: frames are lost, doubled and overtaken; arbitrary: an adversary also damages,"
                            + " replays and forges them (default: ${DEFAULT-VALUE}).")
    private String network;

    @Option(
            names = "--nodes",
            paramLabel = "KIND",
            defaultValue = "byzantine",
            description =
                    "What faulty replicas do: crash-stop; crash-recovery: any replica may stop, lose what it had not"
                            + " synced, and start again; byzantine: they lie (default: ${DEFAULT-VALUE}).")
    private String nodes;

    @Option(
            names = "--timing",
            paramLabel = "KIND",
            defaultValue = "partial",
            description =
                    "synchronous: delays are bounded; partial: from a time on that nobody knows; asynchronous: never"
                            + " (default: ${DEFAULT-VALUE}).")
    private String timing;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "How many replicas (default: as many as tolerate one fault).")
    private Integer replicas;

    @Option(names = "--any-size", description = "Each seed says how many replicas there are, 3 to 10.")
    private boolean anySize;

    @Option(
            names = "--faults",
            paramLabel = "F",
            description = "How many of them are faulty (default: as many as the group tolerates). With more, less is"
                    + " promised.")
    private Integer faults;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many correct clients (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--operations",
            paramLabel = "N",
            description =
                    "How many operations all clients have done together in a run (default: 200, for a matrix 60).")
    private Integer operations;

    @Option(
            names = "--crypto",
            paramLabel = "KIND",
            defaultValue = "simulated",
            description =
                    "simulated: keyed hashes that no adversary of the simulator can forge; real: Ed25519 and HMAC as in"
                            + " production, and far slower (default: ${DEFAULT-VALUE}).")
    private String crypto;

    /** For picocli. */
    SettingOptions() {}

    Setting setting() {
        SystemModel model = new SystemModel(
                axis("--network", Network.class, network),
                axis("--nodes", Nodes.class, nodes),
                axis("--timing", Synchrony.class, timing));
        ProtocolDefinition protocol = protocolOption.kind();
        int least = protocol.groupSizes().fewestReplicas();
        int count = replicas == null ? protocol.groupSizes().usualReplicas() : replicas;
        requireRange("--replicas", count, least, Plan.MAX_REPLICAS);
        int faulty = faults == null ? Promises.tolerated(protocol, count) : faults;
        if (anySize && (replicas != null || faults != null)) {
            throw CommandFailure.cannotRun("--any-size leaves --replicas and --faults to the seed");
        }
        requireRange("--faults", faulty, 0, count);
        requireRange("--clients", clients, 1, Plan.MAX_CLIENTS - 4);
        return new Setting(protocol, model, count, faulty, clients, operations(200), hasRealCrypto());
    }

    /** The plan that a seed stands for under a setting, or under one that differs in the number of replicas. */
    LongFunction<Plan> plans(Setting setting) {
        return seed -> (anySize ? setting.ofSomeSize(seed) : setting).draw(seed);
    }

    int operations(int otherwise) {
        int count = operations == null ? otherwise : operations;
        requireRange("--operations", count, 1, MAX_OPERATIONS);
        return count;
    }

    boolean hasRealCrypto() {
        if (!List.of("simulated", "real").contains(crypto)) {
            throw CommandFailure.cannotRun("--crypto must be simulated or real, not '" + crypto + "'");
        }
        return crypto.equals("real");
    }

    private static <A extends Enum<A> & Assumption> A axis(String option, Class<A> axis, String label) {
        return Assumption.labelled(axis, label)
                .orElseThrow(() -> CommandFailure.cannotRun(
                        option + " must be " + Assumption.choices(axis) + ", not '" + label + "'"));
    }

    static void requireRange(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CommandFailure.cannotRun(option + " must be from " + least + " to " + most + ", not " + value);
        }
    }
}
