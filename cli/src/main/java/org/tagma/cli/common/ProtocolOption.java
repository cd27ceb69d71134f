package org.tagma.cli.common;

import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import picocli.CommandLine.Option;

/** The option {@code --protocol}, and what follows from it for a cluster's size. */
public final class ProtocolOption {

    /** How many replicas there can be. */
    public static final int MAX_REPLICAS = 100;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "pbft, which tolerates malicious replicas, or raft, which tolerates replicas that crash"
                    + " (default: pbft).")
    private ProtocolDefinition protocol;

    /** For picocli. */
    public ProtocolOption() {}

    public boolean isGiven() {
        return protocol != null;
    }

    /** The protocol asked for, or PBFT. */
    public ProtocolDefinition kind() {
        return protocol == null ? Protocols.named("pbft") : protocol;
    }

    /** As many as it takes to tolerate one fault. */
    public static int defaultReplicas(ProtocolDefinition protocol) {
        return protocol.name().equals("pbft") ? 4 : 3;
    }

    /** The fewest with which a protocol can run at all. */
    public static int fewestReplicas(ProtocolDefinition protocol) {
        return protocol.name().equals("pbft") ? 4 : 1;
    }

    /** What the protocol's faulty replicas are called. */
    public static String faulty(ProtocolDefinition protocol) {
        return protocol.name().equals("pbft") ? "malicious" : "crashed";
    }
}
