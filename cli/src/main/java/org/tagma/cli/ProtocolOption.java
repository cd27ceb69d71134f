package org.tagma.cli;

import org.tagma.network.cluster.ProtocolKind;
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
    private ProtocolKind protocol;

    /** For picocli. */
    public ProtocolOption() {}

    public boolean isGiven() {
        return protocol != null;
    }

    /** The protocol asked for, or PBFT. */
    public ProtocolKind kind() {
        return protocol == null ? ProtocolKind.PBFT : protocol;
    }

    /** As many as it takes to tolerate one fault. */
    public static int defaultReplicas(ProtocolKind protocol) {
        return protocol == ProtocolKind.PBFT ? 4 : 3;
    }

    /** The fewest with which a protocol can run at all. */
    public static int fewestReplicas(ProtocolKind protocol) {
        return protocol == ProtocolKind.PBFT ? 4 : 1;
    }

    /** What the protocol's faulty replicas are called. */
    public static String faulty(ProtocolKind protocol) {
        return protocol == ProtocolKind.PBFT ? "malicious" : "crashed";
    }
}
