package org.tagma.network;

/** Who made a connection, and who accepted it. */
enum Role {
    INITIATOR,
    RESPONDER
}
