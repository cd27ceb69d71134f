package org.tagma.simulator.model;

import java.util.EnumSet;
import java.util.Set;
import org.tagma.core.Quorums;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.properties.Property;

/**
 * Which properties a protocol owes under each of the 27 combinations, at its fault bound and beyond it. Frames are
 * authenticated in either protocol, so an adversary on the wire alone is never worse than a lossy one.
 */
public final class Promises {

    private Promises() {}

    /** What a group owes that has no more faulty replicas than it is made for. */
    public static Promise of(ProtocolDefinition protocol, SystemModel model) {
        if (isHelplessAgainst(protocol, model.nodes())) {
            return new Promise(Set.of(), nodesReason(protocol, model.nodes()));
        }
        boolean live = model.synchrony() != Synchrony.ASYNCHRONOUS;
        String reason = networkReason(model.network()) + "; " + nodesReason(protocol, model.nodes()) + "; "
                + synchronyReason(model.synchrony());
        return new Promise(live ? all(protocol) : safety(protocol), reason);
    }

    /** What a group owes with so many faulty replicas, be they within its bound or beyond it. */
    public static Promise of(ProtocolDefinition protocol, SystemModel model, int replicas, int faults) {
        int tolerated = tolerated(protocol, replicas);
        if (faults <= tolerated || isHelplessAgainst(protocol, model.nodes())) {
            return of(protocol, model);
        }
        String tooMany = faults + " faulty replicas, where " + replicas + " tolerate " + tolerated;
        if (model.nodes() == Nodes.BYZANTINE) {
            return new Promise(Set.of(), tooMany + ": nothing is promised");
        }
        return new Promise(
                safety(protocol), tooMany + ": they may stop the group, but crashes never make it contradict itself");
    }

    /** The fault bound of a group: f of n = 3f+1 for PBFT, of n = 2f+1 for Raft. */
    public static int tolerated(ProtocolDefinition protocol, int replicas) {
        return protocol.name().equals("pbft") ? Quorums.byzantine(replicas).faults() : (replicas - 1) / 2;
    }

    private static boolean isHelplessAgainst(ProtocolDefinition protocol, Nodes nodes) {
        return protocol.name().equals("raft") && nodes == Nodes.BYZANTINE;
    }

    private static Set<Property> all(ProtocolDefinition protocol) {
        Set<Property> all = EnumSet.allOf(Property.class);
        all.removeIf(property -> !protocol.name().equals("raft") && property.isOfRaftOnly());
        return all;
    }

    private static Set<Property> safety(ProtocolDefinition protocol) {
        Set<Property> safety = all(protocol);
        safety.removeIf(property -> !property.isSafety());
        return safety;
    }

    private static String networkReason(Network network) {
        return switch (network) {
            case RELIABLE -> "every message arrives";
            case FAIR_LOSS -> "what is lost is sent again";
            case ARBITRARY -> "forged and damaged frames fail authentication";
        };
    }

    private static String nodesReason(ProtocolDefinition protocol, Nodes nodes) {
        boolean pbft = protocol.name().equals("pbft");
        return switch (nodes) {
            case CRASH_STOP -> pbft ? "n-f replicas are a quorum" : "a majority stays up";
            case CRASH_RECOVERY ->
                pbft ? "votes are durable before they leave" : "term, vote and log are durable before they count";
            case BYZANTINE ->
                pbft
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
