package org.tagma.simulator.model;

import java.util.Optional;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.model.Promise.Level;

/**
 * Which properties a protocol owes under each of the 27 combinations, at its fault bound and beyond it. Frames are
 * authenticated in either protocol, so an adversary on the wire alone is never worse than a lossy one.
 */
public final class Promises {

    private Promises() {}

    /** What a group owes that has no more faulty replicas than it is made for. */
    public static Promise of(ProtocolDefinition protocol, SystemModel model) {
        if (isHelplessAgainst(protocol, model.nodes())) {
            return new Promise(Level.NOTHING, nodesReason(protocol, model.nodes()));
        }
        Optional<String> unmet = unmetAssumption(protocol, model);
        if (unmet.isPresent()) {
            return new Promise(Level.NOTHING, unmet.get());
        }
        boolean live = model.synchrony() != Synchrony.ASYNCHRONOUS;
        String reason = networkReason(model.network()) + "; " + nodesReason(protocol, model.nodes()) + "; "
                + synchronyReason(model.synchrony());
        return new Promise(live ? Level.ALL : Level.SAFETY, reason);
    }

    /** What a group owes with so many faulty replicas, be they within its bound or beyond it. */
    public static Promise of(ProtocolDefinition protocol, SystemModel model, int replicas, int faults) {
        int tolerated = tolerated(protocol, replicas);
        if (faults <= tolerated || isHelplessAgainst(protocol, model.nodes())) {
            return of(protocol, model);
        }
        String tooMany = faults + " faulty replicas, where " + replicas + " tolerate " + tolerated;
        if (model.nodes() == Nodes.BYZANTINE) {
            return new Promise(Level.NOTHING, tooMany + ": nothing is promised");
        }
        return new Promise(
                Level.SAFETY, tooMany + ": they may stop the group, but crashes never make it contradict itself");
    }

    /** The fault bound of a group. */
    public static int tolerated(ProtocolDefinition protocol, int replicas) {
        return Math.max(0, protocol.groupSizes().maximumFaults(replicas));
    }

    private static boolean isHelplessAgainst(ProtocolDefinition protocol, Nodes nodes) {
        return protocol.faultModel() == FaultModel.CRASH && nodes == Nodes.BYZANTINE;
    }

    /** Without what a protocol assumes it is not even safe. */
    private static Optional<String> unmetAssumption(ProtocolDefinition protocol, SystemModel model) {
        if (protocol.assumptions().synchrony() && model.synchrony() != Synchrony.SYNCHRONOUS) {
            return Optional.of("it takes who is late for dead, and delays are not bounded");
        }
        if (protocol.assumptions().synchrony() && model.network() != Network.RELIABLE) {
            return Optional.of("it takes who is not heard for dead, and messages are lost");
        }
        return protocol.assumptions().crashStop() && model.nodes() == Nodes.CRASH_RECOVERY
                ? Optional.of("it takes the dead for dead, and they come back")
                : Optional.empty();
    }

    private static String networkReason(Network network) {
        return switch (network) {
            case RELIABLE -> "every message arrives";
            case FAIR_LOSS -> "what is lost is sent again";
            case ARBITRARY -> "forged and damaged frames fail authentication";
        };
    }

    private static String nodesReason(ProtocolDefinition protocol, Nodes nodes) {
        boolean suspicious = protocol.faultModel() == FaultModel.BYZANTINE;
        return switch (nodes) {
            case CRASH_STOP -> suspicious ? "n-f replicas are a quorum" : "no more than f replicas stop";
            case CRASH_RECOVERY ->
                suspicious ? "votes are durable before they leave" : "what a replica said is durable before it counts";
            case BYZANTINE ->
                suspicious
                        ? "any two quorums share a correct replica"
                        : "a malicious replica can vote twice, lead with two stories and claim what it does not hold";
        };
    }

    private static String synchronyReason(Synchrony synchrony) {
        return switch (synchrony) {
            case SYNCHRONOUS -> "delays are bounded from the start";
            case PARTIAL -> "progress from the stabilization time on";
            case ASYNCHRONOUS -> "no progress is owed (FLP)";
        };
    }
}
