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
                    + " (default: pbft); or the name of another one on the class path.")
    private ProtocolDefinition protocol;

    /** For picocli. */
    public ProtocolOption() {}

    public boolean isGiven() {
        return protocol != null;
    }

    /** The protocol asked for, or the standard one. */
    public ProtocolDefinition kind() {
        return protocol == null ? Protocols.standard() : protocol;
    }
}
