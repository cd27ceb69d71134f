package org.tagma.simulator;

import org.tagma.protocol.ProtocolDefinition;

/** Which protocols have more to their runs than their definitions say; all others are run as they are. */
public final class SimulatedProtocols {

    private SimulatedProtocols() {}

    /**
     * A group of a protocol.
     *
     * @param limits of Raft
     * @param hasLeases of Raft
     */
    public static SimulatedProtocol of(
            ProtocolDefinition protocol, int replicas, RaftLimits limits, boolean hasLeases) {
        return switch (protocol.name()) {
            case "pbft" -> SimulatedPbft.of(replicas);
            case "raft" -> {
                SimulatedRaft group = SimulatedRaft.of(replicas).withLimits(limits);
                yield hasLeases ? group.withLeaseReads() : group;
            }
            default -> SimulatedDefinition.of(protocol, replicas);
        };
    }
}
