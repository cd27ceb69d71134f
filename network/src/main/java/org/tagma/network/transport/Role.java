package org.tagma.network.transport;

/** Who made a connection, and who accepted it. */
public enum Role {
    INITIATOR,
    RESPONDER
}
