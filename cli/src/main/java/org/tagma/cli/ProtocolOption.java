package org.tagma.cli;

import org.tagma.network.cluster.ProtocolKind;
import picocli.CommandLine.Option;

/** The option {@code --protocol}. */
public final class ProtocolOption {

    @Option(
            names = "--protocol",
            paramLabel = "pbft",
            defaultValue = "pbft",
            description = "The protocol. This version has pbft.")
    private ProtocolKind protocol;

    /** For picocli. */
    public ProtocolOption() {}

    /** @throws CommandFailure if this version does not have the protocol */
    public void requireSupported() {
        if (protocol != ProtocolKind.PBFT) {
            throw CommandFailure.cannotRun(
                    "the protocol " + protocol.label() + " is not in this version yet; use --protocol pbft");
        }
    }
}
