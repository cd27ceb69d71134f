package org.tagma.cli.common;

import java.util.Iterator;
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
            completionCandidates = Choices.class,
            description = "Which protocol, of those on the class path: ${COMPLETION-CANDIDATES}.")
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

    /** What there is, for the help. */
    static final class Choices implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Protocols.all().stream().map(Choices::inWords).iterator();
        }

        private static String inWords(ProtocolDefinition protocol) {
            return protocol.name() + " (tolerates f " + protocol.faultModel().label() + " replicas, "
                    + protocol.groupSizes() + (protocol == Protocols.standard() ? "; the default)" : ")");
        }
    }
}
