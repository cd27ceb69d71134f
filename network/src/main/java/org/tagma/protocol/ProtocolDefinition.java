package org.tagma.protocol;

import java.util.List;

/**
 * All that is particular to a protocol, in one place. A protocol comes as a class that implements this interface, has a
 * public constructor without parameters, and is named in a file {@code
 * META-INF/services/org.tagma.protocol.ProtocolDefinition} of its jar; nothing else of Tagma knows of it.
 *
 * <p>Implementations are stateless and thread-safe.
 */
public interface ProtocolDefinition {

    /** The name in the cluster file and on the command line: lower-case letters, digits and hyphens. */
    String name();

    /** The name for people. */
    String title();

    /** The messages that its replicas send each other. */
    List<MessageKind<?>> messages();

    /** The records that it persists. */
    List<RecordKind<?>> records();
}
